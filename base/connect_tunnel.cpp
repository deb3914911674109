#include "base/connect_tunnel.h"

#include <fmt/format.h>

#include "base/base64.h"

namespace plumbline {

std::string tunnel_authority(std::string_view host, std::string_view port) {
  const bool is_ipv6 = host.contains(':');
  return fmt::format("{}{}{}:{}", is_ipv6 ? "[" : "", host, is_ipv6 ? "]" : "", port);
}

std::string tunnel_request(std::string_view authority, const Secret& credentials) {
  std::string request = fmt::format("CONNECT {0} HTTP/1.1\r\nHost: {0}\r\n", authority);
  if (!credentials.empty()) {
    constexpr std::string_view kField = "Proxy-Authorization: Basic ";
    std::string basic = to_base64(credentials.reveal());
    // Reserved at once: a string that grows leaves copies of the secret in freed memory.
    request.reserve(request.size() + kField.size() + basic.size() + 4);
    request.append(kField).append(basic).append("\r\n");
    wipe(basic);
  }
  request += "\r\n";
  return request;
}

std::string_view tunnel_advice(int status, const Secret& credentials) {
  // RFC 9110 has 407 for it; tinyproxy says 401 to a wrong password.
  if (status != 407 && status != 401) return "";
  return credentials.empty() ? " (it wants user and password)" : " (it does not take this user and password)";
}

}  // namespace plumbline
