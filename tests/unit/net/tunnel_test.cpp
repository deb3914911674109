#include <doctest/doctest.h>

#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <optional>

#include "net/await.h"
#include "net/proxy.h"
#include "tests/unit/net/run.h"

namespace plumbline::net {
namespace {

using asio::ip::tcp;
using std::chrono::milliseconds;

enum class Afterwards { keep_open, close };

/// A proxy that gives one answer to whatever it is asked, and keeps what that was.
class FakeProxy {
 public:
  FakeProxy(asio::io_context& context, std::string answer, Afterwards afterwards)
      : acceptor_(context, {asio::ip::address_v4::loopback(), 0}), answer_(std::move(answer)), afterwards_(afterwards) {
    asio::co_spawn(context, serve(), asio::detached);
  }

  [[nodiscard]] std::uint16_t port() const { return acceptor_.local_endpoint().port(); }

  std::string request;

 private:
  Awaitable<> serve() {
    auto [refused, socket] = co_await acceptor_.async_accept(kAwait);
    if (refused) co_return;
    std::string buffer(4096, '\0');
    while (!request.ends_with("\r\n\r\n")) {
      const auto [error, count] = co_await socket.async_read_some(asio::buffer(buffer), kAwait);
      if (error) co_return;
      request.append(buffer, 0, count);
    }
    // In two pieces, as a network may cut it.
    const auto half = answer_.size() / 2;
    co_await asio::async_write(socket, asio::buffer(answer_.data(), half), kAwait);
    asio::steady_timer pause(socket.get_executor(), milliseconds(20));
    co_await pause.async_wait(kAwait);
    co_await asio::async_write(socket, asio::buffer(answer_.data() + half, answer_.size() - half), kAwait);
    if (afterwards_ == Afterwards::close) co_return;
    co_await socket.async_read_some(asio::buffer(buffer), kAwait);
  }

  tcp::acceptor acceptor_;
  std::string answer_;
  Afterwards afterwards_;
};

Awaitable<std::optional<IoError>> error_of(tcp::socket socket, const Proxy* proxy, milliseconds timeout) {
  auto tunnel = co_await open_tunnel(std::move(socket), proxy, {Scheme::https, "api.example", 443}, timeout);
  if (tunnel) co_return std::nullopt;
  co_return std::move(tunnel.error());
}

struct Tried {
  std::string request;
  std::optional<IoError> error;
};

/// Asks such a proxy for a tunnel to the API.
Tried try_tunnel(std::string answer, Afterwards afterwards = Afterwards::keep_open,
                 const std::string& credentials = {}) {
  asio::io_context context;
  FakeProxy fake(context, std::move(answer), afterwards);
  const Proxy proxy{.host = "127.0.0.1", .port = fake.port(), .credentials = Secret(credentials)};
  tcp::socket socket(context);
  socket.connect({asio::ip::address_v4::loopback(), fake.port()});
  auto error = testing::run_on(context, error_of(std::move(socket), &proxy, milliseconds(200)));
  return {.request = fake.request, .error = std::move(error)};
}

TEST_CASE("a tunnel is asked for by CONNECT with host and port, and credentials where there are some") {
  const auto plain = try_tunnel("HTTP/1.1 200 Connection established\r\n\r\n");
  CHECK_FALSE(plain.error);
  CHECK(plain.request == "CONNECT api.example:443 HTTP/1.1\r\nHost: api.example:443\r\n\r\n");
  const auto known = try_tunnel("HTTP/1.0 200 ok\r\nProxy-agent: x\r\n\r\n", Afterwards::keep_open, "user:pass");
  CHECK_FALSE(known.error);
  CHECK(known.request.contains("\r\nProxy-Authorization: Basic dXNlcjpwYXNz\r\n"));
}

TEST_CASE("a proxy that refuses is told with its status and never with the credentials") {
  const auto refused = try_tunnel("HTTP/1.1 403 Filtered\r\nContent-Length: 3\r\n\r\nno!");
  REQUIRE(refused.error);
  CHECK(refused.error->failure == IoFailure::proxy);
  CHECK(refused.error->progress == Progress::nothing_sent);
  CHECK(refused.error->message.ends_with("opens no tunnel to api.example:443: 403 Forbidden"));
  const auto unreached = try_tunnel("HTTP/1.1 502 Bad Gateway\r\n\r\n");
  CHECK(unreached.error->failure == IoFailure::connect);
  const auto unknown = try_tunnel("HTTP/1.1 407 No\r\n\r\n");
  CHECK(unknown.error->message.ends_with("407 Proxy Authentication Required (it wants user and password)"));
  const auto wrong = try_tunnel("HTTP/1.1 407 No\r\n\r\n", Afterwards::keep_open, "user:sesame");
  CHECK(wrong.error->message.ends_with("(it does not take this user and password)"));
  CHECK_FALSE(wrong.error->message.contains("sesame"));
}

TEST_CASE("a proxy that speaks something else, or too much, or not at all, is an error in time") {
  CHECK(try_tunnel("SSH-2.0-OpenSSH_9.2\r\n\r\n").error->failure == IoFailure::malformed);
  CHECK(try_tunnel("HTTP/1.1 200 ok\r\n\r\nand more").error->failure == IoFailure::malformed);
  CHECK(try_tunnel("HTTP/1.1 200 ok\r\nX: " + std::string(20'000, 'x') + "\r\n\r\n").error->failure ==
        IoFailure::malformed);
  CHECK(try_tunnel("HTTP/1.1 200", Afterwards::close).error->failure == IoFailure::closed);
  CHECK(try_tunnel("", Afterwards::keep_open).error->failure == IoFailure::timeout);
}

}  // namespace
}  // namespace plumbline::net
