#include "api/client.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <stdexcept>
#include <tuple>

#include "api/pacer.h"
#include "api/workers.h"
#include "tests/unit/api/imposter.h"
#include "tests/unit/net/run.h"

namespace plumbline::api {
namespace {

namespace asio = boost::asio;
using net::Delivery;
using std::chrono::milliseconds;
using std::chrono::seconds;

class RecordingProbe final : public Probe {
 public:
  void answered(const Operation& operation, int code, std::chrono::nanoseconds) override {
    answers.push_back(fmt::format("{} {}", operation.name, code));
  }
  void retried(const Operation& /*operation*/, std::string_view reason, std::chrono::milliseconds /*after*/) override {
    retries.emplace_back(reason);
  }
  void throttled(std::chrono::nanoseconds duration) override { throttled_for += duration; }
  void budget(std::size_t remaining, std::size_t limit) override {
    budgets.push_back(fmt::format("{}/{}", remaining, limit));
  }

  std::vector<std::string> answers;
  std::vector<std::string> retries;
  std::chrono::nanoseconds throttled_for{0};
  std::vector<std::string> budgets;
};

Credentials bearer() {
  return {Secret("sesame"), {}, {}};
}

struct Fixture {
  explicit Fixture(std::shared_ptr<Pacer> pacer = nullptr, net::HttpClientLimits limits = {}) : imposter(context) {
    limits.header_timeout = milliseconds(100);
    limits.body_timeout = milliseconds(100);
    connector = net::make_connector(context.get_executor(), {});
    http = net::make_http_client(context.get_executor(), *connector, imposter.origin(), limits);
    options.prefix = "/client/v4";
    options.credentials = bearer;
    options.pacer = std::move(pacer);
    options.retry.base = milliseconds(1);
    options.retry.attempts = 4;
  }

  void start() { client = make_client(context.get_executor(), *http, options, &probe); }

  template <class T>
  T run(Awaitable<T> task) {
    return net::testing::run_on(context, std::move(task));
  }

  Result<Answer> call(std::string_view operation, std::string body = {}) {
    if (!client) start();
    Call call;
    call.operation = find_operation(operation);
    call.path = {{"account_id", "acc"}, {"script_name", "my worker/1"}, {"zone_id", "z"}};
    call.body = std::move(body);
    return run(client->call(std::move(call)));
  }

