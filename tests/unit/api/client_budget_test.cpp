#include <doctest/doctest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <chrono>

#include "tests/unit/api/client_fixture.h"

// Turns in the budget.
namespace plumbline::api {
namespace {

namespace asio = boost::asio;
using std::chrono::milliseconds;
using testing::call_into;
using testing::ClientFixture;

TEST_CASE("calls keep to the budget and tell what is left of it") {
  ClientFixture fixture;
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
  ClientFixture fixture;
  fixture.options.pacer = std::make_shared<Pacer>(
      fixture.context.get_executor(),
      PacingOptions{.limit = 2, .window = std::chrono::hours(1), .share = 1, .in_flight = 0, .per_second = 0});
  fixture.http =
      net::make_http_client(fixture.context.get_executor(), *fixture.connector, {net::Scheme::http, "127.0.0.1", 1});
  CHECK_FALSE(fixture.call("list_scripts"));
  CHECK(fixture.options.pacer->window().remaining(PacingWindow::Clock::now()) == 2);
}

TEST_CASE("a hint in the headers slows the next call down") {
  ClientFixture fixture;
  fixture.options.pacer = std::make_shared<Pacer>(fixture.context.get_executor(), PacingOptions{});
  fixture.imposter.reply(200, R"({"success":true,"result":[]})", {{"Ratelimit", R"("default";r=0;t=1)"}});
  fixture.imposter.succeed("[]");
  CHECK(fixture.call("list_scripts"));
  const auto begun = std::chrono::steady_clock::now();
  CHECK(fixture.call("list_scripts"));
  CHECK(std::chrono::steady_clock::now() - begun >= milliseconds(900));
}

TEST_CASE("stopping the pacer ends waiting calls as cancelled") {
  ClientFixture fixture;
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

}  // namespace
}  // namespace plumbline::api
