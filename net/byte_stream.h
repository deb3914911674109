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

/// For ByteStream::expires_after: no operation fails for its duration.
inline constexpr std::chrono::milliseconds kNoDeadline = std::chrono::milliseconds::max();

/// A connection as a stream of bytes: TCP, TLS over it, or a fake of a test. Used from one
/// coroutine at a time.
class ByteStream {
 public:
  virtual ~ByteStream() = default;

  /// Reads at least one byte; 0 means that the peer has ended its side.
  virtual Awaitable<Result<std::size_t, IoError>> read_some(std::span<char> buffer) = 0;

  /// Writes all of `bytes`, which must outlive the call.
  virtual Awaitable<Result<void, IoError>> write_all(std::string_view bytes) = 0;

  /// From now on an operation that is not done at that time fails with IoFailure::timeout. After
  /// that the stream is dead, but for a last answer, shutdown() and cut() under a new deadline.
  /// kNoDeadline lifts it.
  virtual void expires_after(std::chrono::milliseconds timeout) = 0;

  /// Ends TLS and TCP in good order, within the deadline. Errors are of no interest any more.
  virtual Awaitable<> shutdown() = 0;

  /// Cuts the connection; with `reset` so that the peer sees RST instead of an end.
  enum class Cut { close, reset };
  virtual void cut(Cut how) noexcept = 0;

  /// Whether an idle connection still looks usable: the peer has neither ended it nor sent anything
  /// unasked. Does not wait.
  [[nodiscard]] virtual bool alive() { return true; }
};

enum class Scheme { http, https };

/// Where to connect to: scheme, host (name or address without brackets) and port.
struct Origin {
  Scheme scheme = Scheme::https;
  std::string host;
  std::uint16_t port = 443;

  friend auto operator<=>(const Origin&, const Origin&) = default;
};

/// Opens streams. The border at which tests put a fake.
class Connector {
 public:
  virtual ~Connector() = default;
  virtual Awaitable<Result<std::unique_ptr<ByteStream>, IoError>> connect(Origin origin) = 0;
};

struct Proxy;  // net/proxy.h

struct ConnectorOptions {
  std::chrono::milliseconds connect_timeout{10'000};    ///< resolve and TCP connect together
  std::chrono::milliseconds handshake_timeout{10'000};  ///< TLS
  std::string ca_file;                                  ///< PEM; empty: the system's CAs
  std::shared_ptr<const Proxy> proxy;  ///< for https; nullptr: none. Its tunnel is part of the handshake
};

/// TCP and TLS (1.2 and 1.3, verified against the CAs and the host's name, with SNI). Throws
/// std::runtime_error if the CA file cannot be read.
std::unique_ptr<Connector> make_connector(Executor executor, ConnectorOptions options);

}  // namespace plumbline::net
