#include <doctest/doctest.h>

#include <algorithm>

#include "exposure.h"
#include "rig.h"
#include "zone_workers.h"

// Patterns that are filters to the one and routes of a Worker to the other: the service keeps both in one list.
using namespace plumbline;
using namespace plumbline::property;

namespace {

bool leads_to_shop(Rig& rig, const std::string& pattern) {
  const auto lines = exposure_of(rig.state());
  return std::ranges::find(lines, Json(pattern + " -> shop")) != lines.end();
}

// Requests of the method whose path ends so.
std::size_t count(Rig& rig, std::string_view method, std::string_view path) {
  const auto requests = rig.control("GET", "requests", JsonObject());
  return static_cast<std::size_t>(std::ranges::count_if(requests.as_array(), [&](const auto& request) {
    return string_member(request, "method") == method && string_member(request, "path").ends_with(path);
  }));
}

}  // namespace

TEST_SUITE("zone workers") {
  TEST_CASE("a route of a Worker that somebody put in the place of a filter is neither deleted nor switched") {
    for (const std::string pattern : {kDroppedFilter, "old.example.com/off"}) {
      CAPTURE(pattern);
      const auto [first, second] = zone_commits();
      Rig rig;
      REQUIRE_FALSE(rig.apply(first, {}).report.failed());
      REQUIRE(rig.edit({"example.com", "delete-filter", pattern, nullptr}));
      // Of no Worker whose routes a manifest states.
      rig.edit({"shop", "add-route", "", Json(pattern)});
      auto silent = second;
      silent.workers[0].routes.reset();
      const auto applied = rig.apply(silent, {});
      REQUIRE(applied.plan);
      CHECK(leads_to_shop(rig, pattern));
      // The one is asked for no more, the other still is.
      CHECK(applied.plan->zone_workers.at(0).block.has_value() == (pattern != kDroppedFilter));
    }
  }

  TEST_CASE("what stops the account at one zone is not tried at the next") {
    const auto [first, second] = zone_commits();
    Rig rig;
    REQUIRE_FALSE(rig.apply(first, {}).report.failed());
    rig.control("DELETE", "requests", JsonObject());
    const JsonObject match{{"method", "PUT"}, {"path", "/workers/script$"}};
    rig.control("POST", "faults", JsonObject{{"match", match}, {"fault", "html"}, {"status", 403}, {"times", 0}});
    const auto applied = rig.apply(second, {});
    REQUIRE(applied.report.zone_workers.size() == 2);
    CHECK(applied.report.zone_workers[0].status == reconciler::ChangeStatus::failed);
    CHECK(applied.report.zone_workers[1].status == reconciler::ChangeStatus::skipped);
    CHECK(count(rig, "PUT", "/workers/script") == 1);
  }

  TEST_CASE("a filter becomes a route of a Worker by one call on its id, and is never gone") {
    const auto [first, second] = zone_commits();
    auto moved = second;
    moved.workers[0].routes = {{.pattern = kDroppedFilter, .zone = "example.com", .adopt = true}};
    Rig rig;
    auto before = first;
    before.workers[0].routes.emplace();
    REQUIRE_FALSE(rig.apply(before, {}).report.failed());
    rig.control("DELETE", "requests", JsonObject());
    const auto applied = rig.apply(moved, {});
    CHECK_MESSAGE(!applied.report.failed(), plan_text(applied));
    CHECK(leads_to_shop(rig, kDroppedFilter));
    CHECK(count(rig, "DELETE", "") == 0);
    const auto last = rig.plan(moved, {});
    CHECK_MESSAGE((last.plan && !last.plan->has_changes()), plan_text(last));
  }
}
