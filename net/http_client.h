#pragma once

#include <chrono>
#include <cstddef>
#include <memory>

#include "net/byte_stream.h"
#include "net/http.h"

namespace plumbline::net {

/// Limits of one client. Each timeout is counted for one exchange; sizes are in bytes.
struct HttpClientLimits {
  std::chrono::milliseconds write_timeout{30'000};   ///< to write the whole request
  std::chrono::milliseconds header_timeout{60'000};  ///< from the request's end to the end of the answer's header
  std::chrono::milliseconds body_timeout{60'000};    ///< to read the answer's body
  std::chrono::milliseconds idle_timeout{50'000};    ///< a pooled connection that was idle for longer is not used again
  std::size_t header_cap = std::size_t{64} * 1024;
  std::size_t body_cap = std::size_t{256} * 1024 * 1024;  ///< of a packed body also when unpacked
  std::size_t connections = 8;  ///< open at once to the origin; further requests wait their turn
};

/// HTTP/1.1 with keep-alive over a pool of connections to one origin. All calls are made on the loop thread.
///
/// A pooled connection may turn out to be closed before any byte of an answer has come. Then the request is repeated
/// once on a fresh connection, if its method is safe (RFC 9110, 9.2.1). Every other failure is reported with its
/// Progress, and the caller decides: even a PUT that ends in the same state may leave another version behind.
class HttpClient {
 public:
  virtual ~HttpClient() = default;
  /// Sends one request and reads its answer; any HTTP status is an answer. Errors: any IoFailure, also
  /// IoFailure::refused for a request that may not be sent, and cancelled after shutdown(). `request` is overwritten at
  /// the end, because it holds credentials. With `Accept-Encoding: gzip`, an answer that comes packed is given
  /// unpacked, and any other coding but `identity` is IoFailure::malformed.
  virtual Awaitable<Result<HttpResponse, IoError>> exchange(HttpRequest request) = 0;
  /// Ends idle connections in good order, within one second. Exchanges that have begun go on. Exchanges that wait or
  /// come later fail with IoFailure::cancelled.
  virtual Awaitable<> shutdown() = 0;
  /// How many connections were opened so far. For metrics and tests.
  [[nodiscard]] virtual std::size_t connections_opened() const = 0;
};

/// `connector` must outlive the client and every exchange. The client may end before its exchanges do; they go on.
std::unique_ptr<HttpClient> make_http_client(Executor executor, Connector& connector, Origin origin,
                                             HttpClientLimits limits = {});

}  // namespace plumbline::net
