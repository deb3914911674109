#pragma once

#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <tuple>

#include "net/await.h"
#include "net/byte_stream.h"
#include "net/deadline.h"

/// TCP for the connector and the server of this folder.
namespace plumbline::net {

/// The part that TCP and TLS streams share: a socket under a deadline, and the meaning of its errors.
class GuardedSocket {
 public:
  explicit GuardedSocket(asio::ip::tcp::socket socket);

  [[nodiscard]] asio::ip::tcp::socket& socket() { return socket_; }
  [[nodiscard]] Deadline& deadline() { return deadline_; }

  /// The error if we ended the connection ourselves: the deadline has passed, or it was cut. Otherwise nothing.
  [[nodiscard]] std::optional<IoError> gone() const;
  [[nodiscard]] IoError explain(const boost::system::error_code& error) const;

  void cut(ByteStream::Cut how) noexcept;
  [[nodiscard]] bool alive();

  /// ByteStream::read_some() over `layer`, which is the socket or what encrypts over it, and lives as long as this.
  template <class Layer>
  Awaitable<Result<std::size_t, IoError>> read_some(Layer* layer, std::span<char> buffer);

  /// The same of ByteStream::write_all().
  template <class Layer>
  Awaitable<Result<void, IoError>> write_all(Layer* layer, std::string_view bytes);

  /// Ends our side, then reads until the peer has ended its own, so that it sees our last bytes
  /// rather than a reset.
  Awaitable<> linger();

 private:
  asio::ip::tcp::socket socket_;
  bool cut_ = false;
  Deadline deadline_;
};

/// The stream of a connected socket, which it owns. Sets TCP_NODELAY.
std::unique_ptr<ByteStream> make_tcp_stream(asio::ip::tcp::socket socket);

/// Resolves and connects, within `timeout` in all. Each address of the host gets an equal share of the time that is
/// left, so that a dead one does not use up the time of the next. Errors: IoFailure::resolve, connect, timeout,
/// cancelled.
Awaitable<Result<asio::ip::tcp::socket, IoError>> connect_tcp(Executor executor, std::string host, std::uint16_t port,
                                                              std::chrono::milliseconds timeout);

/// What can be written without waiting: mostly the kernel takes everything at once, and no suspension is needed.
inline std::size_t write_now(asio::ip::tcp::socket& socket, std::string_view bytes, boost::system::error_code& error) {
  return socket.write_some(asio::buffer(bytes), error);
}

/// Nothing over TLS, which may have to read before it can write.
template <class Layer>
std::size_t write_now(Layer& /*layer*/, std::string_view /*bytes*/, boost::system::error_code& error) {
  error = asio::error::would_block;
  return 0;
}

template <class Layer>
Awaitable<Result<std::size_t, IoError>> GuardedSocket::read_some(Layer* layer, std::span<char> buffer) {
  if (auto ours = gone()) co_return std::unexpected(std::move(*ours));
  const auto [error, count] = co_await layer->async_read_some(asio::buffer(buffer.data(), buffer.size()), kAwait);
  if (error == asio::error::eof) co_return std::size_t{0};
  // An end of TLS without close_notify may be an attacker's: it never counts as an orderly end.
  if (error) co_return std::unexpected(explain(error));
  co_return count;
}

template <class Layer>
Awaitable<Result<void, IoError>> GuardedSocket::write_all(Layer* layer, std::string_view bytes) {
  while (!bytes.empty()) {
    if (auto ours = gone()) co_return std::unexpected(std::move(*ours));
    boost::system::error_code error;
    std::size_t count = write_now(*layer, bytes, error);
    if (error == asio::error::would_block) {
      std::tie(error, count) = co_await layer->async_write_some(asio::buffer(bytes), kAwait);
    }
    if (error) co_return std::unexpected(explain(error));
    bytes.remove_prefix(count);
  }
  co_return Result<void, IoError>();
}

}  // namespace plumbline::net
