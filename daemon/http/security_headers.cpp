#include "daemon/http/security_headers.h"

#include <array>
#include <string>
#include <string_view>
#include <utility>

namespace plumbline::daemon {
namespace {

using Header = std::pair<std::string_view, std::string_view>;

constexpr std::array kAlways{Header{"X-Content-Type-Options", "nosniff"}, Header{"Referrer-Policy", "no-referrer"},
                             Header{"Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"},
                             Header{"Cache-Control", "no-store"}};

// RFC 6797: it counts over TLS alone. A year, without what lies below this host.
constexpr Header kComeByTls{"Strict-Transport-Security", "max-age=31536000"};

void add(net::HttpResponse& response, const Header& header) {
  const std::string name(header.first);
  if (response.headers.get(name).empty()) response.headers.add(name, std::string(header.second));
}

}  // namespace

void add_security_headers(net::HttpResponse& response, Transport transport) {
  for (const auto& header : kAlways) add(response, header);
  if (transport == Transport::tls) add(response, kComeByTls);
}

}  // namespace plumbline::daemon
