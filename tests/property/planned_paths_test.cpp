#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>

#include "rig.h"
#include "share.h"
#include "zone_workers.h"

/// A preview and an apply run the same list of operations.
using namespace plumbline;
using namespace plumbline::property;
using reconciler::PlannedCall;

namespace {

using Shown = std::vector<std::string>;

// In no order, each once: a domain is put again without what the service refused (see send_domain.h).
Shown in_order(Shown shown) {
  std::ranges::sort(shown);
  const auto repeated = std::ranges::unique(shown);
  shown.erase(repeated.begin(), repeated.end());
  return shown;
}

// As the plan shows them.
Shown planned(const reconciler::Plan& plan) {
  Shown out;
  const auto add = [&](const PlannedCall& call) {
    out.push_back(std::string(call.operation->method) + " /client/v4" + call.target(plan.account));
  };
  for (const auto& change : plan.workers) {
    if (change.writes()) std::ranges::for_each(change.calls, add);
    for (const auto& exposure : change.exposure) {
      if (exposure.writes()) add(*exposure.call);
    }
  }
  for (const auto& change : plan.zone_workers) {
    if (change.writes()) std::ranges::for_each(change.calls, add);
  }
  return in_order(std::move(out));
}

// What came to the service, but for the uploads for which the session of assets stands.
Shown sent(Rig& rig) {
  Shown out;
  for (const auto& request : rig.control("GET", "requests", JsonObject()).as_array()) {
    const std::string method(string_member(request, "method"));
    const std::string path(string_member(request, "path"));
    const std::string query(string_member(request, "query"));
    if (method == "GET" || path.ends_with("/workers/assets/upload")) continue;
    out.push_back(fmt::format("{} {}{}{}", method, path, query.empty() ? "" : "?", query));
  }
  return in_order(std::move(out));
}

std::string lines(const Shown& shown) {
  std::string out;
  for (const auto& line : shown) out += line + "\n";
  return out;
}

// Applies, and compares. A result that asks for another plan has left something out.
std::size_t compare(Rig& rig, const Repository& repository) {
  Shown expected;
  rig.control("DELETE", "requests", JsonObject());
  const auto applied = rig.apply(
      repository,
      {.before_apply = [&](reconciler::Plan& plan, reconciler::Policy&) { expected = planned(plan); }, .passes = 1});
  REQUIRE(applied.plan);
  const bool whole = std::ranges::all_of(applied.report.workers, [](const auto& result) {
    return result.status == reconciler::WorkerResult::Status::done;
  });
  if (!whole) return 0;
  CHECK(lines(sent(rig)) == lines(expected));
  return expected.size();
}

}  // namespace

TEST_SUITE("planned paths") {
  TEST_CASE("what a plan shows is what an apply sends: method, path and query of every write") {
    std::size_t compared = 0;
    for (std::uint64_t seed = 1; seed <= cases(300); ++seed) {
      CAPTURE(seed);
      Random random(seed);
      auto first = random_repository(random);
      auto second = mutated(first, random);
      if (random.chance(30)) {
        add_zone_workers(first, random);
        second.zone_workers = first.zone_workers;
        second.files.insert(first.files.begin(), first.files.end());
        mutate_zone_workers(second, random);
      }
      Rig rig;
      compared += compare(rig, first);
      compared += compare(rig, second);
    }
    CHECK(compared > cases(300));
  }
}
