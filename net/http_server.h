#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "base/result.h"
#include "net/awaitable.h"
#include "net/http.h"

namespace plumbline::net {

/// How an answer leaves the server. Everything but `whole` is a fault for tests of clients.
enum class Delivery {
  whole,
  reset,     ///< no answer: the connection is reset
  truncate,  ///< half of the body that Content-Length announces, then the end
  slow,      ///< a byte of the body at a time, `pause` apart
  stall,     ///< nothing, until the client gives up
};

struct Reply {
  HttpResponse response;
  Delivery delivery = Delivery::whole;
  std::chrono::milliseconds pause{0};  ///< before the answer; between bytes for Delivery::slow
};

/// Answers one request. May suspend; requests of different connections run interleaved on the
/// executor's thread.
using Handler = std::function<Awaitable<Reply>(HttpRequest request)>;

struct ServerLimits {
  std::size_t header_cap = std::size_t{64} * 1024;
  std::size_t body_cap = std::size_t{256} * 1024 * 1024;  ///< 413 beyond it
  /// Between two requests of one connection.
  std::chrono::milliseconds idle_timeout{75'000};
  /// To read the head of a request, from the connection's begin or else from the head's first byte; 408 beyond it.
  std::chrono::milliseconds head_timeout{10'000};
  /// To read the body, 408 beyond it; to write one answer. Each is longer by what its bytes take at `least_rate`, so
  /// that it bounds who trickles and not who has much to say.
  std::chrono::milliseconds request_timeout{60'000};
  std::chrono::milliseconds write_timeout{60'000};
  std::size_t least_rate = std::size_t{64} * 1024;  ///< bytes a second
  /// At once. For one more, the connection that is least worth keeping is cut (net/http_crowd.h); only where every
  /// one waits for its handler does the new one wait as well.
  std::size_t connections = 1024;
  /// Of `connections`: places that only `urgent` requests may wait for a handler in; others get 503 then.
  std::size_t reserved = 0;
  std::function<bool(const HttpRequest&)> urgent;
};

/// An HTTP/1.1 server with keep-alive on one address. An exception out of the handler is a 500
/// without its text. It goes on answering, one connection at a time, while the process is out of file descriptors.
class HttpServer {
 public:
  virtual ~HttpServer() = default;
  /// The port in use, also when 0 was asked for.
  [[nodiscard]] virtual std::uint16_t port() const = 0;
  /// Takes no more connections, lets requests under way finish for at most `grace`, then cuts them.
  virtual Awaitable<> stop(std::chrono::milliseconds grace) = 0;
};

/// Listens on `address` (`127.0.0.1:8080`, `[::1]:0`, `:9090` for every interface) and serves at
/// once. The error says why the address cannot be used.
Result<std::unique_ptr<HttpServer>> listen_http(Executor executor, std::string address, Handler handler,
                                                ServerLimits limits = {});

}  // namespace plumbline::net
