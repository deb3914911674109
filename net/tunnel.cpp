#include <fmt/format.h>

#include <boost/asio/buffer.hpp>
#include <boost/asio/write.hpp>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include "base/connect_tunnel.h"
#include "base/secret.h"
#include "base/text.h"
#include "net/await.h"
#include "net/http_format.h"
#include "net/http_parser.h"
#include "net/proxy.h"
#include "net/read_buffer.h"
#include "net/tcp.h"

namespace plumbline::net {
namespace {

using asio::ip::tcp;

constexpr std::size_t kLongestHeader = std::size_t{16} * 1024;

IoError at_proxy(const Proxy& proxy, IoFailure failure, std::string_view what) {
  return {failure, Progress::nothing_sent, fmt::format("the proxy {}:{} {}", proxy.host, proxy.port, what)};
}

std::string authority_of(const Origin& target) {
  return tunnel_authority(target.host, std::to_string(target.port));
}

// With 5xx the proxy could not reach the server, which may pass. With any other status somebody has to change
// something.
IoError refused(const Proxy& proxy, const Origin& target, int status) {
  return at_proxy(proxy, status >= 500 ? IoFailure::connect : IoFailure::proxy,
                  fmt::format("opens no tunnel to {}: {} {}{}", authority_of(target), status, reason_phrase(status),
                              tunnel_advice(status, proxy.credentials)));
}

// Reads the answer to CONNECT: its header, and no byte behind it.
class TunnelAnswer {
 public:
  /// Where the next bytes go; then say how many came.
  std::span<char> room() { return input_.room(); }

  /// An error, or nothing as long as there is none.
  std::optional<IoError> take(const Proxy& proxy, const Origin& target, std::size_t count) {
    input_.commit(count);
    input_.consume(parser_.put(input_.unread()));
    if (parser_.fault() != ParseFault::none) return at_proxy(proxy, IoFailure::malformed, "does not speak HTTP/1.1");
    if (!parser_.header_done()) return std::nullopt;
    done_ = true;
    if (parser_.status() < 200 || parser_.status() > 299) return refused(proxy, target, parser_.status());
    // In a tunnel the client speaks first: such bytes do not come from the server.
    if (!input_.empty()) return at_proxy(proxy, IoFailure::malformed, "sent more than the answer to CONNECT");
    return std::nullopt;
  }

  [[nodiscard]] bool done() const { return done_; }

 private:
  ReadBuffer input_;
  // An answer to CONNECT has no body, like one to HEAD.
  ResponseParser parser_{{.header = kLongestHeader, .body = 0}, AnswerTo::head};
  bool done_ = false;
};

}  // namespace

Awaitable<Result<tcp::socket, IoError>> open_tunnel(tcp::socket socket, const Proxy* proxy, Origin target,
                                                    std::chrono::milliseconds timeout) {
  GuardedSocket guard(std::move(socket));
  guard.deadline().expires_after(timeout);
  const auto explain = [&](const boost::system::error_code& error) {
    const IoError cause = guard.explain(error);
    return at_proxy(*proxy, cause.failure, "does not answer: " + cause.message);
  };
  std::string request = tunnel_request(authority_of(target), proxy->credentials);
  const auto [write_error, written] = co_await asio::async_write(guard.socket(), asio::buffer(request), kAwait);
  wipe(request);
  if (write_error) co_return std::unexpected(explain(write_error));

  TunnelAnswer answer;
  while (!answer.done()) {
    const auto room = answer.room();
    const auto [error, count] = co_await guard.socket().async_read_some(asio::buffer(room.data(), room.size()), kAwait);
    if (error == asio::error::eof) {
      co_return std::unexpected(at_proxy(*proxy, IoFailure::closed, "closed the connection without an answer"));
    }
    if (error) co_return std::unexpected(explain(error));
    auto problem = answer.take(*proxy, target, count);
    if (problem) co_return std::unexpected(std::move(*problem));
  }
  co_return std::move(guard.socket());
}

}  // namespace plumbline::net
