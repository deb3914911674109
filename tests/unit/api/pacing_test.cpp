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

TEST_CASE("a hint of few calls left slows down until it is over") {
  PacingWindow window(ten_in_ten_seconds());
  window.hint({.remaining = 2, .reset = seconds(4)}, at(seconds(0)));
  CHECK(pass(window, at(seconds(0))));
  CHECK(pass(window, at(seconds(0))));
  const auto verdict = window.admit(Priority::apply, at(seconds(0)));
  CHECK_FALSE(verdict.admitted);
  CHECK(verdict.again == at(seconds(4)));
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

TEST_CASE("the answers that count survive a restart, those in flight as answered now") {
  using WallTime = PacingWindow::WallTime;
  const WallTime wall = std::chrono::system_clock::from_time_t(1'795'314'600);
  PacingWindow before(ten_in_ten_seconds());
  for (int i = 0; i < 4; ++i) CHECK(pass(before, at(seconds(0))));
  CHECK(pass(before, at(seconds(6))));
  CHECK(before.admit(Priority::apply, at(seconds(6))).admitted);
  const auto saved = before.save(at(seconds(7)), wall);
  REQUIRE(saved.size() == 6);
  CHECK(saved.front() == wall - seconds(7));
  CHECK(saved.back() == wall);

  // Two seconds later, on another monotonic clock.
  PacingWindow after(ten_in_ten_seconds());
  after.restore(saved, at(std::chrono::hours(5)), wall + seconds(2));
  CHECK(after.remaining(at(std::chrono::hours(5))) == 4);
  CHECK(after.remaining(at(std::chrono::hours(5) + seconds(1))) == 8);
}

TEST_CASE("saved times in the future count as now and old ones not at all") {
  const auto wall = std::chrono::system_clock::from_time_t(1'795'314'600);
  PacingWindow window(ten_in_ten_seconds());
  window.restore({wall + std::chrono::hours(9), wall - seconds(10), wall - seconds(9)}, at(seconds(0)), wall);
  CHECK(window.remaining(at(seconds(0))) == 8);
  CHECK(window.remaining(at(seconds(1))) == 9);
  CHECK(window.remaining(at(seconds(10))) == 10);
}

TEST_CASE("a start without a memory counts half of the share as used") {
  PacingWindow window(ten_in_ten_seconds());
  window.assume_half_used(at(seconds(0)));
  CHECK(window.remaining(at(seconds(0))) == 5);
  CHECK(window.remaining(at(seconds(10))) == 10);
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