  asio::io_context context;
  testing::Imposter imposter;
  std::unique_ptr<net::Connector> connector;
  std::unique_ptr<net::HttpClient> http;
  ClientOptions options;
  RecordingProbe probe;
  std::unique_ptr<Client> client;
};

TEST_CASE("a call is one request with escaped path, query, credentials and user agent") {
  Fixture fixture;
  fixture.imposter.succeed(R"({"a":1})");
  fixture.start();
  Call call;
  call.operation = find_operation("get_settings");
  call.path = {{"script_name", "my worker/1?"}, {"account_id", "acc"}};
  call.query = {{"tags", "a:yes,b&c"}, {"x y", ""}};
  call.headers = {{"If-None-Match", "\"e\""}};
  const auto answer = fixture.run(fixture.client->call(std::move(call)));
  REQUIRE(answer);
  CHECK(to_canonical_text(answer->result) == R"({"a":1})");
  REQUIRE(fixture.imposter.requests.size() == 1);
  const net::HttpRequest& request = fixture.imposter.requests[0];
  CHECK(request.method == "GET");
  CHECK(request.target ==
        "/client/v4/accounts/acc/workers/scripts/my%20worker%2F1%3F/settings?tags=a%3Ayes%2Cb%26c&x%20y=");
  CHECK(request.headers.get("Authorization") == "Bearer sesame");
  CHECK(request.headers.get("User-Agent") == "plumbline/" PLUMBLINE_VERSION);
  CHECK(request.headers.get("If-None-Match") == "\"e\"");
  CHECK(request.headers.get("Accept") == "application/json");
  CHECK_FALSE(request.headers.contains("Content-Type"));
  CHECK_FALSE(request.headers.contains("Content-Length"));
  CHECK(request.body.empty());
}

TEST_CASE("body and content type go as they are") {
  Fixture fixture;
  fixture.imposter.succeed();
  fixture.start();
  CHECK(fixture.run(put_secret({fixture.client.get(), "acc"}, "w", "KEY", "v")));
  const net::HttpRequest& request = fixture.imposter.requests.at(0);
  CHECK(request.method == "PUT");
  CHECK(request.target == "/client/v4/accounts/acc/workers/scripts/w/secrets");
  CHECK(request.headers.get("Content-Type") == "application/json");
  CHECK(request.body == R"({"name":"KEY","text":"v","type":"secret_text"})");
}

TEST_CASE("a global key goes with its address and without a bearer token") {
  Fixture fixture;
  fixture.options.credentials = [] { return Credentials{{}, Secret("key"), "a@b.example"}; };
  fixture.imposter.succeed("[]");
  CHECK(fixture.call("list_scripts"));
  const net::Headers& headers = fixture.imposter.requests.at(0).headers;
  CHECK(headers.get("X-Auth-Key") == "key");
  CHECK(headers.get("X-Auth-Email") == "a@b.example");
  CHECK_FALSE(headers.contains("Authorization"));
}

TEST_CASE("credentials are asked for every attempt") {
  Fixture fixture;
  int asked = 0;
  fixture.options.credentials = [&] { return Credentials{Secret(fmt::format("token{}", ++asked)), {}, {}}; };
  fixture.imposter.refuse(503, 0);
  fixture.imposter.succeed("[]");
  CHECK(fixture.call("list_scripts"));
  CHECK(fixture.imposter.requests.at(1).headers.get("Authorization") == "Bearer token2");
}

TEST_CASE("a session's own token is not overwritten") {
  Fixture fixture;
  fixture.imposter.succeed();
  fixture.start();
  Call call;
  call.operation = find_operation("upload_assets");
  call.path = {{"account_id", "acc"}};
  call.headers = {{"Authorization", "Bearer session"}};
  CHECK(fixture.run(fixture.client->call(std::move(call))));
  CHECK(fixture.imposter.requests.at(0).headers.get("Authorization") == "Bearer session");
}

TEST_CASE("every row of the endpoint table goes out with its method and path") {
  Fixture fixture;
  fixture.imposter.succeed();
  fixture.start();
  for (const Operation& operation : operations()) {
    CAPTURE(operation.name);
    Call call;
    call.operation = &operation;
    // The path with every placeholder replaced by its own name.
    std::string expected(operation.path);
    std::string_view rest = operation.path;
    for (auto open = rest.find('{'); open != std::string_view::npos; open = rest.find('{')) {
      const auto close = rest.find('}', open);
      const std::string name(rest.substr(open + 1, close - open - 1));
      call.path.emplace_back(name, name);
      rest.remove_prefix(close + 1);
    }
    std::erase_if(expected, [](char c) { return c == '{' || c == '}'; });
    CHECK(fixture.run(fixture.client->call(std::move(call))));
    CHECK(fixture.imposter.requests.back().method == operation.method);
    CHECK(fixture.imposter.requests.back().target == "/client/v4" + expected);
  }
  CHECK(fixture.http->connections_opened() == 1);
}

TEST_CASE("a missing or empty parameter and a missing operation are faults of the program") {
  Fixture fixture;
  fixture.start();
  const auto try_call = [&](const Call& call) { std::ignore = fixture.run(fixture.client->call(call)); };
  Call call;
  call.operation = find_operation("get_settings");
  call.path = {{"account_id", "acc"}};
  CHECK_THROWS_AS(try_call(call), std::logic_error);
  call.path.emplace_back("script_name", "");
  CHECK_THROWS_AS(try_call(call), std::logic_error);
  CHECK_THROWS_AS(try_call(Call{}), std::logic_error);
  CHECK(fixture.imposter.requests.empty());
}

TEST_CASE("transient failures of a repeatable call are repeated until it succeeds") {
  Fixture fixture;
  fixture.imposter.refuse(503, 0);
  fixture.imposter.reply(200, "<html>", {{"Content-Type", "text/html"}});
  fixture.imposter.fault(Delivery::truncate);
  fixture.imposter.succeed("[]");
  CHECK(fixture.call("list_scripts"));
  CHECK(fixture.imposter.requests.size() == 4);
  CHECK(fixture.probe.retries == std::vector<std::string>{"server", "server", "lost_answer"});
  CHECK(fixture.probe.answers ==
        std::vector<std::string>{"list_scripts 503", "list_scripts 200", "list_scripts 0", "list_scripts 200"});
}

TEST_CASE("the last error is told when the attempts are used up") {
  Fixture fixture;
  fixture.imposter.refuse(502, 10013);
  const auto answer = fixture.call("list_scripts");
  REQUIRE_FALSE(answer);
  CHECK(answer.error().kind == ErrorKind::server);
  CHECK(answer.error().code == 10013);
  CHECK(answer.error().message == "refused");
  CHECK(fixture.imposter.requests.size() == 4);
}

TEST_CASE("a write that may have happened is sent once whatever the fault") {
  for (const Delivery delivery : {Delivery::reset, Delivery::truncate, Delivery::stall}) {
    CAPTURE(static_cast<int>(delivery));
    Fixture fixture;
    fixture.imposter.fault(delivery);
    const auto answer = fixture.call("upload_script", "body");
    REQUIRE_FALSE(answer);
    CHECK(answer.error().kind == ErrorKind::lost_answer);
    CHECK(fixture.imposter.requests.size() == 1);
  }
  Fixture broken;
  broken.imposter.refuse(500, 10013);
  CHECK_FALSE(broken.call("create_route", "body"));
  CHECK(broken.imposter.requests.size() == 1);
}

TEST_CASE("a POST on a connection that died is not sent twice") {
  Fixture fixture;
  fixture.imposter.succeed("[]");
  fixture.imposter.fault(Delivery::reset);
  fixture.imposter.succeed();
  CHECK(fixture.call("list_routes"));
  const auto answer = fixture.call("create_deployment", "{}");
  REQUIRE_FALSE(answer);
  CHECK(answer.error().kind == ErrorKind::lost_answer);
  CHECK(fixture.imposter.requests.size() == 2);
}

TEST_CASE("what repeating cannot mend is not repeated") {
  struct Case {
    int status;
    int code;
    ErrorKind kind;
  };
  for (const Case& expected : {Case{400, 10021, ErrorKind::invalid}, Case{404, 10007, ErrorKind::not_found},
                               Case{403, 10000, ErrorKind::forbidden}, Case{409, 10035, ErrorKind::conflict}}) {
    Fixture fixture;
    fixture.imposter.refuse(expected.status, expected.code);
    const auto answer = fixture.call("get_settings");
    REQUIRE_FALSE(answer);
    CHECK(answer.error().kind == expected.kind);
    CHECK(answer.error().status == expected.status);
    CHECK(answer.error().code == expected.code);
    CHECK(fixture.imposter.requests.size() == 1);
  }
}

TEST_CASE("a firewall challenge is not repeated") {
  Fixture fixture;
  fixture.imposter.reply(403, "<html>", {{"cf-mitigated", "challenge"}, {"cf-ray", "r-AMS"}});
  const auto answer = fixture.call("list_scripts");
  REQUIRE_FALSE(answer);
  CHECK(answer.error().kind == ErrorKind::blocked);
  CHECK(answer.error().cf_ray == "r-AMS");
  CHECK(fixture.imposter.requests.size() == 1);
}

TEST_CASE("after a 429 a call waits what it is told and is not lost, also a write") {
  Fixture fixture;
  fixture.imposter.refuse(429, 971, {{"Retry-After", "1"}});
  fixture.imposter.succeed("{}");
  const auto begun = std::chrono::steady_clock::now();
  CHECK(fixture.call("upload_script", "body"));
  CHECK(std::chrono::steady_clock::now() - begun >= seconds(1));
  CHECK(fixture.imposter.requests.size() == 2);
  CHECK(fixture.probe.retries == std::vector<std::string>{"rate_limited"});
  CHECK(fixture.probe.throttled_for >= milliseconds(900));
}

TEST_CASE("answers of 429 do not use up the attempts") {
  Fixture fixture;
  for (int i = 0; i < 10; ++i) fixture.imposter.refuse(429, 971);
  fixture.imposter.succeed("[]");
  CHECK(fixture.call("list_scripts"));
  CHECK(fixture.imposter.requests.size() == 11);
}

TEST_CASE("a server that only ever says 429 ends with the patience") {
  Fixture fixture;
  fixture.options.patience = milliseconds(50);
  fixture.imposter.refuse(429, 971);
  const auto answer = fixture.call("list_scripts");
  REQUIRE_FALSE(answer);
  CHECK(answer.error().kind == ErrorKind::rate_limited);
}

TEST_CASE("a 429 that asks for more than the patience is told at once and still holds back the others") {
  Fixture fixture;
  fixture.options.pacer = std::make_shared<Pacer>(fixture.context.get_executor(), unpaced());
  fixture.options.patience = milliseconds(500);
  fixture.imposter.refuse(429, 971, {{"Retry-After", "1"}});
  fixture.imposter.succeed("[]");
  const auto refused = fixture.call("list_scripts");
  REQUIRE_FALSE(refused);
  CHECK(refused.error().retry_after == seconds(1));
  const auto begun = std::chrono::steady_clock::now();
  CHECK(fixture.call("list_scripts"));
  CHECK(std::chrono::steady_clock::now() - begun >= milliseconds(900));
}

TEST_CASE("the deadline ends the repetition") {
  Fixture fixture;
  fixture.options.retry.attempts = 1000;
  fixture.options.retry.base = milliseconds(20);
  fixture.options.deadline = milliseconds(60);
  fixture.imposter.refuse(503, 0);
  const auto begun = std::chrono::steady_clock::now();
  CHECK_FALSE(fixture.call("list_scripts"));
  CHECK(std::chrono::steady_clock::now() - begun < seconds(5));
  CHECK(fixture.imposter.requests.size() < 100);
}

TEST_CASE("a server that nobody reaches is unreachable for reads and writes alike") {
  Fixture fixture;
  fixture.http =
      net::make_http_client(fixture.context.get_executor(), *fixture.connector, {net::Scheme::http, "127.0.0.1", 1});
  const auto answer = fixture.call("upload_script", "body");
  REQUIRE_FALSE(answer);
  CHECK(answer.error().kind == ErrorKind::unreachable);
  CHECK(fixture.probe.retries.size() == 3);
}

TEST_CASE("no token and no key shows in any error") {
  Fixture fixture;
  fixture.options.credentials = [] { return Credentials{Secret("sesame\r\nX: y"), {}, {}}; };
  const auto refused = fixture.call("list_scripts");
  REQUIRE_FALSE(refused);
  CHECK(refused.error().kind == ErrorKind::invalid);
  CHECK(to_text(refused.error()).find("sesame") == std::string::npos);
  CHECK(fixture.imposter.requests.empty());
}

TEST_CASE("calls keep to the budget and tell what is left of it") {
  Fixture fixture;
  fixture.options.pacer = std::make_shared<Pacer>(
      fixture.context.get_executor(),
      PacingOptions{.limit = 3, .window = milliseconds(60), .share = 1, .in_flight = 0, .per_second = 0});
  fixture.imposter.succeed("[]");
  const auto begun = std::chrono::steady_clock::now();
  for (int i = 0; i < 4; ++i) CHECK(fixture.call("list_scripts"));
  CHECK(std::chrono::steady_clock::now() - begun >= milliseconds(60));
  REQUIRE(fixture.probe.budgets.size() == 4);
  CHECK(fixture.probe.budgets[0] == "2/3");
  CHECK(fixture.probe.budgets[2] == "0/3");
}

TEST_CASE("a call that never reached the server does not use the budget up") {
  Fixture fixture;
  fixture.options.pacer = std::make_shared<Pacer>(
      fixture.context.get_executor(),
      PacingOptions{.limit = 2, .window = std::chrono::hours(1), .share = 1, .in_flight = 0, .per_second = 0});
  fixture.http =
      net::make_http_client(fixture.context.get_executor(), *fixture.connector, {net::Scheme::http, "127.0.0.1", 1});
  CHECK_FALSE(fixture.call("list_scripts"));
  CHECK(fixture.options.pacer->window().remaining(PacingWindow::Clock::now()) == 2);
}

TEST_CASE("a hint in the headers slows the next call down") {
  Fixture fixture;
  fixture.options.pacer = std::make_shared<Pacer>(fixture.context.get_executor(), PacingOptions{});
  fixture.imposter.reply(200, R"({"success":true,"result":[]})", {{"Ratelimit", R"("default";r=0;t=1)"}});
  fixture.imposter.succeed("[]");
  CHECK(fixture.call("list_scripts"));
  const auto begun = std::chrono::steady_clock::now();
  CHECK(fixture.call("list_scripts"));
  CHECK(std::chrono::steady_clock::now() - begun >= milliseconds(900));
}

Awaitable<> call_into(Client* client, std::optional<Result<Answer>>* answer) {
  Call call;
  call.operation = find_operation("list_scripts");
  call.path = {{"account_id", "acc"}};
  answer->emplace(co_await client->call(std::move(call)));
}

TEST_CASE("stopping the pacer ends waiting calls as cancelled") {
  Fixture fixture;
  fixture.options.pacer = std::make_shared<Pacer>(fixture.context.get_executor(), unpaced());
  fixture.options.pacer->block_for(std::chrono::hours(1));
  fixture.start();
  std::optional<Result<Answer>> answer;
  asio::co_spawn(fixture.context, call_into(fixture.client.get(), &answer), asio::detached);
  fixture.context.run_for(milliseconds(10));
  CHECK_FALSE(answer);
  fixture.options.pacer->stop();
  fixture.context.restart();
  fixture.context.run_for(milliseconds(50));
  REQUIRE(answer);
  REQUIRE_FALSE(*answer);
  CHECK(answer->error().kind == ErrorKind::cancelled);
}

TEST_CASE("a client may end while a call waits to repeat") {
  Fixture fixture;
  fixture.options.retry.base = milliseconds(20);
  fixture.imposter.refuse(503, 0);
  fixture.imposter.succeed("[]");
  fixture.start();
  std::optional<Result<Answer>> answer;
  asio::co_spawn(fixture.context, call_into(fixture.client.get(), &answer), asio::detached);
  while (fixture.imposter.requests.empty()) fixture.context.run_one();
  fixture.client.reset();
  while (!answer && fixture.context.run_one_for(seconds(5)) > 0) {
  }
  REQUIRE(answer);
  CHECK(*answer);
}

TEST_CASE("no two faults in a row make a call hang or an unrepeatable write happen twice") {
  for (const Delivery first : {Delivery::reset, Delivery::truncate, Delivery::stall}) {
    for (const Delivery second : {Delivery::reset, Delivery::truncate, Delivery::stall}) {
      for (const std::string_view operation : {"list_scripts", "upload_script", "put_secret", "create_route"}) {
        Fixture fixture;
        fixture.imposter.fault(first);
        fixture.imposter.fault(second);
        fixture.imposter.succeed("{}");
        const auto answer = fixture.call(operation, "body");
        CAPTURE(operation);
        const bool repeatable = find_operation(operation)->repeat == Repeat::safe;
        CHECK(answer.has_value() == repeatable);
        CHECK(fixture.imposter.requests.size() == (repeatable ? 3 : 1));
      }
    }
  }
}

}  // namespace
}  // namespace plumbline::api
