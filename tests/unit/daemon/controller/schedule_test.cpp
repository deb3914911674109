#include "daemon/controller/schedule.h"

#include <doctest/doctest.h>

#include <vector>

namespace plumbline::daemon {
namespace {

using namespace std::chrono_literals;
using Kind = Schedule::Step::Kind;
using reconciler::Refresh;

constexpr Intervals kIntervals{.fetch = 60s, .observe = 5min, .audit = 6h};
const Instant kStartTime = Instant() + 1000h;

double no_jitter() {
  return 0;
}

Schedule fresh() {
  return Schedule(kIntervals, no_jitter, kStartTime);
}

// A schedule whose first fetch and pass went well at start_time.
Schedule settled() {
  auto schedule = fresh();
  schedule.fetched(kStartTime, Schedule::Revision::changed);
  schedule.pass_begins();
  schedule.passed(kStartTime, Refresh::full, PassEnd::settled);
  return schedule;
}

TEST_CASE("the first thing is a fetch, then a pass that looks for zones anew") {
  auto schedule = fresh();
  CHECK(schedule.fetch_due() == kStartTime);
  CHECK(schedule.next(kStartTime).kind == Kind::wait);
  schedule.fetched(kStartTime, Schedule::Revision::changed);
  const auto step = schedule.next(kStartTime);
  CHECK(step.kind == Kind::pass);
  CHECK(step.zones == Refresh::full);
}

TEST_CASE("nothing is compared before there are manifests") {
  auto schedule = fresh();
  schedule.fetch_failed(kStartTime);
  const auto step = schedule.next(kStartTime);
  CHECK(step.kind == Kind::wait);
  CHECK(step.until == Instant::max());
}

TEST_CASE("the first fetch is tried again soon, and then ever later") {
  auto schedule = fresh();
  constexpr std::size_t kTries = 11;
  std::vector<std::chrono::seconds> waits;
  waits.reserve(kTries);
  while (waits.size() < kTries) {
    const auto now = schedule.fetch_due();
    schedule.fetch_failed(now);
    waits.push_back(std::chrono::duration_cast<std::chrono::seconds>(schedule.fetch_due() - now));
  }
  CHECK(waits == std::vector<std::chrono::seconds>{2s, 4s, 8s, 16s, 32s, 64s, 128s, 256s, 512s, 900s, 900s});
  auto often = Schedule({.fetch = 1s, .observe = 5min, .audit = 6h}, no_jitter, kStartTime);
  often.fetch_failed(kStartTime);
  CHECK(often.fetch_due() == kStartTime + 1s);
  // Something is in force, and is observed meanwhile.
  auto later = settled();
  later.fetch_failed(kStartTime + 60s);
  CHECK(later.fetch_due() == kStartTime + 120s);
}

TEST_CASE(
    "a settled source is fetched and observed at its intervals, and looks for zones anew as often as it is audited") {
  auto schedule = settled();
  CHECK(schedule.fetch_due() == kStartTime + 60s);
  CHECK(schedule.next(kStartTime).until == kStartTime + 5min);
  CHECK(schedule.next(kStartTime + 299s).kind == Kind::wait);

  schedule.fetched(kStartTime + 5min, Schedule::Revision::same);
  const auto observe = schedule.next(kStartTime + 5min);
  CHECK(observe.kind == Kind::pass);
  CHECK(observe.zones == Refresh::list);

  schedule.pass_begins();
  schedule.passed(kStartTime + 5min, Refresh::list, PassEnd::settled);
  schedule.fetched(kStartTime + 6h, Schedule::Revision::same);
  const auto audit = schedule.next(kStartTime + 6h);
  CHECK(audit.kind == Kind::pass);
  CHECK(audit.zones == Refresh::full);
}

TEST_CASE("a pass that asks for a fetch first goes on when one that began afterwards has ended") {
  for (const bool works : {true, false}) {
    auto schedule = settled();
    const auto end_fetch = [&schedule, works](Instant now) {
      if (works) {
        schedule.fetched(now, Schedule::Revision::same);
      } else {
        schedule.fetch_failed(now);
      }
    };
    schedule.fetch_begins();
    schedule.fetch_first(kStartTime + 1s);
    // This one ran already.
    end_fetch(kStartTime + 2s);
    CHECK(schedule.fetch_due() == kStartTime + 2s);
    CHECK(schedule.next(kStartTime + 2s).kind == Kind::wait);
    schedule.fetch_begins();
    CHECK(schedule.next(kStartTime + 100s).kind == Kind::wait);
    end_fetch(kStartTime + 100s);
    CHECK(schedule.fetch_due() > kStartTime + 100s);
    CHECK(schedule.next(kStartTime + 100s).kind == Kind::pass);
  }
}

TEST_CASE("who asks for fetches over and over holds back no pass") {
  auto schedule = settled();
  for (int i = 1; i <= 100; ++i) {
    const auto now = kStartTime + i * 1s;
    schedule.ask_fetch(now);
    CHECK(schedule.fetch_due() == now);
    schedule.fetch_begins();
    schedule.ask_fetch(now);
    schedule.fetched(now, Schedule::Revision::same);
    CHECK(schedule.fetch_due() == now);
    schedule.passed(now, std::nullopt, PassEnd::interrupted);
    CHECK(schedule.next(now).kind == Kind::pass);
  }
}

TEST_CASE("a new revision is reconciled at once, by the list alone") {
  auto schedule = settled();
  schedule.fetched(kStartTime + 60s, Schedule::Revision::changed);
  const auto step = schedule.next(kStartTime + 60s);
  CHECK(step.kind == Kind::pass);
  CHECK(step.zones == Refresh::list);
}

TEST_CASE("failed fetches back off and what was good stays in force") {
  auto schedule = settled();
  schedule.fetch_failed(kStartTime + 60s);
  schedule.fetch_failed(kStartTime + 120s);
  CHECK(schedule.fetch_failures() == 2);
  CHECK(schedule.fetch_due() == kStartTime + 240s);
  // Observing goes on meanwhile.
  schedule.fetch_failed(kStartTime + 240s);
  CHECK(schedule.next(kStartTime + 300s).kind == Kind::pass);
  schedule.fetched(kStartTime + 300s, Schedule::Revision::same);
  CHECK(schedule.fetch_failures() == 0);
}

TEST_CASE("a failed pass is tried again after a growing delay, even if it was due earlier") {
  auto schedule = settled();
  schedule.fetched(kStartTime + 60s, Schedule::Revision::changed);
  schedule.pass_begins();
  schedule.passed(kStartTime + 60s, std::nullopt, PassEnd::retry);
  schedule.fetched(kStartTime + 119s, Schedule::Revision::same);
  CHECK(schedule.next(kStartTime + 119s).kind == Kind::wait);
  CHECK(schedule.next(kStartTime + 120s).kind == Kind::pass);
  schedule.pass_begins();
  schedule.passed(kStartTime + 120s, std::nullopt, PassEnd::retry);
  CHECK(schedule.pass_failures() == 2);
  schedule.fetched(kStartTime + 239s, Schedule::Revision::same);
  CHECK(schedule.next(kStartTime + 239s).kind == Kind::wait);
  CHECK(schedule.next(kStartTime + 240s).kind == Kind::pass);
}

TEST_CASE("a new revision does not wait for the retry of the old one") {
  auto schedule = settled();
  for (int i = 0; i < 5; ++i) schedule.passed(kStartTime, Refresh::list, PassEnd::retry);
  schedule.fetched(kStartTime + 60s, Schedule::Revision::changed);
  CHECK(schedule.next(kStartTime + 60s).kind == Kind::pass);
  CHECK(schedule.pass_failures() == 0);
}

TEST_CASE("a pass that could not read the account has not looked for zones") {
  auto schedule = fresh();
  schedule.fetched(kStartTime, Schedule::Revision::changed);
  schedule.pass_begins();
  schedule.passed(kStartTime, std::nullopt, PassEnd::retry);
  schedule.fetched(kStartTime + 60s, Schedule::Revision::same);
  CHECK(schedule.next(kStartTime + 60s).zones == Refresh::full);
}

TEST_CASE("one Worker that fails does not have zones looked up at each retry") {
  auto schedule = fresh();
  schedule.fetched(kStartTime, Schedule::Revision::changed);
  schedule.pass_begins();
  schedule.passed(kStartTime, Refresh::full, PassEnd::retry);
  schedule.fetched(kStartTime + 60s, Schedule::Revision::same);
  const auto step = schedule.next(kStartTime + 60s);
  CHECK(step.kind == Kind::pass);
  CHECK(step.zones == Refresh::list);
}

TEST_CASE("what the audit has found is looked at at once, unless only a retry is open") {
  auto schedule = settled();
  schedule.look_again(kStartTime + 10s);
  CHECK(schedule.next(kStartTime + 10s).kind == Kind::pass);
  // Also if it is found while a pass goes on, which may have looked before.
  schedule.pass_begins();
  schedule.look_again(kStartTime + 20s);
  schedule.passed(kStartTime + 30s, Refresh::list, PassEnd::settled);
  CHECK(schedule.next(kStartTime + 30s).kind == Kind::pass);
  schedule.pass_begins();
  schedule.passed(kStartTime + 40s, Refresh::list, PassEnd::retry);
  schedule.look_again(kStartTime + 50s);
  CHECK(schedule.next(kStartTime + 50s).until == kStartTime + 100s);
}

TEST_CASE("a list that was read for another source serves one that would read it soon") {
  auto schedule = settled();
  schedule.list_was_read(kStartTime + 149s);
  CHECK(schedule.next(kStartTime + 149s).kind == Kind::wait);
  schedule.list_was_read(kStartTime + 150s);
  CHECK(schedule.next(kStartTime + 150s).kind == Kind::pass);
  auto failing = settled();
  failing.passed(kStartTime + 1s, std::nullopt, PassEnd::retry);
  failing.list_was_read(kStartTime + 2s);
  CHECK(failing.next(kStartTime + 2s).kind == Kind::wait);
  auto early = fresh();
  early.list_was_read(kStartTime);
  CHECK(early.next(kStartTime).kind == Kind::wait);
}

TEST_CASE("a revision is news until a pass begins with it") {
  auto schedule = settled();
  CHECK_FALSE(schedule.has_news());
  schedule.fetched(kStartTime + 60s, Schedule::Revision::same);
  CHECK_FALSE(schedule.has_news());
  schedule.fetched(kStartTime + 120s, Schedule::Revision::changed);
  CHECK(schedule.has_news());
  schedule.pass_begins();
  CHECK_FALSE(schedule.has_news());
}

TEST_CASE("a stopped account holds passes and not fetches") {
  auto schedule = settled();
  schedule.hold_passes(kStartTime + 20min);
  schedule.fetched(kStartTime + 10min, Schedule::Revision::changed);
  const auto step = schedule.next(kStartTime + 10min);
  CHECK(step.kind == Kind::wait);
  CHECK(step.until == kStartTime + 20min);
  CHECK(schedule.fetch_due() == kStartTime + 11min);
  schedule.release_passes();
  CHECK(schedule.next(kStartTime + 10min).kind == Kind::pass);
}

TEST_CASE("a fetch that takes for ever holds up no pass") {
  auto schedule = settled();
  // It was due after a minute, and nothing has come of it.
  CHECK(schedule.next(kStartTime + 5min).kind == Kind::pass);
  schedule.pass_begins();
  schedule.passed(kStartTime + 5min, Refresh::list, PassEnd::settled);
  CHECK(schedule.next(kStartTime + 10min).kind == Kind::pass);
  CHECK(schedule.next(kStartTime + 6h).zones == Refresh::full);
}

TEST_CASE("a revision that comes while a pass goes on is reconciled right after it, however that ends") {
  for (const auto end : {PassEnd::settled, PassEnd::retry, PassEnd::interrupted}) {
    auto schedule = settled();
    schedule.pass_begins();
    schedule.fetched(kStartTime + 301s, Schedule::Revision::changed);
    schedule.passed(kStartTime + 302s, Refresh::list, end);
    CHECK(schedule.pass_failures() == 0);
    CHECK(schedule.next(kStartTime + 302s).kind == Kind::pass);
    schedule.pass_begins();
    schedule.passed(kStartTime + 303s, Refresh::list, PassEnd::settled);
    CHECK(schedule.next(kStartTime + 303s).kind == Kind::wait);
    CHECK(schedule.next(kStartTime + 303s).until == kStartTime + 603s);
  }
}

TEST_CASE("a fetch of the same revision while a pass goes on asks for no other pass") {
  auto schedule = settled();
  schedule.pass_begins();
  schedule.fetched(kStartTime + 301s, Schedule::Revision::same);
  schedule.passed(kStartTime + 302s, std::nullopt, PassEnd::retry);
  CHECK(schedule.pass_failures() == 1);
  CHECK(schedule.next(kStartTime + 302s).until == kStartTime + 362s);
}

TEST_CASE("a pass that was interrupted is due at once") {
  auto schedule = settled();
  schedule.passed(kStartTime + 1s, std::nullopt, PassEnd::interrupted);
  CHECK(schedule.next(kStartTime + 1s).kind == Kind::pass);
}

TEST_CASE("backing off doubles up to a quarter of an hour") {
  CHECK(backoff(60s, 1, no_jitter) == 60s);
  CHECK(backoff(60s, 2, no_jitter) == 120s);
  CHECK(backoff(60s, 4, no_jitter) == 480s);
  CHECK(backoff(60s, 5, no_jitter) == 900s);
  CHECK(backoff(60s, 1'000'000, no_jitter) == 900s);
}

TEST_CASE("an interval beyond a quarter of an hour is its own cap") {
  CHECK(backoff(2h, 1, no_jitter) == 2h);
  CHECK(backoff(2h, 7, no_jitter) == 2h);
}

TEST_CASE("jitter only shortens, by a fifth at most") {
  const auto most = [] { return 0.999; };
  CHECK(backoff(100s, 1, most) < 81s);
  CHECK(backoff(100s, 1, most) >= 80s);
}

}  // namespace
}  // namespace plumbline::daemon
