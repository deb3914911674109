#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>

#include "rig.h"

// A plan that was made a while ago: a person thought it over, or the budget let its apply wait.
using namespace plumbline;
using namespace plumbline::property;

namespace {

using Status = reconciler::WorkerResult::Status;

// In the second one a binding of every Worker is another.
Commits commits() {
  Random random(11);
  Commits out;
  while (out.first.workers.size() < 3) out.first = random_repository(random);
  out.first.workers.resize(3);
  for (auto& worker : out.first.workers) {
    worker.settings["bindings"] = JsonObject{{"TEXT", JsonObject{{"type", "plain_text"}, {"text", "one"}}}};
    worker.settings.erase("tail_consumers");
    worker.depends_on.clear();
  }
  out.second = out.first;
  for (auto& worker : out.second.workers) {
    worker.settings["bindings"] = JsonObject{{"TEXT", JsonObject{{"type", "plain_text"}, {"text", "two"}}}};
  }
  return out;
}

void grow_old(reconciler::Plan& plan) {
  plan.observed_at -= std::chrono::minutes(2);
}

Status status_of(const reconciler::ApplyReport& report, std::string_view name) {
  const auto found = std::ranges::find(report.workers, name, &reconciler::WorkerResult::name);
  REQUIRE(found != report.workers.end());
  return found->status;
}

std::string text_of(Rig& rig, const std::string& worker) {
  const auto settings = rig.state();
  const auto& versions = settings.at_pointer("/workers/" + worker + "/versions").as_array();
  for (const auto& binding : versions.back().at("bindings").as_array()) {
    if (string_member(binding, "name") == "TEXT") return std::string(string_member(binding.at("fields"), "text"));
  }
  return {};
}

}  // namespace

TEST_CASE("what somebody changed since an old plan was made is planned again, and everything else is written") {
  const auto [first, second] = commits();
  for (const auto* action : {"set-var", "split", "delete-worker"}) {
    CAPTURE(action);
    Rig rig;
    REQUIRE(!rig.apply(first, {}).report.failed());
    // A rollout needs a second version.
    REQUIRE(rig.edit({first.workers[0].name, "set-var", "OTHER", "first"}));
    const auto& edited = first.workers[0].name;
    Rig::Run run;
    run.passes = 1;
    run.before_apply = [&](reconciler::Plan& plan, reconciler::Policy&) {
      grow_old(plan);
      const Json value = std::string_view(action) == "split" ? Json(10) : Json("dash");
      REQUIRE(rig.edit({edited, action, "OTHER", value}));
    };
    const auto outcome = rig.apply(second, run);
    CHECK(status_of(outcome.report, edited) == Status::replan);
    CHECK(status_of(outcome.report, first.workers[1].name) == Status::done);
    CHECK(text_of(rig, first.workers[1].name) == "two");
    if (std::string_view(action) != "delete-worker") CHECK(text_of(rig, edited) == "one");
  }
}

TEST_CASE("a Worker that appeared since an old plan wanted to create it is not written over") {
  const auto [first, second] = commits();
  Rig rig;
  Rig::Run run;
  run.passes = 1;
  run.before_apply = [&](reconciler::Plan& plan, reconciler::Policy&) {
    grow_old(plan);
    Repository one = first;
    one.workers.resize(1);
    REQUIRE(!rig.apply(one, {}).report.failed());
  };
  const auto outcome = rig.apply(second, run);
  CHECK(status_of(outcome.report, first.workers[0].name) == Status::replan);
  CHECK(text_of(rig, first.workers[0].name) == "one");
  CHECK(status_of(outcome.report, first.workers[1].name) == Status::done);
}

// Sources of one account pass side by side, and share the journal.
TEST_CASE("what another source has written since a plan was made is seen, however new the plan is") {
  const auto [first, second] = commits();
  auto others = first;
  others.workers.resize(1);
  others.workers[0].settings["bindings"] = JsonObject{{"TEXT", JsonObject{{"type", "plain_text"}, {"text", "three"}}}};
  const auto& theirs = first.workers[0].name;
  for (const bool is_new : {false, true}) {
    CAPTURE(is_new);
    Rig rig;
    if (!is_new) REQUIRE(!rig.apply(first, {}).report.failed());
    Rig::Run run;
    run.passes = 1;
    run.before_apply = [&](reconciler::Plan&, reconciler::Policy&) {
      Rig::Run other;
      other.prune = reconciler::Prune::upsert_only;
      REQUIRE(!rig.apply(others, other).report.failed());
    };
    const auto outcome = rig.apply(second, run);
    CHECK(status_of(outcome.report, theirs) == Status::replan);
    CHECK(text_of(rig, theirs) == "three");
    CHECK(status_of(outcome.report, first.workers[1].name) == Status::done);
    CHECK(text_of(rig, first.workers[1].name) == "two");
  }
}

TEST_CASE("what was read before another source wrote is not remembered") {
  const auto [first, second] = commits();
  const auto& name = first.workers[0].name;
  auto others = first;
  others.workers.resize(1);
  others.workers[0].settings["bindings"] = JsonObject{{"TEXT", JsonObject{{"type", "plain_text"}, {"text", "three"}}}};
  Rig rig;
  REQUIRE(!rig.apply(first, {}).report.failed());
  // A full plan, in the middle of which somebody writes one of its Workers.
  Rig::Run run;
  bool written = false;
  run.meanwhile = [&](std::size_t call) {
    if (call != 2 || written) return;
    written = true;
    Rig::Run other;
    other.prune = reconciler::Prune::upsert_only;
    REQUIRE(!rig.apply(others, other).report.failed());
  };
  REQUIRE(rig.plan(first, run).plan);
  REQUIRE(written);
  Rig::Run list;
  list.refresh = reconciler::Refresh::list;
  const auto again = rig.plan(first, list);
  REQUIRE(again.plan);
  const auto found = std::ranges::find(again.plan->workers, name, &reconciler::WorkerChange::name);
  REQUIRE(found != again.plan->workers.end());
  CHECK(found->action == reconciler::Action::update);
}

TEST_CASE("an old plan costs one list and the deployments of what it writes, a fresh one nothing more") {
  const auto [first, second] = commits();
  std::size_t calls[2] = {};
  for (const bool old : {false, true}) {
    Rig rig;
    REQUIRE(!rig.apply(first, {}).report.failed());
    Rig::Run run;
    if (old) run.before_apply = [](reconciler::Plan& plan, reconciler::Policy&) { grow_old(plan); };
    const auto outcome = rig.apply(second, run);
    CHECK(!outcome.report.failed());
    calls[old ? 1 : 0] = outcome.calls;
  }
  CHECK(calls[1] == calls[0] + 1 + second.workers.size());
}

TEST_CASE("whatever was planned, a Worker that the source may not write is not written") {
  const auto [first, second] = commits();
  Rig rig;
  Rig::Run run;
  run.before_apply = [&](reconciler::Plan&, reconciler::Policy& policy) {
    policy.allow_names = {second.workers[1].name};
  };
  const auto outcome = rig.apply(second, run);
  CHECK(status_of(outcome.report, second.workers[0].name) == Status::failed);
  CHECK(status_of(outcome.report, second.workers[1].name) == Status::done);
  CHECK(rig.state().at("workers").as_object().size() == 1);
}
