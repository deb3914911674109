#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "net/byte_stream.h"
#include "net/deadline.h"

/// TCP of this folder's connector and server.
namespace plumbline::net {

/// What TCP and TLS streams share: a socket under a deadline, and what its errors mean.
class GuardedSocket {
 public:
  explicit GuardedSocket(asio::ip::tcp::socket socket);

  [[nodiscard]] asio::ip::tcp::socket& socket() { return socket_; }
  [[nodiscard]] Deadline& deadline() { return deadline_; }

  /// Ours rather than the socket's own fault: a deadline that has passed, a cut connection.
  [[nodiscard]] std::optional<IoError> gone() const;
  [[nodiscard]] IoError explain(const boost::system::error_code& error) const;

  void cut(ByteStream::Cut how) noexcept;
  [[nodiscard]] bool alive();

  /// Ends our side, then reads until the peer has ended its own, so that it sees our last bytes
  /// rather than a reset.
  Awaitable<> linger();

 private:
  asio::ip::tcp::socket socket_;
  bool cut_ = false;
  Deadline deadline_;
};

/// The stream of a connected socket; sets TCP_NODELAY.
std::unique_ptr<ByteStream> make_tcp_stream(asio::ip::tcp::socket socket);

/// Resolves and connects, within `timeout` altogether. Each address of the host gets its share of
/// the time, so that a dead one does not use up that of the next.
Awaitable<Result<asio::ip::tcp::socket, IoError>> connect_tcp(Executor executor, std::string host, std::uint16_t port,
                                                              std::chrono::milliseconds timeout);

}  // namespace plumbline::net
