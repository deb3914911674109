#include "reconciler/plan/decisions.h"

#include <doctest/doctest.h>

#include "reconciler/plan/render.h"
#include "tests/unit/reconciler/fixtures.h"

using namespace plumbline;
using namespace plumbline::reconciler;
using namespace plumbline::reconciler::test;

namespace {

std::string_view reason_of(const Plan& plan, std::string_view name) {
  const auto& block = change_of(plan, name).block;
  return block ? to_string(block->reason) : "";
}

// Workers that are to be made.
World wanted(const std::vector<std::string>& names) {
  World world;
  for (const auto& name : names) world.want(target_of(manifest(name)));
  return world;
}

void approve(World& world, const Plan& plan) {
  world.policy.approved = {.digest = plan.digest, .changes = plan.change_digests};
}

}  // namespace

TEST_SUITE("decisions of persons") {
  TEST_CASE("a suspended Worker is held back, the others go on, and the plan is the same one") {
    auto world = wanted({"a", "b"});
    const auto before = world.plan();
    world.policy.suspended = {{"a", "until 2026-10-01T12:00:00Z: moving"}};
    const auto plan = world.plan();
    CHECK(reason_of(plan, "a") == "Suspended");
    CHECK(change_of(plan, "a").block->message == "the Worker is suspended until 2026-10-01T12:00:00Z: moving");
    CHECK(change_of(plan, "a").block->override_with == "plumbline resume " + plan.owner.source + "/a");
    CHECK(reason_of(plan, "b").empty());
    CHECK(plan.digest == before.digest);
  }

  TEST_CASE("a suspended Worker is not deleted either, and one that needs nothing has no block") {
    World world;
    world.want(target_of(manifest("same")));
    world.have(live_as(world.targets.back()));
    auto orphan = live_as(target_of(manifest("orphan")));
    world.have(orphan);
    world.policy.suspended = {{"orphan", "until somebody resumes it"}, {"same", "until somebody resumes it"}};
    const auto plan = world.plan();
    CHECK(reason_of(plan, "orphan") == "Suspended");
    CHECK(reason_of(plan, "same").empty());
  }

  TEST_CASE("where an approval is needed nothing is written without one") {
    auto world = wanted({"a", "b"});
    world.policy.needs_approval = true;
    const auto held = world.plan();
    CHECK(reason_of(held, "a") == "ApprovalRequired");
    CHECK_FALSE(held.has_writes());
    CHECK(change_of(held, "a").block->override_with ==
          "plumbline approve " + held.owner.source + " --digest " + held.digest);
    auto free = world;
    free.policy.needs_approval = false;
    CHECK(free.plan().digest == held.digest);
    approve(world, held);
    CHECK(world.plan().has_writes());
    CHECK_FALSE(world.plan().has_blocks());
  }

  TEST_CASE("the digest alone, as the command line gives it, approves that very plan") {
    auto world = wanted({"a"});
    world.policy.needs_approval = true;
    world.policy.approved.digest = world.plan().digest;
    CHECK(world.plan().has_writes());
    world.want(target_of(manifest("b")));
    CHECK(reason_of(world.plan(), "a") == "ApprovalRequired");
  }

  TEST_CASE("what was approved goes ahead when other changes have come, and those wait and say both digests") {
    auto world = wanted({"a", "b"});
    world.policy.needs_approval = true;
    const auto first = world.plan();
    approve(world, first);
    world.want(target_of(manifest("c")));
    const auto plan = world.plan();
    CHECK(reason_of(plan, "a").empty());
    CHECK(reason_of(plan, "b").empty());
    CHECK(reason_of(plan, "c") == "ApprovalRequired");
    const auto& message = change_of(plan, "c").block->message;
    CHECK(message.contains(first.digest));
    CHECK(message.contains(plan.digest));
  }

  TEST_CASE("a part of what was approved goes ahead") {
    auto world = wanted({"a", "b"});
    world.policy.needs_approval = true;
    approve(world, world.plan());
    world.have(live_as(world.targets.front()));
    const auto plan = world.plan();
    CHECK(plan.digest != world.policy.approved.digest);
    CHECK(change_of(plan, "a").action == Action::no_op);
    CHECK(change_of(plan, "b").writes());
  }

  TEST_CASE("a change that asks for something else than was approved is another one") {
    auto world = wanted({"a"});
    world.policy.needs_approval = true;
    approve(world, world.plan());
    world.targets.clear();
    world.want(target_of(manifest("a", R"({"logpush": true})")));
    CHECK(reason_of(world.plan(), "a") == "ApprovalRequired");
  }

  TEST_CASE("another revision needs no new approval") {
    auto world = wanted({"a"});
    world.policy.needs_approval = true;
    world.desired.revision = "main@sha1:aaaa";
    approve(world, world.plan());
    world.desired.revision = "main@sha1:bbbb";
    CHECK(world.plan().has_writes());
  }

  TEST_CASE("more deletes than the bounds go ahead where they were approved, also when some of them are done") {
    World world;
    for (const auto* name : {"old-1", "old-2", "old-3", "old-4"}) world.have(live_as(target_of(manifest(name))));
    for (const auto* name : {"kept-1", "kept-2"}) {
      world.want(target_of(manifest(name)));
      world.have(live_as(world.targets.back()));
    }
    world.policy.max_deletes = 1;
    const auto held = world.plan();
    REQUIRE(reason_of(held, "old-1") == "ThresholdExceeded");
    approve(world, held);
    CHECK(reason_of(world.plan(), "old-1").empty());
    world.live.workers.erase("old-4");
    CHECK(reason_of(world.plan(), "old-1").empty());
    world.have(live_as(target_of(manifest("old-5"))));
    CHECK(reason_of(world.plan(), "old-1") == "ThresholdExceeded");
  }

  TEST_CASE("a suspension and a missing approval are no part of a plan's digest") {
    auto world = wanted({"a"});
    auto plan = world.plan();
    const auto digest = plan.digest;
    plan.workers.front().block = Block{.reason = Reason::suspended, .message = "x"};
    digest_plan(plan);
    CHECK(plan.digest == digest);
  }
}
