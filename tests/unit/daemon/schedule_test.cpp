#include "daemon/schedule.h"

#include <doctest/doctest.h>

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

// A schedule whose first fetch and full pass went well at start_time.
Schedule settled() {
  auto schedule = fresh();
  schedule.fetched(kStartTime, Schedule::Revision::changed);
  schedule.passed(kStartTime, Refresh::full, PassEnd::settled);
  return schedule;
}

TEST_CASE("the first thing is a fetch, then a full pass") {
  auto schedule = fresh();
  CHECK(schedule.next(kStartTime).kind == Kind::fetch);
  schedule.fetched(kStartTime, Schedule::Revision::changed);
  const auto step = schedule.next(kStartTime);
  CHECK(step.kind == Kind::pass);
  CHECK(step.refresh == Refresh::full);
}

TEST_CASE("nothing is compared before there are manifests") {
  auto schedule = fresh();
  schedule.fetch_failed(kStartTime);
  const auto step = schedule.next(kStartTime);
  CHECK(step.kind == Kind::wait);
  CHECK(step.until == kStartTime + 60s);
}

TEST_CASE("a settled source is fetched, observed and audited at its intervals") {
  auto schedule = settled();
  CHECK(schedule.next(kStartTime).until == kStartTime + 60s);
  CHECK(schedule.next(kStartTime + 59s).kind == Kind::wait);
  CHECK(schedule.next(kStartTime + 60s).kind == Kind::fetch);

  schedule.fetched(kStartTime + 5min, Schedule::Revision::same);
  const auto observe = schedule.next(kStartTime + 5min);
  CHECK(observe.kind == Kind::pass);
  CHECK(observe.refresh == Refresh::list);

  schedule.passed(kStartTime + 5min, Refresh::list, PassEnd::settled);
  schedule.fetched(kStartTime + 6h, Schedule::Revision::same);
  const auto audit = schedule.next(kStartTime + 6h);
  CHECK(audit.kind == Kind::pass);
  CHECK(audit.refresh == Refresh::full);
}

TEST_CASE("a new revision is reconciled at once, by the list alone") {
  auto schedule = settled();
  schedule.fetched(kStartTime + 60s, Schedule::Revision::changed);
  const auto step = schedule.next(kStartTime + 60s);
  CHECK(step.kind == Kind::pass);
  CHECK(step.refresh == Refresh::list);
}

TEST_CASE("failed fetches back off and what was good stays in force") {
  auto schedule = settled();
  schedule.fetch_failed(kStartTime + 60s);
  schedule.fetch_failed(kStartTime + 120s);
  CHECK(schedule.fetch_failures() == 2);
  CHECK(schedule.next(kStartTime + 239s).kind == Kind::wait);
  CHECK(schedule.next(kStartTime + 240s).kind == Kind::fetch);
  // Observing goes on meanwhile.
  schedule.fetch_failed(kStartTime + 240s);
  CHECK(schedule.next(kStartTime + 300s).kind == Kind::pass);
  schedule.fetched(kStartTime + 300s, Schedule::Revision::same);
  CHECK(schedule.fetch_failures() == 0);
}

TEST_CASE("a failed pass is tried again after a growing delay, even if it was due earlier") {
  auto schedule = settled();
  schedule.fetched(kStartTime + 60s, Schedule::Revision::changed);
  schedule.passed(kStartTime + 60s, std::nullopt, PassEnd::retry);
  schedule.fetched(kStartTime + 119s, Schedule::Revision::same);
  CHECK(schedule.next(kStartTime + 119s).kind == Kind::wait);
  CHECK(schedule.next(kStartTime + 120s).kind == Kind::pass);
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

TEST_CASE("an audit that could not read the account is still due") {
  auto schedule = fresh();
  schedule.fetched(kStartTime, Schedule::Revision::changed);
  schedule.passed(kStartTime, std::nullopt, PassEnd::retry);
  schedule.fetched(kStartTime + 60s, Schedule::Revision::same);
  CHECK(schedule.next(kStartTime + 60s).refresh == Refresh::full);
}

TEST_CASE("one Worker that fails does not have all of them reread at each retry") {
  auto schedule = fresh();
  schedule.fetched(kStartTime, Schedule::Revision::changed);
  schedule.passed(kStartTime, Refresh::full, PassEnd::retry);
  schedule.fetched(kStartTime + 60s, Schedule::Revision::same);
  const auto step = schedule.next(kStartTime + 60s);
  CHECK(step.kind == Kind::pass);
  CHECK(step.refresh == Refresh::list);
}

TEST_CASE("a stopped account holds passes and not fetches") {
  auto schedule = settled();
  schedule.hold_passes(kStartTime + 20min);
  schedule.fetched(kStartTime + 10min, Schedule::Revision::changed);
  const auto step = schedule.next(kStartTime + 10min);
  CHECK(step.kind == Kind::wait);
  CHECK(step.until == kStartTime + 11min);
  CHECK(schedule.next(kStartTime + 11min).kind == Kind::fetch);
  schedule.release_passes();
  CHECK(schedule.next(kStartTime + 10min).kind == Kind::pass);
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
