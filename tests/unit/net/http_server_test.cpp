#include "net/http_server.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include "tests/unit/net/run.h"

namespace plumbline::net {
namespace {

using asio::ip::tcp;
using boost::system::error_code;
using std::chrono::milliseconds;
constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);

Awaitable<Reply> echo_target(HttpRequest request) {
  co_return Reply{HttpResponse{200, {}, request.target}};
}

std::unique_ptr<HttpServer> serve(asio::io_context& context, Handler handler, ServerLimits limits = {}) {
  auto server = listen_http(context.get_executor(), "127.0.0.1:0", std::move(handler), limits);
  REQUIRE(server);
  return std::move(*server);
}

tcp::socket connect_to(asio::io_context& context, const HttpServer& server) {
  tcp::socket socket(context);
  socket.connect({asio::ip::address_v4::loopback(), server.port()});
  return socket;
}

// Everything that the server sends until it ends the connection.
Awaitable<std::pair<std::string, error_code>> read_all(tcp::socket* socket) {
  std::string text;
  const auto [error, count] = co_await asio::async_read(*socket, asio::dynamic_buffer(text), kAwait);
  text.resize(count);
  co_return std::pair(text, error);
}

Awaitable<std::pair<std::string, error_code>> talk(tcp::socket* socket, std::string request) {
  co_await asio::async_write(*socket, asio::buffer(request), kAwait);
  co_return co_await read_all(socket);
}

TEST_CASE("a server on port 0 tells its port and answers over loopback") {
  asio::io_context context;
  const auto server = serve(context, echo_target);
  CHECK(server->port() != 0);
  auto socket = connect_to(context, *server);
  const auto [text, error] =
      testing::run_on(context, talk(&socket, "GET /x HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"));
  CHECK(error == asio::error::eof);
  CHECK(text.starts_with("HTTP/1.1 200 OK\r\n"));
  CHECK(text.ends_with("\r\n\r\n/x"));
}

TEST_CASE("addresses are read strictly and the reason for a refusal is told") {
  asio::io_context context;
  for (const std::string bad :
       {"", "8080", "127.0.0.1", "127.0.0.1:x", "127.0.0.1:70000", "::1:80", "[127.0.0.1]:80", "example.com:80"}) {
    const auto server = listen_http(context.get_executor(), bad, echo_target);
    CAPTURE(bad);
    REQUIRE_FALSE(server);
    CHECK(server.error().message.find("127.0.0.1:8080") != std::string::npos);
  }
  CHECK(listen_http(context.get_executor(), ":0", echo_target));
  CHECK(listen_http(context.get_executor(), "localhost:0", echo_target));
}

TEST_CASE("a port in use is an error with the reason") {
  asio::io_context context;
  const auto server = serve(context, echo_target);
  const auto second = listen_http(context.get_executor(), fmt::format("127.0.0.1:{}", server->port()), echo_target);
  REQUIRE_FALSE(second);
  CHECK(second.error().message.find("in use") != std::string::npos);
}

TEST_CASE("delivery reset is a reset on the wire") {
  asio::io_context context;
  const auto server =
      serve(context, [](HttpRequest) -> Awaitable<Reply> { co_return Reply{HttpResponse{}, Delivery::reset}; });
  auto socket = connect_to(context, *server);
  const auto [text, error] = testing::run_on(context, talk(&socket, "GET / HTTP/1.1\r\nHost: h\r\n\r\n"));
  CHECK(text.empty());
  CHECK(error == asio::error::connection_reset);
}

TEST_CASE("an idle connection is ended after its time and a slow request gets 408") {
  asio::io_context context;
  ServerLimits limits;
  limits.idle_timeout = milliseconds(50);
  limits.request_timeout = milliseconds(50);
  const auto server = serve(context, echo_target, limits);
  auto idle = connect_to(context, *server);
  const auto [nothing, end] = testing::run_on(context, read_all(&idle));
  CHECK(nothing.empty());
  CHECK(end == asio::error::eof);
  auto slow = connect_to(context, *server);
  const auto [text, error] = testing::run_on(context, talk(&slow, "GET / HTTP/1.1\r\n"));
  CHECK(text.starts_with("HTTP/1.1 408 "));
  CHECK(error == asio::error::eof);
}

TEST_CASE("the answer to a body that is too large arrives although the client goes on sending") {
  asio::io_context context;
  ServerLimits limits;
  limits.body_cap = 1000;
  const auto server = serve(context, echo_target, limits);
  auto socket = connect_to(context, *server);
  const std::string body(200'000, 'x');
  const auto [text, error] = testing::run_on(
      context,
      talk(&socket, fmt::format("PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: {}\r\n\r\n", body.size()) + body));
  CHECK(text.starts_with("HTTP/1.1 413 "));
  CHECK(error == asio::error::eof);
}

TEST_CASE("connections beyond the cap wait until one ends") {
  asio::io_context context;
  ServerLimits limits;
  limits.connections = 1;
  const auto server = serve(context, echo_target, limits);
  auto first = connect_to(context, *server);
  auto second = connect_to(context, *server);
  const std::string request = "GET /x HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n";
  asio::write(second, asio::buffer(request));
  context.run_for(milliseconds(50));
  CHECK(second.available() == 0);
  const auto [one, first_error] = testing::run_on(context, talk(&first, request));
  CHECK(one.ends_with("/x"));
  first.close();
  const auto [two, second_error] = testing::run_on(context, read_all(&second));
  CHECK(two.ends_with("/x"));
}

// Handler whose answer comes when the test lets it go.
struct Gate {
  explicit Gate(asio::io_context& context) : timer(context, std::chrono::hours(1)) {}
  asio::steady_timer timer;
  bool entered = false;
  bool left = false;
};

Awaitable<Reply> wait_at(Gate* gate) {
  gate->entered = true;
  co_await gate->timer.async_wait(kAwait);
  gate->left = true;
  co_return Reply{HttpResponse{200, {}, "late"}};
}

Awaitable<> sleep_for(milliseconds duration) {
  asio::steady_timer timer(co_await asio::this_coro::executor, duration);
  co_await timer.async_wait(kAwait);
}

TEST_CASE("stop lets the request under way finish and ends idle connections at once") {
  asio::io_context context;
  Gate gate(context);
  const auto server = serve(context, [&](const HttpRequest&) { return wait_at(&gate); });
  auto idle = connect_to(context, *server);
  auto busy = connect_to(context, *server);
  asio::write(busy, asio::buffer(std::string("GET / HTTP/1.1\r\nHost: h\r\n\r\n")));
  while (!gate.entered) context.run_one();

  bool stopped = false;
  asio::co_spawn(context, server->stop(std::chrono::seconds(10)), [&](const std::exception_ptr&) { stopped = true; });
  const auto [nothing, end] = testing::run_on(context, read_all(&idle));
  CHECK(end == asio::error::eof);
  CHECK_FALSE(stopped);
  gate.timer.cancel();
  const auto [text, error] = testing::run_on(context, read_all(&busy));
  CHECK(text.ends_with("late"));
  CHECK(text.find("Connection: close") != std::string::npos);
  busy.close();
  context.restart();
  context.run_for(milliseconds(500));
  CHECK(stopped);
}

TEST_CASE("stop cuts what is not done after the grace and takes no new connection") {
  asio::io_context context;
  Gate gate(context);
  const auto server = serve(context, [&](const HttpRequest&) { return wait_at(&gate); });
  auto busy = connect_to(context, *server);
  asio::write(busy, asio::buffer(std::string("GET / HTTP/1.1\r\nHost: h\r\n\r\n")));
  while (!gate.entered) context.run_one();
  const auto port = server->port();
  testing::run_on(context, server->stop(milliseconds(20)));
  CHECK(gate.left);  // the handler was cancelled rather than abandoned
  const auto [text, error] = testing::run_on(context, read_all(&busy));
  CHECK(text.empty());
  tcp::socket late(context);
  error_code refused;
  late.connect({asio::ip::address_v4::loopback(), port}, refused);
  CHECK(refused == asio::error::connection_refused);
}

TEST_CASE("a server may be destroyed in the middle of a request") {
  asio::io_context context;
  Gate gate(context);
  auto server = serve(context, [&](const HttpRequest&) { return wait_at(&gate); });
  auto busy = connect_to(context, *server);
  asio::write(busy, asio::buffer(std::string("GET / HTTP/1.1\r\nHost: h\r\n\r\n")));
  while (!gate.entered) context.run_one();
  server.reset();
  testing::run_on(context, sleep_for(milliseconds(20)));
  CHECK(gate.left);
}

TEST_CASE("a server may go while a connection is open and nothing runs any more") {
  auto context = std::make_unique<asio::io_context>();
  auto server = serve(*context, echo_target);
  auto socket = std::make_unique<tcp::socket>(connect_to(*context, *server));
  context->run_for(milliseconds(10));
  socket.reset();
  server.reset();
  context.reset();
  CHECK(server == nullptr);
}

}  // namespace
}  // namespace plumbline::net
