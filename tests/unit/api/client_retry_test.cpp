#include <doctest/doctest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <chrono>

#include "tests/unit/api/client_fixture.h"

// What is sent again, when, and what is not.
namespace plumbline::api {
namespace {

namespace asio = boost::asio;
using net::Delivery;
using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::call_into;
using testing::ClientFixture;

TEST_CASE("transient failures of a repeatable call are repeated until it succeeds") {
  ClientFixture fixture;
  fixture.imposter.refuse(503, 0);
  fixture.imposter.reply(200, "<html>", {{"Content-Type", "text/html"}});
  fixture.imposter.fault(Delivery::truncate);
  fixture.imposter.succeed("[]");
  CHECK(fixture.call("list_scripts"));
  CHECK(fixture.imposter.requests.size() == 4);
  CHECK(fixture.probe.retries == std::vector<std::string>{"server", "server", "lost_answer"});
  CHECK(fixture.probe.given_up.empty());
  CHECK(fixture.probe.answers ==
        std::vector<std::string>{"list_scripts 503", "list_scripts 200", "list_scripts 0", "list_scripts 200"});
}

TEST_CASE("the last error is told when the attempts are used up") {
  ClientFixture fixture;
  fixture.imposter.refuse(502, 10013);
  const auto answer = fixture.call("list_scripts");
  REQUIRE_FALSE(answer);
  CHECK(answer.error().kind == ErrorKind::server);
  CHECK(answer.error().code == 10013);
  CHECK(answer.error().message == "refused");
  CHECK(fixture.imposter.requests.size() == 4);
  CHECK(fixture.probe.given_up == std::vector<std::string>{"list_scripts after 4: server"});
}

TEST_CASE("a call that fails for good after a repetition says so, and one that was never repeated does not") {
  ClientFixture fixture;
  fixture.imposter.refuse(503, 0);
  fixture.imposter.refuse(400, 10021);
  CHECK_FALSE(fixture.call("list_scripts"));
  CHECK(fixture.probe.given_up == std::vector<std::string>{"list_scripts after 2: invalid"});
  CHECK_FALSE(fixture.call("list_scripts"));
  CHECK(fixture.probe.given_up.size() == 1);
}

TEST_CASE("a write that may have happened is sent once whatever the fault") {
  for (const Delivery delivery : {Delivery::reset, Delivery::truncate, Delivery::stall}) {
    CAPTURE(static_cast<int>(delivery));
    ClientFixture fixture;
    fixture.imposter.fault(delivery);
    const auto answer = fixture.call("upload_script", "body");
    REQUIRE_FALSE(answer);
    CHECK(answer.error().kind == ErrorKind::lost_answer);
    CHECK(fixture.imposter.requests.size() == 1);
  }
  ClientFixture broken;
  broken.imposter.refuse(500, 10013);
  CHECK_FALSE(broken.call("create_route", "body"));
  CHECK(broken.imposter.requests.size() == 1);
}

TEST_CASE("a delete that is answered without a body is done, in one call") {
  ClientFixture fixture;
  fixture.imposter.reply(200, "");
  CHECK(fixture.call("delete_script"));
  CHECK(fixture.imposter.requests.size() == 1);
}

TEST_CASE("a write whose result is needed is sent once if a 2xx tells none") {
  for (const std::string_view operation : {"post_subdomain", "put_schedules", "create_filter", "upload_script"}) {
    CAPTURE(operation);
    ClientFixture fixture;
    fixture.imposter.reply(200, "");
    const auto answer = fixture.call(operation, "{}");
    REQUIRE_FALSE(answer);
    CHECK(answer.error().kind == ErrorKind::lost_answer);
    CHECK(fixture.imposter.requests.size() == 1);
  }
}

TEST_CASE("a POST on a connection that died is not sent twice") {
  ClientFixture fixture;
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
    ClientFixture fixture;
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
  ClientFixture fixture;
  fixture.imposter.reply(403, "<html>", {{"cf-mitigated", "challenge"}, {"cf-ray", "r-AMS"}});
  const auto answer = fixture.call("list_scripts");
  REQUIRE_FALSE(answer);
  CHECK(answer.error().kind == ErrorKind::blocked);
  CHECK(answer.error().cf_ray == "r-AMS");
  CHECK(fixture.imposter.requests.size() == 1);
}

TEST_CASE("after a 429 a call waits what it is told and is not lost, also a write") {
  ClientFixture fixture;
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
  ClientFixture fixture;
  for (int i = 0; i < 10; ++i) fixture.imposter.refuse(429, 971);
  fixture.imposter.succeed("[]");
  CHECK(fixture.call("list_scripts"));
  CHECK(fixture.imposter.requests.size() == 11);
}

TEST_CASE("a server that only ever says 429 ends with the patience") {
  ClientFixture fixture;
  fixture.options.patience = milliseconds(50);
  fixture.imposter.refuse(429, 971);
  const auto answer = fixture.call("list_scripts");
  REQUIRE_FALSE(answer);
  CHECK(answer.error().kind == ErrorKind::rate_limited);
}

TEST_CASE("a 429 that asks for more than the patience is told at once and still holds back the others") {
  ClientFixture fixture;
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

TEST_CASE("a 429 that asks for a day blocks for five minutes, and tells both once, however many calls it answers") {
  for (const std::string asked : {"86400", "99999999999999999999", "Sun, 22 Nov 2099 02:00:00 GMT"}) {
    CAPTURE(asked);
    ClientFixture fixture;
    fixture.options.pacer = std::make_shared<Pacer>(fixture.context.get_executor(), unpaced());
    fixture.options.patience = milliseconds(50);
    fixture.imposter.refuse(429, 971, {{"Retry-After", asked}});
    CHECK_FALSE(fixture.call("list_scripts"));
    CHECK(fixture.probe.blocks == std::vector<std::string>{"300000 of 86400000"});
    const auto until = fixture.options.pacer->unwanted();
    REQUIRE(until);
    CHECK(*until <= std::chrono::steady_clock::now() + std::chrono::minutes(5));
    CHECK_FALSE(fixture.options.pacer->block_for(std::chrono::hours(24)));
  }
}

TEST_CASE("a 429 whose Retry-After is no time, or one that has passed, waits a moment and not for ever") {
  for (const std::string asked : {"-1", "-86400", "soon", "1e9", "Sun, 22 Nov 1998 02:00:00 GMT", "0", ""}) {
    CAPTURE(asked);
    ClientFixture fixture;
    fixture.options.pacer = std::make_shared<Pacer>(fixture.context.get_executor(), unpaced());
    fixture.options.retry.base = milliseconds(10);
    fixture.imposter.refuse(429, 971, {{"Retry-After", asked}});
    fixture.imposter.succeed("[]");
    CHECK(fixture.call("list_scripts"));
    CHECK(fixture.imposter.requests.size() == 2);
  }
}

TEST_CASE("the deadline ends the repetition") {
  ClientFixture fixture;
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
  ClientFixture fixture;
  fixture.http =
      net::make_http_client(fixture.context.get_executor(), *fixture.connector, {net::Scheme::http, "127.0.0.1", 1});
  const auto answer = fixture.call("upload_script", "body");
  REQUIRE_FALSE(answer);
  CHECK(answer.error().kind == ErrorKind::unreachable);
  CHECK(fixture.probe.retries.size() == 3);
}

TEST_CASE("a client may end while a call waits to repeat") {
  ClientFixture fixture;
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
        ClientFixture fixture;
        fixture.imposter.fault(first);
        fixture.imposter.fault(second);
        fixture.imposter.succeed("{}");
        const auto answer = fixture.call(operation, "body");
        CAPTURE(operation);
        const bool repeatable = find_operation(operation)->repeat != Repeat::never;
        CHECK(answer.has_value() == repeatable);
        CHECK(fixture.imposter.requests.size() == (repeatable ? 3 : 1));
      }
    }
  }
}

}  // namespace
}  // namespace plumbline::api
