#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "net/awaitable.h"
#include "net/io_error.h"

namespace plumbline::net {

/// Argument of ByteStream::expires_after(): lifts the deadline.
inline constexpr std::chrono::milliseconds kNoDeadline = std::chrono::milliseconds::max();

/// A connection as a stream of bytes: TCP, TLS over TCP, or a test's fake. One coroutine at a time uses it, on the loop
/// thread.
class ByteStream {
 public:
  virtual ~ByteStream() = default;

  /// Reads at least one byte into `buffer`; 0 means that the peer has ended its side. Errors: IoFailure::closed,
  /// timeout, cancelled; each with Progress::nothing_sent, because a stream knows no requests.
  virtual Awaitable<Result<std::size_t, IoError>> read_some(std::span<char> buffer) = 0;

  /// Writes all of `bytes`, which must outlive the call. Errors as for read_some().
  virtual Awaitable<Result<void, IoError>> write_all(std::string_view bytes) = 0;

  /// Sets the deadline: an operation that is not done by then fails with IoFailure::timeout. After that the stream is
  /// only good for a last answer, shutdown() and cut() under a new deadline. kNoDeadline lifts it.
  virtual void expires_after(std::chrono::milliseconds timeout) = 0;

  /// Ends TLS and TCP in good order, within the deadline. Errors are ignored.
  virtual Awaitable<> shutdown() = 0;

  /// Closes the connection at once. With `reset` the peer sees RST instead of an end.
  enum class Cut { close, reset };
  virtual void cut(Cut how) noexcept = 0;

  /// Whether an idle connection still looks usable: the peer has not ended it and has not sent anything unasked. Does
  /// not wait.
  [[nodiscard]] virtual bool alive() { return true; }
};

enum class Scheme { http, https };

/// The server to connect to. `host` is a name, or an address without brackets.
struct Origin {
  Scheme scheme = Scheme::https;
  std::string host;
  std::uint16_t port = 443;

  friend auto operator<=>(const Origin&, const Origin&) = default;
};

/// Opens streams. Tests replace it by a fake.
class Connector {
 public:
  virtual ~Connector() = default;
  /// The errors (IoFailure::resolve, connect, proxy, tls, timeout, closed, malformed, cancelled) have
  /// Progress::nothing_sent. The caller owns the stream.
  virtual Awaitable<Result<std::unique_ptr<ByteStream>, IoError>> connect(Origin origin) = 0;
};

struct Proxy;  // net/proxy.h

struct ConnectorOptions {
  std::chrono::milliseconds connect_timeout{10'000};    ///< name resolution and TCP connect together
  std::chrono::milliseconds handshake_timeout{10'000};  ///< the TLS handshake; once more for a proxy's tunnel
  std::string ca_file;                                  ///< PEM; empty: the system's CAs
  std::shared_ptr<const Proxy> proxy;                   ///< used for https only; nullptr: none
};

/// Connects by TCP, and for https by TLS 1.2 or 1.3. The certificate is verified against the CAs and the host's name,
/// and SNI names the host. Throws std::runtime_error if the CA file cannot be read.
std::unique_ptr<Connector> make_connector(Executor executor, ConnectorOptions options);

}  // namespace plumbline::net
