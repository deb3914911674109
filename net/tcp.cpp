#include "net/tcp.h"

#include <fmt/format.h>

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <utility>
#include <vector>

#include "net/await.h"

namespace plumbline::net {
namespace {

using tcp = asio::ip::tcp;
using boost::system::error_code;
using Clock = std::chrono::steady_clock;

class TcpStream final : public ByteStream {
 public:
  explicit TcpStream(tcp::socket socket) : guard_(std::move(socket)) {}

  Awaitable<Result<std::size_t, IoError>> read_some(std::span<char> buffer) override {
    return guard_.read_some(&guard_.socket(), buffer);
  }

  Awaitable<Result<void, IoError>> write_all(std::string_view bytes) override {
    return guard_.write_all(&guard_.socket(), bytes);
  }

  void expires_after(std::chrono::milliseconds timeout) override { guard_.deadline().expires_after(timeout); }

  Awaitable<> shutdown() override { co_await guard_.linger(); }

  void cut(Cut how) noexcept override { guard_.cut(how); }

  [[nodiscard]] bool alive() override { return guard_.alive(); }

 private:
  GuardedSocket guard_;
};

// The system's resolver runs in a thread of Asio's and cannot be interrupted. If it takes too long, its answer is
// ignored.
struct Resolution {
  explicit Resolution(const Executor& executor) : resolver(executor), done(executor) {}

  tcp::resolver resolver;
  asio::steady_timer done;
  bool finished = false;
  error_code error;
  std::vector<tcp::endpoint> endpoints;
};

Awaitable<Result<std::vector<tcp::endpoint>, IoError>> resolve(Executor executor, std::string host, std::uint16_t port,
                                                               std::chrono::milliseconds timeout) {
  error_code not_literal;
  const auto literal = asio::ip::make_address(host, not_literal);
  if (!not_literal) co_return std::vector<tcp::endpoint>{tcp::endpoint(literal, port)};

  const auto state = std::make_shared<Resolution>(executor);
  state->done.expires_after(timeout);
  state->resolver.async_resolve(host, std::to_string(port), tcp::resolver::numeric_service,
                                [state](const error_code& error, const tcp::resolver::results_type& results) {
                                  state->finished = true;
                                  state->error = error;
                                  for (const auto& entry : results) state->endpoints.push_back(entry.endpoint());
                                  state->done.cancel();
                                });
  co_await state->done.async_wait(kAwait);
  if (!state->finished) {
    state->resolver.cancel();
    co_return std::unexpected(
        IoError{IoFailure::timeout, Progress::nothing_sent, host + ": no answer from DNS in time"});
  }
  if (state->error || state->endpoints.empty()) {
    const std::string why = state->error ? state->error.message() : "no address";
    co_return std::unexpected(IoError{IoFailure::resolve, Progress::nothing_sent, host + ": " + why});
  }
  co_return std::move(state->endpoints);
}

}  // namespace

GuardedSocket::GuardedSocket(tcp::socket socket)
    : socket_(std::move(socket)), deadline_(socket_.get_executor(), [this] {
        error_code ignored;
        socket_.cancel(ignored);
      }) {
  error_code ignored;
  socket_.set_option(tcp::no_delay(true), ignored);
  socket_.non_blocking(true, ignored);
}

std::optional<IoError> GuardedSocket::gone() const {
  if (cut_) return IoError{IoFailure::closed, Progress::nothing_sent, "the connection was cut"};
  if (deadline_.passed()) return explain(asio::error::operation_aborted);
  return std::nullopt;
}

IoError GuardedSocket::explain(const error_code& error) const {
  if (error != asio::error::operation_aborted) {
    return IoError{IoFailure::closed, Progress::nothing_sent, error.message()};
  }
  if (cut_) return IoError{IoFailure::closed, Progress::nothing_sent, "the connection was cut"};
  if (deadline_.passed()) {
    return IoError{IoFailure::timeout, Progress::nothing_sent, "no answer in time"};
  }
  return IoError{IoFailure::cancelled, Progress::nothing_sent, "cancelled"};
}

void GuardedSocket::cut(ByteStream::Cut how) noexcept {
  cut_ = true;
  error_code ignored;
  // A linger time of zero makes close() send RST (tcp(7)).
  if (how == ByteStream::Cut::reset) socket_.set_option(asio::socket_base::linger(true, 0), ignored);
  socket_.close(ignored);
}

bool GuardedSocket::alive() {
  if (cut_ || !socket_.is_open()) return false;
  std::array<char, 1> byte{};
  error_code error;
  socket_.receive(asio::buffer(byte), asio::socket_base::message_peek, error);
  return error == asio::error::would_block;
}

Awaitable<> GuardedSocket::linger() {
  error_code ignored;
  socket_.shutdown(tcp::socket::shutdown_send, ignored);
  std::array<char, 4096> rest{};
  while (!gone()) {
    const auto [error, count] = co_await socket_.async_read_some(asio::buffer(rest), kAwait);
    if (error) break;
  }
  cut(ByteStream::Cut::close);
}

std::unique_ptr<ByteStream> make_tcp_stream(tcp::socket socket) {
  return std::make_unique<TcpStream>(std::move(socket));
}

Awaitable<Result<tcp::socket, IoError>> connect_tcp(Executor executor, std::string host, std::uint16_t port,
                                                    std::chrono::milliseconds timeout) {
  const auto deadline = Clock::now() + timeout;
  const auto endpoints = co_await resolve(executor, host, port, timeout);
  if (!endpoints) co_return std::unexpected(endpoints.error());

  IoError last{IoFailure::timeout, Progress::nothing_sent, fmt::format("{}:{}: no connection in time", host, port)};
  for (std::size_t i = 0; i < endpoints->size() && Clock::now() < deadline; ++i) {
    tcp::socket socket(executor);
    const auto share = (deadline - Clock::now()) / (endpoints->size() - i);
    bool late = false;
    Deadline guard(executor, [&] {
      late = true;
      error_code ignored;
      socket.close(ignored);
    });
    guard.expires_after(std::chrono::ceil<std::chrono::milliseconds>(share));
    const auto [error] = co_await socket.async_connect((*endpoints)[i], kAwait);
    if (!error) co_return std::move(socket);
    if (late) continue;
    if (error == asio::error::operation_aborted) {
      co_return std::unexpected(IoError{IoFailure::cancelled, Progress::nothing_sent, "cancelled"});
    }
    last = IoError{IoFailure::connect, Progress::nothing_sent, fmt::format("{}:{}: {}", host, port, error.message())};
  }
  co_return std::unexpected(std::move(last));
}

}  // namespace plumbline::net
