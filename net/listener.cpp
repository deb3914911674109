#include "net/listener.h"

#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <boost/asio/ip/v6_only.hpp>
#include <string>
#include <utility>
#include <vector>

#include "base/text.h"
#include "net/http_server.h"

namespace plumbline::net {
namespace {

using tcp = asio::ip::tcp;
using boost::system::error_code;

// The endpoints to try, the preferred one first. Empty if `address` is not an address.
std::vector<tcp::endpoint> endpoints_of(std::string_view address) {
  const std::size_t colon = address.rfind(':');
  if (colon == std::string_view::npos) return {};
  std::string_view host = address.substr(0, colon);
  const auto port = whole_number<std::uint16_t>(address.substr(colon + 1));
  if (!port) return {};

  if (host.empty()) return {tcp::endpoint(tcp::v6(), *port), tcp::endpoint(tcp::v4(), *port)};
  if (host == "localhost") host = "127.0.0.1";
  const bool bracketed = host.starts_with('[') && host.ends_with(']');
  if (bracketed) host = host.substr(1, host.size() - 2);
  error_code error;
  const auto ip = asio::ip::make_address(std::string(host), error);
  if (error || ip.is_v6() != bracketed) return {};
  return {tcp::endpoint(ip, *port)};
}

error_code listen_on(tcp::acceptor& acceptor, const tcp::endpoint& endpoint) {
  error_code error;
  acceptor.open(endpoint.protocol(), error);
  if (error) return error;
  acceptor.set_option(tcp::acceptor::reuse_address(true), error);
  if (endpoint.address().is_v6() && endpoint.address().is_unspecified()) {
    acceptor.set_option(asio::ip::v6_only(false), error);
  }
  acceptor.bind(endpoint, error);
  if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
  error_code ignored;
  if (error) acceptor.close(ignored);
  return error;
}

// An option of SOL_SOCKET whose value is a number; -1 if it cannot be read.
int socket_option(const Descriptor& socket, int option) {
  int value = -1;
  socklen_t size = sizeof value;
  return ::getsockopt(socket.get(), SOL_SOCKET, option, &value, &size) == 0 ? value : -1;
}

}  // namespace

bool is_tcp_listener(const Descriptor& socket) {
  const int family = socket_option(socket, SO_DOMAIN);
  return (family == AF_INET || family == AF_INET6) && socket_option(socket, SO_PROTOCOL) == IPPROTO_TCP &&
         socket_option(socket, SO_ACCEPTCONN) == 1;
}

Result<tcp::acceptor> open_listener(const Executor& executor, std::string_view address) {
  const auto endpoints = endpoints_of(address);
  if (endpoints.empty()) {
    return fail(fmt::format("cannot listen on \"{}\": write it as 127.0.0.1:8080, [::1]:8080 or :8080", address));
  }
  tcp::acceptor acceptor(executor);
  error_code error;
  for (const tcp::endpoint& endpoint : endpoints) {
    error = listen_on(acceptor, endpoint);
    if (!error) return acceptor;
  }
  return fail(fmt::format("cannot listen on {}: {}", address, error.message()));
}

Result<tcp::acceptor> take_listener(const Executor& executor, Descriptor socket) {
  if (!is_tcp_listener(socket)) return fail("the socket that was passed does not listen for TCP");
  tcp::acceptor acceptor(executor);
  error_code error;
  acceptor.assign(socket_option(socket, SO_DOMAIN) == AF_INET ? tcp::v4() : tcp::v6(), socket.get(), error);
  if (error) return fail("the socket that was passed cannot be used: " + error.message());
  socket.release();
  return acceptor;
}

}  // namespace plumbline::net
