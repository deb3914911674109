#include "reconciler/plan/uncertain.h"

#include <doctest/doctest.h>

#include "reconciler/journal/uncertain_notes.h"
#include "reconciler/model/plan_input.h"
#include "tests/unit/reconciler/fixtures.h"

using namespace plumbline;
using namespace plumbline::reconciler;
using namespace plumbline::reconciler::test;

namespace {

Made made(std::string_view created, std::string_view modified,
          std::chrono::microseconds took = std::chrono::seconds(2)) {
  return made_when({{"created_on", created}, {"modified_on", modified}}, took);
}

PlanInput input_of(const World& world) {
  PlanInput input;
  input.targets = &world.targets;
  input.desired = &world.desired;
  input.live = &world.live;
  input.policy = world.policy;
  return input;
}

World struck() {
  World world;
  world.want(target_of(manifest("a", R"({"logpush": true})")));
  world.have(live_as(target_of(manifest("a"))));
  world.live.uncertain["a"] = {"v1", "v2", false};
  return world;
}

}  // namespace

TEST_SUITE("creates that met a Worker") {
  TEST_CASE("a Worker is made by the upload whose answer says that it is as old as its last change") {
    CHECK(made("2026-10-01T00:00:00.5Z", "2026-10-01T00:00:00.5Z") == Made::now);
    CHECK(made("2026-10-01T00:00:00.50Z", "2026-10-01T00:00:00.58Z") == Made::now);
    CHECK(made("2026-10-01T00:00:00Z", "2026-10-01T00:00:01Z") == Made::now);
    CHECK(made("2026-10-01T00:00:00.5Z", "2026-10-01T00:00:01.5Z") == Made::unclear);
    CHECK(made("2026-10-01T00:00:00Z", "2026-10-01T00:00:03Z") == Made::unclear);
    CHECK(made("2025-10-01T00:00:00Z", "2026-10-01T00:00:00Z") == Made::before);
    CHECK(made_when({}, std::chrono::seconds(2)) == Made::unclear);
    // Of an upload of 5 ms, what is 8 ms older was there before.
    constexpr std::chrono::milliseconds kQuick{5};
    CHECK(made("2026-10-01T00:00:00.500Z", "2026-10-01T00:00:00.504Z", kQuick) == Made::now);
    CHECK(made("2026-10-01T00:00:00.500Z", "2026-10-01T00:00:00.508Z", kQuick) == Made::unclear);
  }

  TEST_CASE("one that was made over another is held until somebody decides") {
    auto world = struck();
    const auto plan = world.plan();
    const auto& change = change_of(plan, "a");
    REQUIRE(change.block);
    CHECK(change.block->reason == Reason::create_uncertain);
    CHECK(change.block->message.contains("v1"));
    CHECK(change.block->override_with.contains("plumbline release a"));
    CHECK(change.calls.empty());
  }

  TEST_CASE("it is not deleted either, although it bears our tag") {
    World world;
    world.want(target_of(manifest("b")));
    world.have(live_as(target_of(manifest("a"))));
    world.live.uncertain["a"] = {"v1", "v2", false};
    const auto plan = world.plan();
    const auto& change = change_of(plan, "a");
    CHECK(change.action == Action::remove);
    REQUIRE(change.block);
    CHECK(change.block->reason == Reason::create_uncertain);
  }

  TEST_CASE("it is held no longer once it is gone, released, or taken over by its manifest") {
    auto world = struck();
    CHECK(is_uncertain("a", input_of(world)));
    CHECK_FALSE(is_uncertain("b", input_of(world)));

    auto gone = world;
    gone.live.workers.clear();
    CHECK(is_uncertain("a", input_of(gone)));  // a list that does not show it proves nothing
    gone.live.absent["a"] = TimePoint();
    CHECK_FALSE(is_uncertain("a", input_of(gone)));

    auto released = world;
    set_live(released.live.workers.at("a"), "tags", "[]");
    released.live.workers.at("a").entry["tags"] = JsonArray();
    CHECK_FALSE(is_uncertain("a", input_of(released)));

    auto adopting = manifest("a");
    adopting.adopt.kind = manifests::AdoptRule::Kind::unowned;
    auto taken = world;
    taken.targets.clear();
    taken.want(target_of(adopting));
    CHECK_FALSE(is_uncertain("a", input_of(taken)));
    // What it said before, it does not say now.
    taken.live.uncertain["a"].adopted = true;
    CHECK(is_uncertain("a", input_of(taken)));
  }

  TEST_CASE("what is noted is read back") {
    const UncertainCreate create{"v1", "v2", true};
    Notes notes;
    for (const auto& [name, text] : uncertain_note("a", create)) notes.emplace(name, *text);
    notes.emplace("b", "no JSON");
    const auto read = uncertain_from(notes);
    CHECK(read == UncertainCreates{{"a", create}});
  }
}
