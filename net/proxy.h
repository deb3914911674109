#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/secret.h"
#include "net/byte_stream.h"

/// HTTP proxies, set as curl's users set them: HTTPS_PROXY and NO_PROXY.
namespace plumbline::net {

/// A proxy that opens tunnels by CONNECT, and the hosts that are reached without it.
struct Proxy {
  std::string host;
  std::uint16_t port = 0;
  Secret credentials;               ///< `user:password` for Basic (RFC 7617); empty: none
  std::vector<std::string> direct;  ///< from NO_PROXY: names, addresses and networks; `*` means all hosts

  /// Whether that host is reached through the proxy.
  [[nodiscard]] bool serves(std::string_view target_host) const;
};

/// Reads HTTPS_PROXY and NO_PROXY.
///
/// HTTPS_PROXY is `http://user:password@proxy.example:3128`; `http://` may be left out, user and password are
/// percent-encoded. Refused: https:// and SOCKS proxies, a missing port (curl would take 1080, others 80), a path, a
/// query. An error never repeats the address, which may hold a password.
///
/// NO_PROXY is separated by commas or spaces. `example.com` and `.example.com` mean the host and everything below it,
/// `10.0.0.1` and `10.0.0.0/8` mean addresses, `*` means everything.
Result<Proxy> parse_proxy(std::string_view url, std::string_view no_proxy);

/// Asks the proxy at the other end of `socket` for a tunnel to `target` (RFC 9110, 9.3.6), within `timeout`. Errors:
/// IoFailure::proxy, connect (the proxy answered 5xx), malformed, closed, timeout, cancelled; all with
/// Progress::nothing_sent. `proxy` must outlive the call.
Awaitable<Result<asio::ip::tcp::socket, IoError>> open_tunnel(asio::ip::tcp::socket socket, const Proxy* proxy,
                                                              Origin target, std::chrono::milliseconds timeout);

}  // namespace plumbline::net
