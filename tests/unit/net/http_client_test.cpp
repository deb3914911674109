#include "net/http_client.h"

#include <doctest/doctest.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <vector>

#include "net/http_server.h"
#include "tests/unit/net/memory_stream.h"
#include "tests/unit/net/run.h"

namespace plumbline::net {
namespace {

using std::chrono::milliseconds;
using testing::MemoryStream;
using Record = MemoryStream::Record;
using Script = MemoryStream::Script;

const std::string kOkAnswer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
const HttpRequest kGetRequest{"GET", "/x", {}, ""};
const HttpRequest kPostRequest{"POST", "/x", {}, "body"};

// Hands out scripted streams, one per connection.
class ScriptedConnector final : public Connector {
 public:
  explicit ScriptedConnector(std::vector<Script> scripts) : scripts_(std::move(scripts)) {}

  Awaitable<Result<std::unique_ptr<ByteStream>, IoError>> connect(Origin origin) override {
    if (records.size() == scripts_.size()) {
      co_return std::unexpected(IoError{IoFailure::connect, Progress::nothing_sent, origin.host + ": refused"});
    }
    auto record = std::make_shared<Record>();
    auto stream = std::make_unique<MemoryStream>(scripts_[records.size()], record);
    records.push_back(std::move(record));
    co_return std::move(stream);
  }

  std::vector<std::shared_ptr<Record>> records;

 private:
  std::vector<Script> scripts_;
};

struct Fixture {
  explicit Fixture(std::vector<Script> scripts, HttpClientLimits limits = {})
      : connector(std::move(scripts)),
        client(make_http_client(context.get_executor(), connector, Origin{Scheme::https, "api.example", 443}, limits)) {
  }

  Result<HttpResponse, IoError> exchange(HttpRequest request) {
    return testing::run_on(context, client->exchange(std::move(request)));
  }

