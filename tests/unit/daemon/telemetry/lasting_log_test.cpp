#include "daemon/telemetry/lasting_log.h"

#include <doctest/doctest.h>

#include "tests/unit/daemon/recorded_log.h"

namespace plumbline::daemon {
namespace {

using namespace std::chrono_literals;

using Lines = std::vector<std::string>;

constexpr LastingKind kFetch{"fetch failed", "fetch works again"};
constexpr LastingKind kHeld{"held back", "no longer held back"};

// A log of lasting states whose clock a test turns.
struct Lasting {
  test::RecordedLog lines;
  TimePoint now{1h};
  LastingLog log{lines, [this] { return now; }};

  bool fetch_fails(const std::string& error, int failures = 1) {
    return log.hold(kFetch, {.scope = "prod",
                             .subject = {{"source", "prod"}},
                             .cause = {{"error", error}},
                             .details = {{"failures", failures}}});
  }
};

LastingState held(const std::string& worker, const std::string& scope = "prod") {
  return {.scope = scope, .key = worker, .subject = {{"worker", worker}}, .cause = {{"problem", "blocked"}}};
}

TEST_CASE("what lasts is logged when it begins, then once an hour, and when it ends") {
  Lasting lasting;
  CHECK(lasting.fetch_fails("no route"));
  CHECK(lasting.lines.take() == Lines{"warning fetch failed source=prod error=\"no route\" failures=1"});
  lasting.now += 59min;
  CHECK_FALSE(lasting.fetch_fails("no route", 2));
  lasting.log.remind();
  CHECK(lasting.lines.take().empty());
  lasting.now += 1min;
  CHECK(lasting.fetch_fails("no route", 3));
  CHECK(lasting.lines.take() ==
        Lines{"warning fetch failed source=prod error=\"no route\" failures=3 since=1970-01-01T01:00:00Z"});
  lasting.now += 59min;
  CHECK_FALSE(lasting.fetch_fails("no route", 4));
  lasting.log.end(kFetch, "prod");
  CHECK(lasting.lines.take() == Lines{"info fetch works again source=prod since=1970-01-01T01:00:00Z"});
  lasting.log.end(kFetch, "prod");
  lasting.now += 2h;
  lasting.log.remind();
  CHECK(lasting.lines.take().empty());
  CHECK(lasting.fetch_fails("no route"));
  CHECK(lasting.lines.take() == Lines{"warning fetch failed source=prod error=\"no route\" failures=1"});
}

TEST_CASE("another cause is logged at once, and the hour begins anew") {
  Lasting lasting;
  lasting.fetch_fails("no route");
  lasting.lines.take();
  lasting.now += 30min;
  CHECK(lasting.fetch_fails("bad key"));
  CHECK(lasting.lines.take() ==
        Lines{"warning fetch failed source=prod error=\"bad key\" failures=1 since=1970-01-01T01:00:00Z"});
  lasting.now += 59min;
  CHECK_FALSE(lasting.fetch_fails("bad key"));
}

TEST_CASE("what nobody looks at again is reminded of all the same") {
  Lasting lasting;
  lasting.fetch_fails("no route");
  lasting.lines.take();
  for (int hour = 1; hour <= 3; ++hour) {
    lasting.now += 1h;
    lasting.log.remind();
    lasting.log.remind();
    CHECK(lasting.lines.take() ==
          Lines{"warning fetch failed source=prod error=\"no route\" failures=1 since=1970-01-01T01:00:00Z"});
  }
}

TEST_CASE("of many states of a kind each begins and ends by itself, and those of another source stay") {
  Lasting lasting;
  lasting.log.hold(kHeld, held("other", "staging"));
  lasting.log.hold_only(kHeld, "prod", {held("a"), held("b")});
  CHECK(lasting.lines.take() == Lines{"warning held back worker=other problem=blocked",
                                      "warning held back worker=a problem=blocked",
                                      "warning held back worker=b problem=blocked"});
  lasting.log.hold_only(kHeld, "prod", {held("b"), held("c")});
  CHECK(lasting.lines.take() == Lines{"info no longer held back worker=a since=1970-01-01T01:00:00Z",
                                      "warning held back worker=c problem=blocked"});
  CHECK(lasting.log.holds(kHeld, "prod", "b"));
  CHECK_FALSE(lasting.log.holds(kHeld, "prod", "a"));
  CHECK(lasting.log.holds(kHeld, "staging", "other"));
  lasting.log.keep(kHeld, "prod", {"c"});
  CHECK(lasting.lines.take() == Lines{"info no longer held back worker=b since=1970-01-01T01:00:00Z"});
}

TEST_CASE("a kind without an end ends without a word") {
  Lasting lasting;
  constexpr LastingKind kPass{"reconciled"};
  lasting.log.hold(kPass, {.scope = "prod", .level = LogLevel::info, .subject = {{"source", "prod"}}});
  lasting.log.end(kPass, "prod");
  CHECK(lasting.lines.take() == Lines{"info reconciled source=prod"});
}

}  // namespace
}  // namespace plumbline::daemon
