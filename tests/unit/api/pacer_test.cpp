#include "api/pacer.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/thread_pool.hpp>
#include <mutex>
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

struct PacerFixture {
  explicit PacerFixture(PacingOptions options) : pacer(context.get_executor(), options) {}

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

TEST_CASE("waiting calls go by their priority, and in their order among equals") {
  PacerFixture fixture(one_at_a_time());
  std::optional<Pacer::Turn> held;
  fixture.start_holding(&held);
  REQUIRE(held);
  fixture.start(Priority::audit, "audit");
  fixture.start(Priority::observe, "observe");
  fixture.start(Priority::apply, "apply");
  fixture.start(Priority::interactive, "interactive");
  fixture.start(Priority::apply, "apply later");
  fixture.run(milliseconds(10));
  CHECK(fixture.log.empty());
  held.reset();
  fixture.run();
  CHECK(fixture.log == std::vector<std::string>{"interactive", "apply", "apply later", "observe", "audit"});
}

net::Awaitable<> time_wait(Pacer* pacer, std::optional<std::chrono::nanoseconds>* waited) {
  const auto turn = co_await pacer->turn(Priority::apply);
  if (turn) waited->emplace(turn->waited_for_budget());
}

TEST_CASE("a wait for a call in flight is none for the budget, however long it takes") {
  PacerFixture fixture(one_at_a_time());
  std::optional<Pacer::Turn> held;
  fixture.start_holding(&held);
  CHECK(held->waited_for_budget() == std::chrono::nanoseconds(0));
  std::optional<std::chrono::nanoseconds> waited;
  asio::co_spawn(fixture.context, time_wait(&fixture.pacer, &waited), asio::detached);
  fixture.run(milliseconds(30));
  held.reset();
  fixture.run();
  REQUIRE(waited);
  CHECK(*waited == std::chrono::nanoseconds(0));
}

TEST_CASE("a wait for the end of a pause is one for the budget") {
  PacerFixture fixture(one_at_a_time());
  fixture.pacer.block_for(milliseconds(30));
  const auto begun = std::chrono::steady_clock::now();
  std::optional<std::chrono::nanoseconds> waited;
  asio::co_spawn(fixture.context, time_wait(&fixture.pacer, &waited), asio::detached);
  fixture.run();
  REQUIRE(waited);
  CHECK(*waited > milliseconds(0));
  CHECK(*waited <= std::chrono::steady_clock::now() - begun);
}

TEST_CASE("a call waits until the window frees its slot") {
  PacerFixture fixture({.limit = 2, .window = milliseconds(40), .share = 1, .in_flight = 0, .per_second = 0});
  const auto begun = std::chrono::steady_clock::now();
  for (int i = 0; i < 3; ++i) fixture.start(Priority::apply, std::to_string(i));
  fixture.run();
  CHECK(fixture.log.size() == 3);
  CHECK(std::chrono::steady_clock::now() - begun >= milliseconds(40));
}

TEST_CASE("a block delays everybody and nobody is lost") {
  PacerFixture fixture(unpaced());
  fixture.pacer.block_for(milliseconds(30));
  const auto begun = std::chrono::steady_clock::now();
  fixture.start(Priority::apply, "a");
  fixture.start(Priority::apply, "b");
  fixture.run();
  CHECK(fixture.log.size() == 2);
  CHECK(std::chrono::steady_clock::now() - begun >= milliseconds(30));
}

TEST_CASE("stop sends everybody away, also those who come later") {
  PacerFixture fixture(one_at_a_time());
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
  PacerFixture fixture(one_at_a_time());
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
  auto fixture = std::make_unique<PacerFixture>(one_at_a_time());
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
  PacerFixture fixture({.limit = 1, .window = std::chrono::hours(1), .share = 1, .in_flight = 0, .per_second = 0});
  std::optional<Pacer::Turn> held;
  fixture.start_holding(&held);
  held->withdraw();
  held.reset();
  fixture.start(Priority::apply, "next");
  fixture.run(milliseconds(50));
  CHECK(fixture.log == std::vector<std::string>{"next"});
}

// A store of which a test says what it answers, on the thread of files.
class FakeStore final : public WindowStore {
 public:
  plumbline::Result<Reservation> reserve(const ReservationRequest& request) override {
    const std::lock_guard lock(mutex_);
    requests_.push_back(request);
    if (!problem.empty()) return fail(problem);
    return ledger_.reserve(request, std::chrono::floor<milliseconds>(Clock::now().time_since_epoch()));
  }
  [[nodiscard]] std::vector<ReservationRequest> requests() {
    const std::lock_guard lock(mutex_);
    return requests_;
  }

  using Clock = std::chrono::steady_clock;
  std::string problem;

 private:
  std::mutex mutex_;
  Ledger ledger_;
  std::vector<ReservationRequest> requests_;
};

struct SharedFixture : PacerFixture {
  explicit SharedFixture(PacingOptions options) : PacerFixture(options) {
    pacer.share(store, files.get_executor(), [this](const std::string& problem) { problems.push_back(problem); });
  }
  ~SharedFixture() { files.join(); }
  SharedFixture(const SharedFixture&) = delete;
  SharedFixture& operator=(const SharedFixture&) = delete;

  void start_many(int calls) {
    for (int i = 0; i < calls; ++i) start(Priority::apply, std::to_string(i));
  }
  [[nodiscard]] std::size_t passed() const {
    return static_cast<std::size_t>(
        std::ranges::count_if(log, [](const std::string& entry) { return !entry.ends_with("refused"); }));
  }

  std::shared_ptr<FakeStore> store = std::make_shared<FakeStore>();
  std::vector<std::string> problems;
  asio::thread_pool files{1};
};

PacingOptions twenty_in_an_hour() {
  return {.limit = 20, .window = std::chrono::hours(1), .share = 1, .in_flight = 0, .per_second = 0};
}

TEST_CASE("calls of a shared budget wait for their block and no longer") {
  SharedFixture fixture(twenty_in_an_hour());
  fixture.start_many(8);
  while (fixture.passed() < 8) fixture.context.run_one();
  CHECK(fixture.log.size() == 8);
  CHECK(fixture.problems.empty());
  net::testing::run_on(fixture.context, fixture.pacer.flush());
  const auto requests = fixture.store->requests();
  // A twentieth of 20 at a time, and what was still to be told at the end.
  CHECK(requests.size() >= 8);
  CHECK(requests.front().wanted == 1);
  std::size_t told = 0;
  for (const auto& request : requests) told += request.answered.size();
  CHECK(told == 8);
  CHECK(requests.back().wanted == 0);
}

TEST_CASE("a budget of which no window can be kept goes on with half, and says so once") {
  SharedFixture fixture(twenty_in_an_hour());
  fixture.store->problem = "the window file cannot be opened: Permission denied";
  fixture.start_many(30);
  while (fixture.passed() < 10) fixture.context.run_one();
  fixture.run(milliseconds(50));
  CHECK(fixture.passed() == 10);
  CHECK(fixture.problems == std::vector<std::string>{"the window file cannot be opened: Permission denied"});
  net::testing::run_on(fixture.context, fixture.pacer.flush());
  CHECK(fixture.problems.size() == 1);
}

TEST_CASE("calls that wait for a block are refused when everything stops") {
  SharedFixture fixture(twenty_in_an_hour());
  fixture.start_many(3);
  fixture.pacer.stop();
  fixture.run(milliseconds(50));
  CHECK(fixture.log == std::vector<std::string>{"0 refused", "1 refused", "2 refused"});
}

}  // namespace
}  // namespace plumbline::api