  asio::io_context context;
  ScriptedConnector connector;
  std::unique_ptr<HttpClient> client;
};

TEST_CASE("requests one after the other use one connection") {
  Fixture fixture({{.pieces = {kOkAnswer, kOkAnswer, kOkAnswer}}});
  for (int i = 0; i < 3; ++i) CHECK(fixture.exchange(kGetRequest));
  CHECK(fixture.client->connections_opened() == 1);
}

TEST_CASE("a pooled connection that looks dead or is too old is not used") {
  Fixture dead({{.pieces = {kOkAnswer, kOkAnswer}}, {.pieces = {kOkAnswer}}});
  CHECK(dead.exchange(kGetRequest));
  dead.connector.records[0]->alive = false;
  CHECK(dead.exchange(kPostRequest));
  CHECK(dead.client->connections_opened() == 2);

  HttpClientLimits limits;
  limits.idle_timeout = milliseconds(0);
  Fixture old({{.pieces = {kOkAnswer, kOkAnswer}}, {.pieces = {kOkAnswer}}}, limits);
  CHECK(old.exchange(kGetRequest));
  CHECK(old.exchange(kGetRequest));
  CHECK(old.client->connections_opened() == 2);
}

TEST_CASE("a pooled connection that ends before an answer is replaced once for safe methods") {
  for (const std::string method : {"GET", "HEAD", "OPTIONS"}) {
    Fixture fixture({{.pieces = {kOkAnswer}}, {.pieces = {kOkAnswer}}});
    CHECK(fixture.exchange(kGetRequest));
    CHECK(fixture.exchange({method, "/x", {}, ""}));
    CHECK(fixture.client->connections_opened() == 2);
  }
}

TEST_CASE("a write on a pooled connection that ends is not repeated, for it may have been acted on") {
  for (const std::string method : {"POST", "PUT", "PATCH", "DELETE"}) {
    Fixture fixture({{.pieces = {kOkAnswer}}, {.pieces = {kOkAnswer}}});
    CHECK(fixture.exchange(kGetRequest));
    const auto answer = fixture.exchange({method, "/x", {}, "body"});
    REQUIRE_FALSE(answer);
    CHECK(answer.error().failure == IoFailure::closed);
    CHECK(answer.error().progress == Progress::maybe_sent);
    CHECK(fixture.client->connections_opened() == 1);
  }
}

TEST_CASE("nothing is repeated once a byte of the answer was there") {
  Fixture fixture({{.pieces = {kOkAnswer, "HTTP/1.1 200 OK\r\nContent-"}}, {.pieces = {kOkAnswer}}});
  CHECK(fixture.exchange(kGetRequest));
  const auto answer = fixture.exchange(kGetRequest);
  REQUIRE_FALSE(answer);
  CHECK(answer.error().progress == Progress::answer_begun);
  CHECK(fixture.client->connections_opened() == 1);
}

TEST_CASE("a fresh connection that ends is not replaced") {
  Fixture fixture({{}, {.pieces = {kOkAnswer}}});
  CHECK_FALSE(fixture.exchange(kGetRequest));
  CHECK(fixture.client->connections_opened() == 1);
}

TEST_CASE("the retry of a stale connection never claims that nothing was sent") {
  Fixture fixture({{.pieces = {kOkAnswer}}});
  CHECK(fixture.exchange(kGetRequest));
  const auto answer = fixture.exchange(kGetRequest);
  REQUIRE_FALSE(answer);
  CHECK(answer.error().failure == IoFailure::connect);
  CHECK(answer.error().progress == Progress::maybe_sent);
}

TEST_CASE("errors name the host") {
  Fixture silent({{.at_end = IoFailure::timeout}});
  const auto answer = silent.exchange(kGetRequest);
  REQUIRE_FALSE(answer);
  CHECK(answer.error().message.starts_with("api.example: "));
  Fixture refused({});
  CHECK(refused.exchange(kGetRequest).error().message == "api.example: refused");
}

TEST_CASE("line breaks and other control characters are refused before a connection is opened") {
  const std::vector<HttpRequest> bad{{"GET", "/x\r\nX: y", {}, ""},
                                     {"GET", "/x y", {}, ""},
                                     {"GET", "x", {}, ""},
                                     {"GET", "http://a/", {}, ""},
                                     {"GE T", "/", {}, ""},
                                     {"", "/", {}, ""},
                                     {"GET", "/", {{"A", "b\r\nC: d"}}, ""},
                                     {"GET", "/", {{"A", "b\n"}}, ""},
                                     {"GET", "/", {{"A", std::string("b\0c", 3)}}, ""},
                                     {"GET", "/", {{"A:", "b"}}, ""},
                                     {"GET", "/", {{"A B", "b"}}, ""},
                                     {"GET", "/", {{"", "b"}}, ""},
                                     {"GET", "/\xC3\xA9", {}, ""},
                                     {"GET", "/#f", {}, ""}};
  for (const HttpRequest& request : bad) {
    Fixture fixture({{.pieces = {kOkAnswer}}});
    const auto answer = fixture.exchange(request);
    CAPTURE(request.target);
    REQUIRE_FALSE(answer);
    CHECK(answer.error().failure == IoFailure::refused);
    CHECK(answer.error().progress == Progress::nothing_sent);
    CHECK(fixture.client->connections_opened() == 0);
  }
}

TEST_CASE("a refusal does not repeat the header's value") {
  Fixture fixture({});
  const auto answer = fixture.exchange({"GET", "/", {{"Authorization", "Bearer sesame\r\n"}}, ""});
  REQUIRE_FALSE(answer);
  CHECK(answer.error().message.find("sesame") == std::string::npos);
  CHECK(answer.error().message.find("Authorization") != std::string::npos);
}

TEST_CASE("shutdown ends idle connections and refuses further requests") {
  Fixture fixture({{.pieces = {kOkAnswer, kOkAnswer}}});
  CHECK(fixture.exchange(kGetRequest));
  testing::run_on(fixture.context, fixture.client->shutdown());
  CHECK(fixture.connector.records[0]->was_shut_down);
  const auto answer = fixture.exchange(kGetRequest);
  REQUIRE_FALSE(answer);
  CHECK(answer.error().failure == IoFailure::cancelled);
}

// A server on loopback and a client of it.
struct Loopback {
  explicit Loopback(Handler handler, HttpClientLimits client_limits = {}, const ServerLimits& server_limits = {})
      : server(*listen_http(context.get_executor(), "127.0.0.1:0", std::move(handler), server_limits)),
        connector(make_connector(context.get_executor(), {})),
        client(make_http_client(context.get_executor(), *connector, Origin{Scheme::http, "127.0.0.1", server->port()},
                                client_limits)) {}

