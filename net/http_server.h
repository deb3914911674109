#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/descriptor.h"
#include "base/result.h"
#include "net/awaitable.h"
#include "net/http.h"
#include "net/server_tls.h"

namespace plumbline::net {

/// How an answer leaves the server. Everything but `whole` is a fault, for tests of clients.
enum class Delivery {
  whole,
  reset,     ///< no answer; the connection is reset
  truncate,  ///< half of the body that Content-Length announces, then the end
  slow,      ///< one byte of the body at a time, `pause` apart
  stall,     ///< nothing, until the client gives up
};

/// A handler's answer, and how it is delivered.
struct Reply {
  HttpResponse response;
  Delivery delivery = Delivery::whole;
  std::chrono::milliseconds pause{0};  ///< before the answer; between bytes for Delivery::slow
  /// More of the body, after `response.body`, piece by piece until nothing comes. It is sent as it comes (chunked), and
  /// the connection ends with it. May wait for any time: whoever limits how many such answers there are is the handler.
  std::function<Awaitable<std::optional<std::string>>()> more{};
};

/// Answers one request. It may suspend; requests of different connections then run interleaved on the executor's
/// thread.
using Handler = std::function<Awaitable<Reply>(HttpRequest request)>;

/// Limits of one server; sizes are in bytes.
struct ServerLimits {
  std::size_t header_cap = std::size_t{64} * 1024;
  std::size_t body_cap = std::size_t{256} * 1024 * 1024;  ///< more is answered with 413
  /// How long a connection may be idle between two requests.
  std::chrono::milliseconds idle_timeout{75'000};
  /// Time to read the head of a request, counted from the start of the connection, later from the head's first byte.
  /// Then 408.
  std::chrono::milliseconds head_timeout{10'000};
  /// Time to read the body (then 408), and time to write one answer. Both grow by the time that their bytes take at
  /// `least_rate`: this limits peers that trickle and not those with much to send.
  std::chrono::milliseconds request_timeout{60'000};
  std::chrono::milliseconds write_timeout{60'000};
  std::size_t least_rate = std::size_t{64} * 1024;  ///< bytes per second
  /// Connections open at once. To accept one more, the server cuts the one that is least worth keeping
  /// (net/http_crowd.h). If all wait for their handlers, the new one waits as well.
  std::size_t connections = 1024;
  /// So many of `connections` are reserved: only `urgent` requests may wait for a handler in them. Others then get 503.
  std::size_t reserved = 0;
  /// Whether a request may use the reserved places; null: none may.
  std::function<bool(const HttpRequest&)> urgent;
};

/// An HTTP/1.1 server with keep-alive on one address. All of it runs on the executor's thread. An exception from the
/// handler becomes a 500 without the exception's text. While the process is out of file descriptors, the server goes on
/// answering, one connection at a time. The destructor cuts all connections.
class HttpServer {
 public:
  virtual ~HttpServer() = default;
  /// The port in use, also if port 0 was asked for.
  [[nodiscard]] virtual std::uint16_t port() const = 0;
  /// The address in use, with that port: `127.0.0.1:8080`, `[::]:9090`.
  [[nodiscard]] virtual std::string address() const = 0;
  /// Stops accepting, gives requests in progress at most `grace` to finish, then cuts them. Idle connections are cut at
  /// once.
  virtual Awaitable<> stop(std::chrono::milliseconds grace) = 0;
};

/// Listens on `address` (`127.0.0.1:8080`, `[::1]:0`, `:9090` for every interface) and serves at once. The error says
/// why the address cannot be used. With `tls` it speaks HTTPS: `tls` is asked at each connection. A handshake has the
/// time of a request's head, and its connection counts as one that has sent nothing.
Result<std::unique_ptr<HttpServer>> listen_http(const Executor& executor, std::string_view address, Handler handler,
                                                ServerLimits limits = {}, ServerTlsSource tls = {});

/// The same on a socket that listens already, because a service manager has opened it. It is not unbound at the end:
/// connections that nobody accepts then wait for whoever else holds the socket.
Result<std::unique_ptr<HttpServer>> serve_http(const Executor& executor, Descriptor listener, Handler handler,
                                               ServerLimits limits = {}, ServerTlsSource tls = {});

/// Whether serve_http() can serve it.
bool is_tcp_listener(const Descriptor& socket);

/// Whether only this machine reaches a server on `address`.
bool is_on_loopback(std::string_view address);

}  // namespace plumbline::net
