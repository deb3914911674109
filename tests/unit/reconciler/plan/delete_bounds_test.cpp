#include <doctest/doctest.h>

#include "reconciler/plan/gates.h"

// Deletes are bounded kind by kind.
using namespace plumbline;
using namespace plumbline::reconciler;

namespace {

PlannedCall call_of(api::OperationRef operation, const std::string& queue = {}) {
  return {operation, {{"queue_id", queue}}};
}

WorkerChange changed(const std::string& name) {
  WorkerChange change;
  change.name = name;
  change.action = Action::update;
  return change;
}

ExposureChange removed(ExposureChange::Type type) {
  ExposureChange exposure;
  exposure.type = type;
  exposure.action = Action::remove;
  return exposure;
}

// Whether everything that would go is stopped.
bool is_stopped(const std::optional<Block>& block) {
  return block && block->reason == Reason::threshold_exceeded;
}

}  // namespace

TEST_SUITE("bounds on deletes") {
  TEST_CASE("routes and domains are counted apart, out of those that the source has") {
    for (const auto type : {ExposureChange::Type::route, ExposureChange::Type::domain}) {
      for (const std::size_t deletes : {std::size_t{1}, std::size_t{2}, std::size_t{3}, std::size_t{4}}) {
        CAPTURE(deletes);
        Plan plan;
        plan.workers.push_back(changed("a"));
        for (std::size_t i = 0; i < deletes; ++i) plan.workers.front().exposure.push_back(removed(type));
        Owned owned;
        owned.exposure = {{ExposureChange::Type::route, 6}, {ExposureChange::Type::domain, 6}};
        bound_deletes(plan, Policy(), owned);
        for (const auto& exposure : plan.workers.front().exposure) CHECK(is_stopped(exposure.block) == (deletes > 3));
        CHECK_FALSE(plan.workers.front().block);
      }
    }
  }

  TEST_CASE("three of each kind do not add up") {
    Plan plan;
    plan.workers.push_back(changed("a"));
    for (int i = 0; i < 3; ++i) {
      plan.workers.front().exposure.push_back(removed(ExposureChange::Type::route));
      plan.workers.front().exposure.push_back(removed(ExposureChange::Type::domain));
    }
    Owned owned;
    owned.exposure = {{ExposureChange::Type::route, 6}, {ExposureChange::Type::domain, 6}};
    bound_deletes(plan, Policy(), owned);
    for (const auto& exposure : plan.workers.front().exposure) CHECK_FALSE(exposure.block);
    owned.exposure[ExposureChange::Type::domain] = 5;
    bound_deletes(plan, Policy(), owned);
    for (const auto& exposure : plan.workers.front().exposure) {
      CHECK(is_stopped(exposure.block) == (exposure.type == ExposureChange::Type::domain));
    }
  }

  TEST_CASE("what goes with its Worker does not count again") {
    Plan plan;
    plan.workers.push_back(changed("a"));
    auto& change = plan.workers.front();
    change.action = Action::remove;
    for (int i = 0; i < 9; ++i) change.exposure.push_back(removed(ExposureChange::Type::route));
    for (int i = 0; i < 9; ++i) {
      change.ends.push_back({Ended::Kind::queue_consumer, Ended::Road::worker_deleted, "q", {}});
    }
    Owned owned;
    owned.workers = 1;
    owned.exposure[ExposureChange::Type::route] = owned.consumers = 9;
    bound_deletes(plan, Policy(), owned);
    CHECK_FALSE(change.block);
    for (const auto& exposure : change.exposure) CHECK_FALSE(exposure.block);
  }

  TEST_CASE("consumers stop their Workers, unless another takes their place") {
    for (const bool taken : {false, true}) {
      CAPTURE(taken);
      Plan plan;
      for (const auto* name : {"a", "b", "c", "d"}) {
        plan.workers.push_back(changed(name));
        auto& change = plan.workers.back();
        change.calls.push_back(call_of("delete_queue_consumer", name));
        if (taken) {
          change.calls.push_back(call_of("create_queue_consumer", name));
        } else {
          change.ends.push_back({Ended::Kind::queue_consumer, Ended::Road::left_out, name, {}});
        }
      }
      Owned owned;
      owned.consumers = 100;
      bound_deletes(plan, Policy(), owned);
      for (const auto& change : plan.workers) CHECK(is_stopped(change.block) == !taken);
    }
  }

  TEST_CASE("filters stop their ZoneWorker, and the plan's digest lets them go") {
    Plan plan;
    plan.digest = "sha256:1";
    plan.zone_workers.emplace_back();
    for (int i = 0; i < 4; ++i) {
      plan.zone_workers.front().calls.push_back(call_of("delete_filter"));
    }
    Owned owned;
    owned.filters = 100;
    auto confirmed = plan;
    bound_deletes(plan, Policy(), owned);
    CHECK(is_stopped(plan.zone_workers.front().block));
    CHECK(plan.zone_workers.front().block->override_with.contains("sha256:1"));
    Policy policy;
    policy.approved.digest = "sha256:1";
    bound_deletes(confirmed, policy, owned);
    CHECK_FALSE(confirmed.zone_workers.front().block);
  }
}