  Result<HttpResponse, IoError> exchange(HttpRequest request) {
    return testing::run_on(context, client->exchange(std::move(request)));
  }

  asio::io_context context;
  std::unique_ptr<HttpServer> server;
  std::unique_ptr<Connector> connector;
  std::unique_ptr<HttpClient> client;
};

Awaitable<Reply> echo(HttpRequest request) {
  co_return Reply{HttpResponse{200, {{"X-Target", request.target}}, std::move(request.body)}};
}

TEST_CASE("large bodies arrive whole both ways") {
  Loopback loopback(echo);
  std::string body(3'000'000, 'x');
  for (std::size_t i = 0; i < body.size(); i += 1000) body[i] = static_cast<char>('a' + i % 26);
  const auto answer = loopback.exchange({"PUT", "/big", {}, body});
  REQUIRE(answer);
  CHECK(answer->headers.get("x-target") == "/big");
  CHECK(answer->body == body);
}

struct Load {
  int now = 0;
  int most = 0;
  std::vector<std::string> order;
};

Awaitable<Reply> count_load(Load* load, HttpRequest request) {
  load->order.push_back(request.target);
  load->most = std::max(load->most, ++load->now);
  co_await testing::sleep_for(milliseconds(5));
  --load->now;
  co_return Reply{};
}

Awaitable<> exchange_into(HttpClient* client, HttpRequest request, int* succeeded) {
  if (const auto answer = co_await client->exchange(std::move(request))) ++*succeeded;
}

TEST_CASE("no more connections than allowed are opened and the others wait their turn") {
  Load load;
  HttpClientLimits limits;
  limits.connections = 3;
  Loopback loopback([&](HttpRequest request) { return count_load(&load, std::move(request)); }, limits);
  int succeeded = 0;
  for (int i = 0; i < 12; ++i) {
    asio::co_spawn(loopback.context,
                   exchange_into(loopback.client.get(), {"GET", "/" + std::to_string(i), {}, ""}, &succeeded),
                   asio::detached);
  }
  while (succeeded < 12 && loopback.context.run_one_for(std::chrono::seconds(5)) > 0) {
  }
  CHECK(succeeded == 12);
  CHECK(load.most == 3);
  CHECK(loopback.client->connections_opened() == 3);
  // The first three are under way together; those that wait come in their order by threes.
  REQUIRE(load.order.size() == 12);
  for (std::size_t wave = 1; wave < 4; ++wave) {
    for (std::size_t i = 0; i < 3; ++i) {
      const std::size_t number = std::stoul(load.order[wave * 3 + i].substr(1));
      CHECK(number / 3 == wave);
    }
  }
}

TEST_CASE("a server that closes an idle connection costs nothing but a new one") {
  ServerLimits limits;
  limits.idle_timeout = milliseconds(20);
  Loopback loopback(echo, {}, limits);
  CHECK(loopback.exchange(kPostRequest));
  testing::run_on(loopback.context, testing::sleep_for(milliseconds(60)));
  CHECK(loopback.exchange(kPostRequest));
  CHECK(loopback.client->connections_opened() == 2);
}

Awaitable<Reply> with_delivery(Delivery delivery, milliseconds pause) {
  co_return Reply{HttpResponse{200, {}, "0123456789"}, delivery, pause};
}

Handler delivering(Delivery delivery, milliseconds pause = milliseconds(0)) {
  return [=](const HttpRequest&) { return with_delivery(delivery, pause); };
}

TEST_CASE("each fault of a server is reported as what it is") {
  HttpClientLimits limits;
  limits.header_timeout = milliseconds(60);
  limits.body_timeout = milliseconds(60);
  struct Case {
    Delivery delivery;
    IoFailure failure;
    Progress progress;
  };
  for (const Case& expected : {Case{Delivery::reset, IoFailure::closed, Progress::maybe_sent},
                               Case{Delivery::truncate, IoFailure::closed, Progress::answer_begun},
                               Case{Delivery::slow, IoFailure::timeout, Progress::answer_begun},
                               Case{Delivery::stall, IoFailure::timeout, Progress::maybe_sent}}) {
    Loopback loopback(delivering(expected.delivery, milliseconds(20)), limits);
    const auto answer = loopback.exchange(kGetRequest);
    CAPTURE(static_cast<int>(expected.delivery));
    REQUIRE_FALSE(answer);
    CHECK(answer.error().failure == expected.failure);
    CHECK(answer.error().progress == expected.progress);
  }
}

TEST_CASE("a slow answer within the deadline is whole") {
  Loopback loopback(delivering(Delivery::slow, milliseconds(1)));
  const auto answer = loopback.exchange(kGetRequest);
  REQUIRE(answer);
  CHECK(answer->body == "0123456789");
}

TEST_CASE("a connection after a timeout is not used again") {
  HttpClientLimits limits;
  limits.header_timeout = milliseconds(20);
  Loopback loopback(delivering(Delivery::stall), limits);
  CHECK_FALSE(loopback.exchange(kGetRequest));
  CHECK_FALSE(loopback.exchange(kGetRequest));
  CHECK(loopback.client->connections_opened() == 2);
}

TEST_CASE("a client may be destroyed while exchanges run and wait") {
  Load load;
  HttpClientLimits limits;
  limits.connections = 1;
  Loopback loopback([&](HttpRequest request) { return count_load(&load, std::move(request)); }, limits);
  int succeeded = 0;
  for (int i = 0; i < 3; ++i) {
    asio::co_spawn(loopback.context, exchange_into(loopback.client.get(), kGetRequest, &succeeded), asio::detached);
  }
  // By then all three have begun, of which the one connection serves the first.
  while (load.order.empty()) REQUIRE(loopback.context.run_one_for(std::chrono::seconds(5)) > 0);
  loopback.client.reset();
  loopback.context.run_for(milliseconds(100));
  CHECK(succeeded == 1);
  CHECK(load.order.size() == 1);
}

TEST_CASE("an io_context that ends with exchanges under way leaves nothing behind") {
  Loopback loopback(delivering(Delivery::stall));
  int succeeded = 0;
  asio::co_spawn(loopback.context, exchange_into(loopback.client.get(), kGetRequest, &succeeded), asio::detached);
  loopback.context.run_for(milliseconds(20));
  CHECK(succeeded == 0);
}

TEST_CASE("an idle pooled connection does not keep an io_context running") {
  Loopback loopback(echo);
  CHECK(loopback.exchange(kGetRequest));
  testing::run_on(loopback.context, loopback.server->stop(milliseconds(0)));
  loopback.context.restart();
  const auto begun = std::chrono::steady_clock::now();
  loopback.context.run_for(std::chrono::seconds(5));
  CHECK(std::chrono::steady_clock::now() - begun < std::chrono::seconds(1));
}

TEST_CASE("nobody listening is a connect error and nothing was sent") {
  Loopback loopback(echo);
  testing::run_on(loopback.context, loopback.server->stop(milliseconds(0)));
  const auto answer = loopback.exchange(kPostRequest);
  REQUIRE_FALSE(answer);
  CHECK(answer.error().failure == IoFailure::connect);
  CHECK(answer.error().progress == Progress::nothing_sent);
}

TEST_CASE("a host without an address is a resolve error") {
  // No name in DNS has a label of more than 63 bytes, which is known without asking it.
  const std::string host = std::string(300, 'x') + ".invalid";
  asio::io_context context;
  const auto connector = make_connector(context.get_executor(), {});
  const auto stream = testing::run_on(context, connector->connect(Origin{Scheme::http, host, 80}));
  REQUIRE_FALSE(stream);
  CHECK(stream.error().failure == IoFailure::resolve);
  CHECK(stream.error().message.starts_with(host + ": "));
}

}  // namespace
}  // namespace plumbline::net
