#pragma once

#include <chrono>
#include <cstddef>
#include <memory>

#include "net/byte_stream.h"
#include "net/http.h"

namespace plumbline::net {

struct HttpClientLimits {
  std::chrono::milliseconds write_timeout{30'000};   ///< the whole request
  std::chrono::milliseconds header_timeout{60'000};  ///< until the answer's header is complete
  std::chrono::milliseconds body_timeout{60'000};    ///< the answer's body
  std::chrono::milliseconds idle_timeout{50'000};    ///< a pooled connection older than this is not used again
  std::size_t header_cap = std::size_t{64} * 1024;
  std::size_t body_cap = std::size_t{256} * 1024 * 1024;
  std::size_t connections = 8;  ///< at most so many at once for one origin; more requests wait their turn
};

/// HTTP/1.1 with keep-alive over a pool of connections to one origin.
///
/// A request that a pooled connection turns out to be closed for, before any byte of an answer, is
/// repeated once on a fresh connection if its method is safe (RFC 9110, 9.2.1). Everything else is
/// reported with its Progress and left to the caller, who knows what a repetition does: a PUT that
/// ends in the same state may still leave another version behind.
class HttpClient {
 public:
  virtual ~HttpClient() = default;
  virtual Awaitable<Result<HttpResponse, IoError>> exchange(HttpRequest request) = 0;
  /// Ends idle connections in good order, within a second. Exchanges under way go on; those that wait
  /// or come later fail with IoFailure::cancelled.
  virtual Awaitable<> shutdown() = 0;
  /// Connections that were opened so far: for metrics and tests.
  [[nodiscard]] virtual std::size_t connections_opened() const = 0;
};

/// `connector` must outlive the client and every exchange. The client itself may end while exchanges
/// are under way; those go on.
std::unique_ptr<HttpClient> make_http_client(Executor executor, Connector& connector, Origin origin,
                                             HttpClientLimits limits = {});

}  // namespace plumbline::net
