#include "api/pacer.h"

#include <doctest/doctest.h>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <string>
#include <vector>

#include "tests/unit/net/run.h"

namespace plumbline::api {
namespace {

namespace asio = boost::asio;
using std::chrono::milliseconds;

net::Awaitable<> take(Pacer* pacer, Priority priority, std::string name, std::vector<std::string>* log) {
  const auto turn = co_await pacer->turn(priority);
  log->push_back(turn ? std::move(name) : name + " refused");
}

net::Awaitable<> hold(Pacer* pacer, std::optional<Pacer::Turn>* place) {
  auto turn = co_await pacer->turn(Priority::apply);
  if (turn) place->emplace(std::move(*turn));
}

struct Fixture {
  explicit Fixture(PacingOptions options) : pacer(context.get_executor(), options) {}

  void start(Priority priority, std::string name) {
    asio::co_spawn(context, take(&pacer, priority, std::move(name), &log), asio::detached);
  }

  void start_holding(std::optional<Pacer::Turn>* place) {
    asio::co_spawn(context, hold(&pacer, place), asio::detached);
    run();
  }

  void run(milliseconds at_most = milliseconds(500)) {
    context.restart();
    context.run_for(at_most);
  }

  asio::io_context context;
  std::vector<std::string> log;
  Pacer pacer;
};

PacingOptions one_at_a_time() {
  return {.limit = 0, .in_flight = 1, .per_second = 0};
}

TEST_CASE("waiting calls go in their order and audit last") {
  Fixture fixture(one_at_a_time());
  std::optional<Pacer::Turn> held;
  fixture.start_holding(&held);
  REQUIRE(held);
  fixture.start(Priority::audit, "audit");
  fixture.start(Priority::apply, "apply");
  fixture.start(Priority::interactive, "interactive");
  fixture.run(milliseconds(10));
  CHECK(fixture.log.empty());
  held.reset();
  fixture.run();
  CHECK(fixture.log == std::vector<std::string>{"apply", "interactive", "audit"});
}

TEST_CASE("a call waits until the window frees its slot") {
  Fixture fixture({.limit = 2, .window = milliseconds(40), .share = 1, .in_flight = 0, .per_second = 0});
  const auto begun = std::chrono::steady_clock::now();
  for (int i = 0; i < 3; ++i) fixture.start(Priority::apply, std::to_string(i));
  fixture.run();
  CHECK(fixture.log.size() == 3);
  CHECK(std::chrono::steady_clock::now() - begun >= milliseconds(40));
}

TEST_CASE("a block delays everybody and nobody is lost") {
  Fixture fixture(unpaced());
  fixture.pacer.block_for(milliseconds(30));
  const auto begun = std::chrono::steady_clock::now();
  fixture.start(Priority::apply, "a");
  fixture.start(Priority::apply, "b");
  fixture.run();
  CHECK(fixture.log.size() == 2);
  CHECK(std::chrono::steady_clock::now() - begun >= milliseconds(30));
}

TEST_CASE("stop sends everybody away, also those who come later") {
  Fixture fixture(one_at_a_time());
  std::optional<Pacer::Turn> held;
  fixture.start_holding(&held);
  fixture.start(Priority::apply, "waiting");
  fixture.run(milliseconds(5));
  fixture.pacer.stop();
  fixture.start(Priority::apply, "late");
  fixture.run();
  CHECK(fixture.log == std::vector<std::string>{"waiting refused", "late refused"});
}

TEST_CASE("a wait that is cancelled leaves its place to the next") {
  Fixture fixture(one_at_a_time());
  std::optional<Pacer::Turn> held;
  fixture.start_holding(&held);
  asio::cancellation_signal signal;
  asio::co_spawn(fixture.context, take(&fixture.pacer, Priority::apply, "cancelled", &fixture.log),
                 asio::bind_cancellation_slot(signal.slot(), asio::detached));
  fixture.start(Priority::apply, "next");
  fixture.run(milliseconds(5));
  signal.emit(asio::cancellation_type::terminal);
  fixture.run(milliseconds(5));
  held.reset();
  fixture.run();
  CHECK(fixture.log == std::vector<std::string>{"cancelled refused", "next"});
}

TEST_CASE("a turn outlives its pacer and waiting calls survive the end of the io_context") {
  auto fixture = std::make_unique<Fixture>(one_at_a_time());
  std::optional<Pacer::Turn> held;
  fixture->start_holding(&held);
  fixture->start(Priority::apply, "waiting");
  fixture->run(milliseconds(5));
  CHECK(fixture->log.empty());
  held.reset();
  fixture.reset();
  CHECK(fixture == nullptr);
}

TEST_CASE("a turn that was withdrawn does not count") {
  Fixture fixture({.limit = 1, .window = std::chrono::hours(1), .share = 1, .in_flight = 0, .per_second = 0});
  std::optional<Pacer::Turn> held;
  fixture.start_holding(&held);
  held->withdraw();
  held.reset();
  fixture.start(Priority::apply, "next");
  fixture.run(milliseconds(50));
  CHECK(fixture.log == std::vector<std::string>{"next"});
}

}  // namespace
}  // namespace plumbline::api
