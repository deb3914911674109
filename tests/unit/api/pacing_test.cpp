#include "api/pacing.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <queue>
#include <random>

namespace plumbline::api {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using TimePoint = PacingWindow::TimePoint;

// Any moment, far from the clock's own beginning.
TimePoint at(std::chrono::nanoseconds time) {
  return TimePoint(std::chrono::hours(1000)) + time;
}

PacingOptions ten_in_ten_seconds() {
  return {.limit = 10, .window = seconds(10), .share = 1, .in_flight = 0, .per_second = 0};
}

// Admits and answers one call at once.
bool pass(PacingWindow& window, TimePoint now, Priority priority = Priority::apply) {
  if (!window.admit(priority, now).admitted) return false;
  window.answered(now);
  return true;
}

TEST_CASE("a small job runs at full speed and the share is the end of it") {
  PacingWindow window(ten_in_ten_seconds());
  for (int i = 0; i < 10; ++i) CHECK(pass(window, at(milliseconds(i))));
  const auto verdict = window.admit(Priority::apply, at(seconds(1)));
  CHECK_FALSE(verdict.admitted);
  CHECK(verdict.again == at(seconds(10)));
  CHECK(window.remaining(at(seconds(1))) == 0);
}

TEST_CASE("only the share of the limit is used, rounded down, but never nothing") {
  PacingOptions options = ten_in_ten_seconds();
  options.share = 0.79;
  CHECK(PacingWindow(options).share() == 7);
  options.share = 0;
  CHECK(PacingWindow(options).share() == 1);
  CHECK(PacingWindow(unpaced()).share() == 0);
}

TEST_CASE("a slot is freed a window after its answer, not after its start") {
  PacingOptions options = ten_in_ten_seconds();
  options.limit = 1;
  PacingWindow window(options);
  CHECK(window.admit(Priority::apply, at(seconds(0))).admitted);
  // In flight: time alone does not help.
  const auto waiting = window.admit(Priority::apply, at(seconds(30)));
  CHECK_FALSE(waiting.admitted);
  CHECK_FALSE(waiting.again);
  window.answered(at(seconds(35)));
  const auto verdict = window.admit(Priority::apply, at(seconds(44)));
  CHECK_FALSE(verdict.admitted);
  CHECK(verdict.again == at(seconds(45)));
  CHECK(window.admit(Priority::apply, at(seconds(45))).admitted);
}

TEST_CASE("a call that was never sent gives its slot back at once") {
  PacingOptions options = ten_in_ten_seconds();
  options.limit = 1;
  PacingWindow window(options);
  CHECK(window.admit(Priority::apply, at(seconds(0))).admitted);
  window.withdrawn();
  CHECK(window.admit(Priority::apply, at(seconds(0))).admitted);
}

TEST_CASE("no more calls than allowed are in flight") {
  PacingOptions options = ten_in_ten_seconds();
  options.in_flight = 2;
  PacingWindow window(options);
  CHECK(window.admit(Priority::apply, at(seconds(0))).admitted);
  CHECK(window.admit(Priority::apply, at(seconds(0))).admitted);
  const auto verdict = window.admit(Priority::apply, at(seconds(1)));
  CHECK_FALSE(verdict.admitted);
  CHECK_FALSE(verdict.again);
  window.answered(at(seconds(1)));
  CHECK(window.admit(Priority::apply, at(seconds(1))).admitted);
}

TEST_CASE("no more calls than allowed start in any second") {
  PacingOptions options = unpaced();
  options.in_flight = 0;
  options.per_second = 3;
  PacingWindow window(options);
  CHECK(pass(window, at(milliseconds(0))));
  CHECK(pass(window, at(milliseconds(400))));
  CHECK(pass(window, at(milliseconds(800))));
  const auto verdict = window.admit(Priority::apply, at(milliseconds(900)));
  CHECK_FALSE(verdict.admitted);
  CHECK(verdict.again == at(milliseconds(1000)));
  CHECK(pass(window, at(milliseconds(1000))));
  CHECK_FALSE(pass(window, at(milliseconds(1399))));
  CHECK(pass(window, at(milliseconds(1400))));
}

TEST_CASE("a call in flight is waited for as a turn, a full window, a pause and a second as the budget") {
  PacingOptions options = ten_in_ten_seconds();
  options.limit = 3;
  options.in_flight = 2;
  options.per_second = 2;
  PacingWindow window(options);
  const auto waits_for = [&window](std::chrono::nanoseconds when) {
    return window.admit(Priority::apply, at(when)).waits_for;
  };
  CHECK(waits_for(seconds(0)) == WaitsFor::nothing);
  CHECK(waits_for(seconds(0)) == WaitsFor::nothing);
  CHECK(waits_for(milliseconds(1)) == WaitsFor::turn);  // both are in flight
  window.answered(at(milliseconds(2)));
  window.answered(at(milliseconds(2)));
  CHECK(waits_for(milliseconds(3)) == WaitsFor::budget);  // two in a second
  CHECK(waits_for(seconds(2)) == WaitsFor::nothing);
  CHECK(waits_for(seconds(2)) == WaitsFor::budget);  // the share is used up, by one in flight as well
  window.answered(at(seconds(3)));
  CHECK(waits_for(seconds(4)) == WaitsFor::budget);
  window.block_until(at(seconds(60)));
  CHECK(waits_for(seconds(30)) == WaitsFor::budget);
  CHECK(waits_for(seconds(60)) == WaitsFor::nothing);
  CHECK(waits_for(seconds(61)) == WaitsFor::budget);  // for the answer that ends the pause
  window.answered(at(seconds(62)));
  CHECK(waits_for(seconds(63)) == WaitsFor::nothing);
}

TEST_CASE("a hint that no call is left is waited for as the budget") {
  PacingWindow window(ten_in_ten_seconds());
  window.hint({.remaining = 0, .reset = seconds(5)}, at(seconds(0)));
  CHECK(window.admit(Priority::apply, at(seconds(1))).waits_for == WaitsFor::budget);
  CHECK(window.admit(Priority::apply, at(seconds(5))).waits_for == WaitsFor::nothing);
}

TEST_CASE("only the time that the budget held calls up adds up") {
  BudgetWait wait;
  wait.begin(WaitsFor::turn, at(seconds(0)));
  CHECK(wait.total(at(seconds(10))) == seconds(0));
  wait.begin(WaitsFor::budget, at(seconds(10)));
  CHECK(wait.total(at(seconds(13))) == seconds(3));
  wait.begin(WaitsFor::budget, at(seconds(14)));  // asked again, and still so
  wait.begin(WaitsFor::turn, at(seconds(15)));
  CHECK(wait.total(at(seconds(40))) == seconds(5));
  wait.begin(WaitsFor::nothing, at(seconds(40)));
  wait.begin(WaitsFor::budget, at(seconds(50)));
  CHECK(wait.total(at(seconds(51))) == seconds(6));
}

TEST_CASE("audit leaves a part of the share to everybody else") {
  PacingWindow window(ten_in_ten_seconds());
  for (int i = 0; i < 5; ++i) CHECK(pass(window, at(seconds(0)), Priority::audit));
  CHECK_FALSE(pass(window, at(seconds(0)), Priority::audit));
  for (int i = 0; i < 4; ++i) CHECK(pass(window, at(seconds(1)), Priority::interactive));
  CHECK(pass(window, at(seconds(1)), Priority::apply));
  CHECK_FALSE(pass(window, at(seconds(1)), Priority::interactive));
  // At 10 s the five of audit are freed, but those of the others fill what audit may use.
  const auto audit = window.admit(Priority::audit, at(seconds(10)));
  CHECK_FALSE(audit.admitted);
  CHECK(audit.again == at(seconds(11)));
  CHECK(pass(window, at(seconds(11)), Priority::audit));
}

TEST_CASE("a block holds everything back and a shorter one does not end it") {
  PacingWindow window(ten_in_ten_seconds());
  window.block_until(at(seconds(5)));
  window.block_until(at(seconds(3)));
  const auto verdict = window.admit(Priority::interactive, at(seconds(1)));
  CHECK_FALSE(verdict.admitted);
  CHECK(verdict.again == at(seconds(5)));
  CHECK(pass(window, at(seconds(5))));
}

TEST_CASE("after a block one call goes alone, and the others once it is answered") {
  PacingWindow window(ten_in_ten_seconds());
  window.block_until(at(seconds(5)));
  CHECK(window.blocked(at(seconds(4))) == at(seconds(5)));
  CHECK_FALSE(window.blocked(at(seconds(5))));
  CHECK(window.unwanted(at(seconds(4))) == at(seconds(5)));
  CHECK_FALSE(window.unwanted(at(seconds(5))));
  REQUIRE(window.admit(Priority::interactive, at(seconds(5))).admitted);
  const auto waits = window.admit(Priority::interactive, at(seconds(5)));
  CHECK_FALSE(waits.admitted);
  CHECK_FALSE(waits.again);  // after the answer
  window.answered(at(seconds(6)));
  CHECK(window.admit(Priority::interactive, at(seconds(6))).admitted);
  CHECK(window.admit(Priority::interactive, at(seconds(6))).admitted);
}

TEST_CASE("one call looks before the end of a block, and its answer ends the block or does not") {
  for (const bool is_over : {true, false}) {
    CAPTURE(is_over);
    PacingWindow window(ten_in_ten_seconds());
    window.block_until(at(seconds(8)), at(seconds(4)));
    window.block_until(at(seconds(9)));
    CHECK(window.admit(Priority::interactive, at(seconds(3))).again == at(seconds(4)));
    REQUIRE(window.admit(Priority::interactive, at(seconds(4))).admitted);
    CHECK(window.admit(Priority::interactive, at(seconds(4))).again == at(seconds(9)));
    if (!is_over) window.block_until(at(seconds(8)));
    window.answered(at(seconds(5)));
    const auto next = window.admit(Priority::interactive, at(seconds(5)));
    CHECK(next.admitted == is_over);
    if (!is_over) CHECK(next.again == at(seconds(9)));
  }
}

TEST_CASE("a look that was never sent tells nothing, and calls from before a block do not end it") {
  PacingWindow window(ten_in_ten_seconds());
  REQUIRE(window.admit(Priority::interactive, at(seconds(0))).admitted);
  window.block_until(at(seconds(9)), at(seconds(4)));
  CHECK_FALSE(window.admit(Priority::interactive, at(seconds(4))).admitted);
  window.answered(at(seconds(5)));
  CHECK(window.blocked(at(seconds(5))));
  REQUIRE(window.admit(Priority::interactive, at(seconds(5))).admitted);
  window.withdrawn();
  CHECK(window.admit(Priority::interactive, at(seconds(6))).again == at(seconds(9)));
}

TEST_CASE("a hint of few calls left slows down until it is over") {
  PacingWindow window(ten_in_ten_seconds());
  window.hint({.remaining = 2, .reset = seconds(4)}, at(seconds(0)));
  CHECK(pass(window, at(seconds(0))));
  CHECK(pass(window, at(seconds(0))));
  const auto verdict = window.admit(Priority::apply, at(seconds(0)));
  CHECK_FALSE(verdict.admitted);
  CHECK(verdict.again == at(seconds(4)));
  CHECK(window.unwanted(at(seconds(3))) == at(seconds(4)));
  CHECK_FALSE(window.unwanted(at(seconds(4))));
  for (int i = 0; i < 8; ++i) CHECK(pass(window, at(seconds(4))));
}

TEST_CASE("a hint of many calls left does not speed up") {
  PacingWindow window(ten_in_ten_seconds());
  for (int i = 0; i < 10; ++i) CHECK(pass(window, at(seconds(0))));
  window.hint({.remaining = 1000, .reset = seconds(1), .quota = 100'000, .window = seconds(1)}, at(seconds(1)));
  CHECK_FALSE(pass(window, at(seconds(1))));
  CHECK_FALSE(pass(window, at(seconds(9))));
}

TEST_CASE("calls in flight are taken off a hint") {
  PacingWindow window(ten_in_ten_seconds());
  CHECK(window.admit(Priority::apply, at(seconds(0))).admitted);
  window.hint({.remaining = 2, .reset = seconds(4)}, at(seconds(0)));
  CHECK(pass(window, at(seconds(0))));
  CHECK_FALSE(pass(window, at(seconds(0))));
}

TEST_CASE("a stricter policy of the server lowers the share for a window") {
  PacingWindow window(ten_in_ten_seconds());
  window.hint({.quota = 3, .window = seconds(10)}, at(seconds(0)));
  for (int i = 0; i < 3; ++i) CHECK(pass(window, at(seconds(0))));
  CHECK_FALSE(pass(window, at(seconds(0))));
  CHECK(window.remaining(at(seconds(0))) == 0);
  CHECK(pass(window, at(seconds(10))));
}

// One process of the budget and the ledger that all of them share.
struct Shared {
  Ledger& ledger;
  PacingWindow window;

  Shared(Ledger& ledger_in, PacingOptions options, std::uint64_t process) : ledger(ledger_in), window(options) {
    window.share(process);
  }

  void ask(std::size_t waiting, TimePoint now, Priority priority = Priority::apply) {
    const auto request = window.next_request(waiting, priority, now);
    window.granted(ledger.reserve(request, up(now)), now);
  }
  static milliseconds up(TimePoint now) { return std::chrono::floor<milliseconds>(now.time_since_epoch()); }

  // Admits and answers one call at once; asks for a block where one is needed.
  bool pass(TimePoint now, Priority priority = Priority::apply) {
    auto verdict = window.admit(priority, now);
    if (verdict.needs_block) {
      ask(1, now, priority);
      verdict = window.admit(priority, now);
    }
    if (verdict.admitted) window.answered(now);
    return verdict.admitted;
  }
  std::size_t pass_all(TimePoint now, Priority priority = Priority::apply) {
    std::size_t passed = 0;
    while (pass(now, priority)) ++passed;
    return passed;
  }
};

PacingOptions forty_in_ten_seconds() {
  return {.limit = 40, .window = seconds(10), .share = 1, .in_flight = 0, .per_second = 0};
}

TEST_CASE("a window that is shared starts nothing without a block of the ledger") {
  Ledger ledger;
  Shared one(ledger, forty_in_ten_seconds(), 1);
  CHECK(one.window.admit(Priority::apply, at(seconds(0))).needs_block);
  const auto request = one.window.next_request(7, Priority::apply, at(seconds(0)));
  // A twentieth of the share at most.
  CHECK(request.wanted == 2);
  CHECK(one.window.is_asking());
  const auto asking = one.window.admit(Priority::apply, at(seconds(0)));
  CHECK_FALSE(asking.admitted);
  CHECK_FALSE(asking.needs_block);
  one.window.granted(ledger.reserve(request, Shared::up(at(seconds(0)))), at(seconds(0)));
  CHECK(one.window.admit(Priority::apply, at(seconds(0))).admitted);
  CHECK(one.window.admit(Priority::apply, at(seconds(0))).admitted);
  CHECK(one.window.admit(Priority::apply, at(seconds(0))).needs_block);
}

TEST_CASE("processes that share a budget make its calls together, the first ones half of them") {
  Ledger ledger;
  Shared one(ledger, forty_in_ten_seconds(), 1);
  Shared other(ledger, forty_in_ten_seconds(), 2);
  CHECK(one.pass_all(at(seconds(0))) == 20);
  one.ask(0, at(seconds(1)));
  CHECK(other.pass_all(at(seconds(1))) == 0);
  const auto verdict = other.window.admit(Priority::apply, at(seconds(1)));
  REQUIRE(verdict.again);
  CHECK(*verdict.again >= at(seconds(10)));
  CHECK(*verdict.again <= at(milliseconds(10'100)));
  CHECK(other.window.remaining(at(seconds(1))) == 0);
  CHECK(other.pass_all(at(milliseconds(10'100))) == 40);
}

TEST_CASE("what another process has reserved is looked for again before its time is over") {
  Ledger ledger;
  Shared one(ledger, forty_in_ten_seconds(), 1);
  one.ask(0, at(seconds(0)));
  one.ask(1, at(seconds(20)));
  Shared other(ledger, forty_in_ten_seconds(), 2);
  CHECK(other.pass_all(at(seconds(20))) == 39);
  CHECK(other.window.admit(Priority::apply, at(seconds(20))).again == at(seconds(22)));
  one.ask(0, at(seconds(21)));
  CHECK(other.pass_all(at(seconds(22))) == 1);
  // Nobody holds anything any more: only time helps.
  CHECK(*other.window.admit(Priority::apply, at(seconds(22))).again >= at(seconds(30)));
}

TEST_CASE("audit leaves a part of the share to everybody else of all processes") {
  Ledger ledger;
  Shared one(ledger, forty_in_ten_seconds(), 1);
  Shared other(ledger, forty_in_ten_seconds(), 2);
  one.ask(0, at(seconds(0)));
  CHECK(one.pass_all(at(seconds(20)), Priority::audit) == 20);
  CHECK(other.pass_all(at(seconds(20)), Priority::audit) == 0);
  CHECK(other.pass_all(at(seconds(20))) == 20);
}

TEST_CASE("a block that was reserved too long ago is not used any more") {
  Ledger ledger;
  Shared one(ledger, forty_in_ten_seconds(), 1);
  one.ask(2, at(seconds(0)));
  CHECK(one.window.admit(Priority::apply, at(seconds(0))).admitted);
  CHECK(one.window.admit(Priority::apply, at(Ledger::kValid)).needs_block);
}

TEST_CASE("a ledger that cannot be kept leaves half of the share, and is tried again after a while") {
  Ledger ledger;
  Shared one(ledger, forty_in_ten_seconds(), 1);
  (void)one.window.next_request(1, Priority::apply, at(seconds(0)));
  one.window.refused(at(seconds(0)));
  CHECK(one.pass_all(at(seconds(0))) == 20);
  CHECK_FALSE(one.window.has_news(at(seconds(0))));
  const auto verdict = one.window.admit(Priority::apply, at(seconds(11)));
  CHECK(verdict.admitted);
  one.window.answered(at(seconds(11)));
  CHECK(one.window.admit(Priority::apply, at(seconds(60))).needs_block);
}

TEST_CASE("what was made while the ledger could not be kept is told later") {
  Ledger ledger;
  Shared one(ledger, forty_in_ten_seconds(), 1);
  Shared other(ledger, forty_in_ten_seconds(), 2);
  one.ask(0, at(seconds(0)));
  (void)one.window.next_request(1, Priority::apply, at(seconds(20)));
  one.window.refused(at(seconds(20)));
  CHECK(one.pass_all(at(seconds(79))) == 40);
  one.ask(0, at(seconds(81)));
  CHECK(other.pass_all(at(seconds(81))) == 0);
}

TEST_CASE("a new token's ledger is told of what the old one knew") {
  Ledger ledger;
  Ledger next;
  Shared one(ledger, forty_in_ten_seconds(), 1);
  one.ask(0, at(seconds(0)));
  CHECK(one.pass_all(at(seconds(20))) == 40);
  one.window.share(1);
  one.window.granted(
      next.reserve(one.window.next_request(0, Priority::apply, at(seconds(21))), Shared::up(at(seconds(21)))),
      at(seconds(21)));
  Shared other(next, forty_in_ten_seconds(), 2);
  CHECK(other.pass_all(at(seconds(21))) == 0);
}

// A server that counts each call at some moment between its start and its answer.
struct Simulation {
  PacingOptions options;
  std::uint64_t seed;
  std::vector<TimePoint> counted;
  std::size_t most_in_flight = 0;

  void run(std::size_t calls) {
    std::mt19937_64 random(seed);
    const auto below = [&](std::int64_t most) {
      return milliseconds(static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(most)));
    };
    PacingWindow window(options);
    std::priority_queue<TimePoint, std::vector<TimePoint>, std::greater<>> answers;
    TimePoint now = at(seconds(0));
    const auto answer_due = [&] {
      while (!answers.empty() && answers.top() <= now) {
        const TimePoint time = answers.top();
        answers.pop();
        window.answered(time);
      }
    };
    while (counted.size() < calls) {
      answer_due();
      const auto priority = static_cast<Priority>(random() % 3);
      const auto verdict = window.admit(priority, now);
      if (verdict.admitted) {
        const auto latency = below(3000);
        answers.push(now + latency);
        counted.push_back(now + std::min(latency, below(3000)));
        most_in_flight = std::max(most_in_flight, answers.size());
        if (random() % 4 == 0) now += below(200);
      } else if (verdict.again && (answers.empty() || *verdict.again < answers.top())) {
        REQUIRE(*verdict.again > now);
        now = *verdict.again;
      } else {
        REQUIRE_FALSE(answers.empty());
        now = std::max(now, answers.top());
      }
    }
  }

  [[nodiscard]] std::size_t most_in_any(std::chrono::nanoseconds window) const {
    std::vector<TimePoint> sorted = counted;
    std::ranges::sort(sorted);
    std::size_t most = 0;
    std::size_t begin = 0;
    for (std::size_t end = 0; end < sorted.size(); ++end) {
      while (sorted[end] - sorted[begin] >= window) ++begin;
      most = std::max(most, end - begin + 1);
    }
    return most;
  }
};

TEST_CASE("the limit is never crossed in any window, whenever the server counts a call") {
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    Simulation simulation{{.limit = 50 + seed,
                           .window = seconds(20),
                           .share = 0.5 + 0.0125 * static_cast<double>(seed),
                           .in_flight = seed % 9,
                           .per_second = seed % 5 * 10},
                          seed,
                          {},
                          0};
    simulation.run(1500);
    CAPTURE(seed);
    const std::size_t share = PacingWindow(simulation.options).share();
    CHECK(simulation.most_in_any(seconds(20)) <= share);
    if (simulation.options.in_flight != 0) CHECK(simulation.most_in_flight <= simulation.options.in_flight);
  }
}

// Processes that share a budget, of which one or another is killed in the middle of its calls.
struct Killing {
  std::mt19937_64 random;
  PacingOptions options{.limit = 60, .window = seconds(20), .share = 1, .in_flight = 6, .per_second = 0};
  std::string text;
  std::uint64_t born = 0;
  std::vector<TimePoint> counted;

  struct Process {
    std::uint64_t id;
    PacingWindow window;
    std::vector<TimePoint> answers;
    TimePoint told = TimePoint::min();
  };
  std::vector<Process> processes;

  void start(TimePoint) {
    processes.push_back({++born, PacingWindow(options), {}, TimePoint::min()});
    processes.back().window.share(born);
  }

  void ask(Process& process, std::size_t waiting, TimePoint now) {
    const auto up = std::chrono::floor<milliseconds>(now.time_since_epoch());
    const LedgerClock clock{"boot", up, up};
    auto ledger = Ledger::parse(text, clock);
    process.window.granted(ledger.reserve(process.window.next_request(waiting, Priority::apply, now), up), now);
    text = ledger.to_text(clock);
    process.told = now;
  }

  void step(Process& process, TimePoint now) {
    std::erase_if(process.answers, [&](TimePoint time) {
      if (time <= now) process.window.answered(now);
      return time <= now;
    });
    if (process.told + seconds(2) <= now && process.window.has_news(now)) ask(process, 0, now);
    for (std::uint64_t waiting = random() % 5; waiting > 0; --waiting) {
      auto verdict = process.window.admit(Priority::apply, now);
      if (verdict.needs_block) {
        ask(process, waiting, now);
        verdict = process.window.admit(Priority::apply, now);
      }
      if (!verdict.admitted) return;
      const auto latency = milliseconds(static_cast<std::int64_t>(random() % 3000));
      process.answers.push_back(now + latency);
      counted.emplace_back(now + latency * (random() % 2));
    }
  }
};

TEST_CASE("whoever is killed whenever, the processes of a budget never cross its share") {
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    Killing killing{.random = std::mt19937_64(seed)};
    TimePoint now = at(seconds(0));
    for (int i = 0; i < 3; ++i) killing.start(now);
    for (int i = 0; i < 6000; ++i) {
      now += milliseconds(50);
      if (killing.random() % 40 == 0) {
        killing.processes.erase(killing.processes.begin());
        killing.start(now);
      }
      for (auto& process : killing.processes) killing.step(process, now);
    }
    CAPTURE(seed);
    Simulation counted{killing.options, seed, killing.counted, 0};
    CHECK(counted.most_in_any(seconds(20)) <= 60);
    // It is a pace and no standstill: of 300 s at 60 in 20 s, kills and all.
    CHECK(killing.counted.size() > 300);
  }
}

TEST_CASE("a window without latency is used to the full") {
  PacingWindow window(ten_in_ten_seconds());
  TimePoint now = at(seconds(0));
  for (int done = 0; done < 100;) {
    const auto verdict = window.admit(Priority::apply, now);
    if (verdict.admitted) {
      window.answered(now);
      ++done;
    } else {
      now = *verdict.again;
    }
  }
  CHECK(now == at(seconds(90)));
}

}  // namespace
}  // namespace plumbline::api
