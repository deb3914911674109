#include "net/http_server.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <string>
#include <tuple>

#include "net/await.h"
#include "tests/support/sanitizer.h"
#include "tests/unit/net/run.h"

namespace plumbline::net {
namespace {

using asio::ip::tcp;
using boost::system::error_code;
using std::chrono::milliseconds;

Awaitable<Reply> echo_target(HttpRequest request) {
  co_return Reply{HttpResponse{200, {}, request.target}};
}

Awaitable<Reply> reply_with(Reply reply) {
  co_return reply;
}

std::unique_ptr<HttpServer> serve(asio::io_context& context, Handler handler, ServerLimits limits = {}) {
  auto server = listen_http(context.get_executor(), "127.0.0.1:0", std::move(handler), std::move(limits));
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

TEST_CASE("a server tells the address in use, and whether only this machine reaches it") {
  asio::io_context context;
  for (const auto& [asked, host, on_loopback] :
       {std::tuple("127.0.0.1:0", "127.0.0.1:", true), std::tuple("localhost:0", "127.0.0.1:", true),
        std::tuple("0.0.0.0:0", "0.0.0.0:", false)}) {
    CAPTURE(asked);
    const auto server = listen_http(context.get_executor(), asked, echo_target).value();
    CHECK(server->address() == host + std::to_string(server->port()));
    CHECK(is_on_loopback(server->address()) == on_loopback);
  }
  for (const auto* public_address : {":8080", "[::]:8080", "0.0.0.0:0", "192.0.2.1:80", "[2001:db8::1]:80"}) {
    CHECK_FALSE_MESSAGE(is_on_loopback(public_address), public_address);
  }
  CHECK(is_on_loopback("[::1]:8080"));
}

TEST_CASE("a port in use is an error with the reason") {
  asio::io_context context;
  const auto server = serve(context, echo_target);
  const auto second = listen_http(context.get_executor(), fmt::format("127.0.0.1:{}", server->port()), echo_target);
  REQUIRE_FALSE(second);
  CHECK(second.error().message.find("in use") != std::string::npos);
}

// A listening socket as a service manager makes it, and a copy as it is passed on.
struct Passed {
  explicit Passed(asio::io_context& context) : listener(context, {asio::ip::address_v4::loopback(), 0}) {}

  [[nodiscard]] Descriptor copy() { return Descriptor(::fcntl(listener.native_handle(), F_DUPFD_CLOEXEC, 0)); }

  tcp::acceptor listener;
};

TEST_CASE("a socket that listens already is served, and outlives the server") {
  asio::io_context context;
  Passed passed(context);
  auto server = serve_http(context.get_executor(), passed.copy(), echo_target).value();
  CHECK(server->port() == passed.listener.local_endpoint().port());
  CHECK(is_on_loopback(server->address()));
  const std::string request = "GET /x HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n";
  auto first = connect_to(context, *server);
  CHECK(testing::run_on(context, talk(&first, request)).first.ends_with("/x"));

  // Who comes while nobody serves waits for the next process.
  auto second = connect_to(context, *server);
  testing::run_on(context, server->stop(milliseconds(0)));
  server = serve_http(context.get_executor(), passed.copy(), echo_target).value();
  CHECK(testing::run_on(context, talk(&second, request)).first.ends_with("/x"));
}

TEST_CASE("what does not listen for TCP is not served") {
  asio::io_context context;
  tcp::socket unbound(context, tcp::v4());
  Descriptor copy(::fcntl(unbound.native_handle(), F_DUPFD_CLOEXEC, 0));
  CHECK_FALSE(is_tcp_listener(copy));
  CHECK_FALSE(is_tcp_listener(Descriptor()));
  Descriptor file(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  CHECK_FALSE(is_tcp_listener(file));
  CHECK_FALSE(serve_http(context.get_executor(), std::move(copy), echo_target));
  CHECK(is_tcp_listener(Passed(context).copy()));
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

Awaitable<std::optional<std::string>> next_of(std::shared_ptr<std::vector<std::string>> pieces) {
  if (pieces->empty()) co_return std::nullopt;
  auto piece = std::move(pieces->back());
  pieces->pop_back();
  co_return piece;
}

Awaitable<Reply> in_pieces(HttpRequest /*request*/) {
  auto pieces = std::make_shared<std::vector<std::string>>(std::vector<std::string>{"three", "", "two"});
  Reply reply{.response = {.status = 200, .body = "first"}};
  reply.more = [pieces] { return next_of(pieces); };
  co_return reply;
}

TEST_CASE("an answer that comes piece by piece is sent in chunks, and the connection ends with it") {
  asio::io_context context;
  const auto server = serve(context, in_pieces);
  auto socket = connect_to(context, *server);
  const auto [text, error] = testing::run_on(context, talk(&socket, "GET / HTTP/1.1\r\nHost: h\r\n\r\n"));
  CHECK(text.contains("\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"));
  CHECK(text.ends_with("\r\n\r\n5\r\nfirst\r\n3\r\ntwo\r\n5\r\nthree\r\n0\r\n\r\n"));
  CHECK(!text.contains("Content-Length"));
  CHECK(error == asio::error::eof);
}

TEST_CASE("an idle connection is ended after its time and a slow request gets 408") {
  asio::io_context context;
  ServerLimits limits;
  limits.idle_timeout = milliseconds(50);
  limits.head_timeout = milliseconds(50);
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

const std::string kLastRequest = "GET /x HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n";

TEST_CASE("a connection beyond the cap waits only while every other one waits for its handler") {
  asio::io_context context;
  Gate gate(context);
  ServerLimits limits;
  limits.connections = 1;
  const auto server = serve(
      context,
      [&](HttpRequest request) { return request.target == "/gate" ? wait_at(&gate) : echo_target(std::move(request)); },
      limits);
  auto first = connect_to(context, *server);
  asio::write(first, asio::buffer(std::string("GET /gate HTTP/1.1\r\nHost: h\r\n\r\n")));
  while (!gate.entered) context.run_one();
  auto second = connect_to(context, *server);
  asio::write(second, asio::buffer(kLastRequest));
  context.restart();
  context.run_for(milliseconds(50));
  CHECK(second.available() == 0);
  gate.timer.cancel();
  const auto [text, error] = testing::run_on(context, read_all(&second));
  CHECK(text.ends_with("/x"));
}

TEST_CASE("silent connections give way to a new one at once") {
  asio::io_context context;
  ServerLimits limits;
  limits.connections = 3;
  limits.head_timeout = std::chrono::hours(1);
  limits.idle_timeout = std::chrono::hours(1);
  const auto server = serve(context, echo_target, limits);
  std::vector<tcp::socket> silent;
  silent.reserve(20);
  for (int i = 0; i < 20; ++i) silent.push_back(connect_to(context, *server));
  auto begun = connect_to(context, *server);
  asio::write(begun, asio::buffer(std::string("GET /x HT")));
  for (int i = 0; i < 5; ++i) {
    auto socket = connect_to(context, *server);
    const auto [text, error] = testing::run_on(context, talk(&socket, kLastRequest));
    CHECK(text.ends_with("/x"));
  }
  // Who has begun to speak stays while there is somebody who has not.
  const auto [text, error] = testing::run_on(context, talk(&begun, "TP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"));
  CHECK(text.ends_with("/x"));
}

// Sends `beginning`, then `drop` again and again until the server ends the connection.
Awaitable<std::string> trickle(tcp::socket* socket, std::string beginning, std::string drop) {
  co_await asio::async_write(*socket, asio::buffer(beginning), kAwait);
  std::string text(1024, '\0');
  while (true) {
    co_await testing::sleep_for(milliseconds(5));
    error_code error;
    asio::write(*socket, asio::buffer(drop), error);
    if (error) co_return "";
    if (socket->available(error) == 0 && !error) continue;
    text.resize(socket->read_some(asio::buffer(text), error));
    co_return text;
  }
}

TEST_CASE("a head that trickles is due as a whole, and so is a body") {
  asio::io_context context;
  ServerLimits limits;
  limits.head_timeout = milliseconds(60);
  limits.request_timeout = milliseconds(60);
  const auto server = serve(context, echo_target, limits);
  auto head = connect_to(context, *server);
  CHECK(testing::run_on(context, trickle(&head, "GET / HTTP/1.1\r\nX: ", "x")).starts_with("HTTP/1.1 408 "));
  auto field = connect_to(context, *server);
  CHECK(testing::run_on(context, trickle(&field, "GET / HTTP/1.1\r\n", "X: y\r\n")).starts_with("HTTP/1.1 408 "));
  for (const std::string framing : {"Content-Length: 100000", "Transfer-Encoding: chunked"}) {
    auto body = connect_to(context, *server);
    const std::string drop = framing.starts_with("T") ? "1\r\nx\r\n" : "x";
    CHECK(testing::run_on(context, trickle(&body, "PUT / HTTP/1.1\r\nHost: h\r\n" + framing + "\r\n\r\n", drop))
              .starts_with("HTTP/1.1 408 "));
  }
}

TEST_CASE("a body that comes at the least rate may take longer than the timeout") {
  asio::io_context context;
  ServerLimits limits;
  limits.request_timeout = milliseconds(50);
  limits.least_rate = 100;
  const auto server = serve(context, echo_target, limits);
  auto socket = connect_to(context, *server);
  asio::write(socket, asio::buffer("PUT /x HTTP/1.1\r\nHost: h\r\nConnection: close\r\nContent-Length: 10000\r\n\r\n" +
                                   std::string(9'999, 'x')));
  testing::run_on(context, testing::sleep_for(milliseconds(200)));
  const auto [text, error] = testing::run_on(context, talk(&socket, "x"));
  CHECK(text.ends_with("/x"));
}

TEST_CASE("a client that does not take its answer is cut, and gives way before that") {
  asio::io_context context;
  ServerLimits limits;
  limits.connections = 1;
  limits.write_timeout = std::chrono::hours(1);
  limits.least_rate = std::size_t{1} << 30U;
  const std::string large(std::size_t{32} << 20U, 'x');
  const auto handler = [&large](const HttpRequest& request) -> Reply {
    return Reply{HttpResponse{200, {}, request.target == "/large" ? large : request.target}};
  };
  const auto server =
      serve(context, [&handler](const HttpRequest& request) { return reply_with(handler(request)); }, limits);
  auto deaf = connect_to(context, *server);
  asio::write(deaf, asio::buffer(std::string("GET /large HTTP/1.1\r\nHost: h\r\n\r\n")));
  testing::run_on(context, testing::sleep_for(milliseconds(20)));
  auto socket = connect_to(context, *server);
  const auto [text, error] = testing::run_on(context, talk(&socket, kLastRequest));
  CHECK(text.ends_with("/x"));

  limits.write_timeout = milliseconds(50);
  const auto strict =
      serve(context, [&handler](const HttpRequest& request) { return reply_with(handler(request)); }, limits);
  auto late = connect_to(context, *strict);
  asio::write(late, asio::buffer(std::string("GET /large HTTP/1.1\r\nHost: h\r\n\r\n")));
  testing::run_on(context, testing::sleep_for(milliseconds(300)));
  const auto [part, end] = testing::run_on(context, read_all(&late));
  CHECK(part.size() < large.size());
}

TEST_CASE("what is urgent is answered while all other requests wait for their handler") {
  asio::io_context context;
  Gate gate(context);
  ServerLimits limits;
  limits.connections = 3;
  limits.reserved = 1;
  limits.urgent = [](const HttpRequest& request) { return request.target == "/x"; };
  const auto server = serve(
      context,
      [&](HttpRequest request) { return request.target == "/gate" ? wait_at(&gate) : echo_target(std::move(request)); },
      limits);
  const std::string waits = "GET /gate HTTP/1.1\r\nHost: h\r\n\r\n";
  auto one = connect_to(context, *server);
  auto two = connect_to(context, *server);
  asio::write(one, asio::buffer(waits));
  asio::write(two, asio::buffer(waits));
  auto three = connect_to(context, *server);
  const auto [busy, busy_end] = testing::run_on(context, talk(&three, waits));
  CHECK(busy.starts_with("HTTP/1.1 503 "));
  CHECK(busy.find("Retry-After: 1") != std::string::npos);
  auto urgent = connect_to(context, *server);
  const auto [text, error] = testing::run_on(context, talk(&urgent, kLastRequest));
  CHECK(text.ends_with("/x"));
  gate.timer.cancel();
}

// While it lives, no file can be opened and no connection accepted.
class NoDescriptorLeft {
 public:
  NoDescriptorLeft() {
    ::getrlimit(RLIMIT_NOFILE, &before_);
    const int highest = ::dup(0);
    held_.push_back(highest);
    rlimit none = before_;
    none.rlim_cur = static_cast<rlim_t>(highest) + 1;
    ::setrlimit(RLIMIT_NOFILE, &none);
    for (int one = ::dup(0); one >= 0; one = ::dup(0)) held_.push_back(one);
  }
  ~NoDescriptorLeft() {
    for (const int one : held_) ::close(one);
    ::setrlimit(RLIMIT_NOFILE, &before_);
  }
  NoDescriptorLeft(const NoDescriptorLeft&) = delete;
  NoDescriptorLeft& operator=(const NoDescriptorLeft&) = delete;

 private:
  rlimit before_{};
  std::vector<int> held_;
};

TEST_CASE("a server goes on answering, one connection after the other, when the process is out of file descriptors" *
          doctest::skip(plumbline::testing::kNeedsDescriptors)) {
  asio::io_context context;
  const auto server = serve(context, echo_target);
  auto one = connect_to(context, *server);
  auto two = connect_to(context, *server);
  auto three = connect_to(context, *server);
  const NoDescriptorLeft none;
  for (auto* socket : {&one, &two, &three}) asio::write(*socket, asio::buffer(kLastRequest));
  for (auto* socket : {&one, &two, &three}) {
    const auto [text, error] = testing::run_on(context, read_all(socket));
    CHECK(text.ends_with("/x"));
    socket->shutdown(tcp::socket::shutdown_send);
  }
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
  testing::run_on(context, testing::sleep_for(milliseconds(20)));
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
