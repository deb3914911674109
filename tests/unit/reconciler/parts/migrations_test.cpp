#include "reconciler/parts/migrations.h"

#include <doctest/doctest.h>

#include "reconciler/plan/after_calls.h"
#include "reconciler/plan/calls.h"
#include "reconciler/plan/diff.h"
#include "reconciler/plan/plan_state.h"
#include "reconciler/plan/render.h"
#include "tests/unit/reconciler/fixtures.h"

using namespace plumbline;
using namespace plumbline::reconciler;
using namespace plumbline::reconciler::test;

namespace {

const manifests::DesiredMigration kV1{"v1", object(R"({"new_sqlite_classes": ["Cart", "Order"]})"), {}};
const manifests::DesiredMigration kV2{"v2", object(R"({"renamed_classes": [{"from": "Cart", "to": "Basket"}]})"), {}};
const manifests::DesiredMigration kV3{"v3", object(R"({"deleted_classes": ["Order"]})"), {}};

manifests::DesiredWorker with(std::vector<manifests::DesiredMigration> history, std::string_view settings = "{}") {
  auto worker = manifest("shop", settings);
  worker.migrations = std::move(history);
  return worker;
}

LiveWorker live_at(const manifests::DesiredWorker& worker, std::string_view tag) {
  auto live = live_as(target_of(worker));
  if (!tag.empty()) live.entry["migration_tag"] = tag;
  return live;
}

Plan plan_of(const manifests::DesiredWorker& worker, std::optional<LiveWorker> live) {
  World world;
  world.want(target_of(worker));
  if (live) world.have(std::move(*live));
  return world.plan();
}

const Block& block_of(const Plan& plan) {
  return change_of(plan, "shop").block.value();
}

}  // namespace

TEST_SUITE("migrations") {
  TEST_CASE("a new Worker gets the whole history in its upload, without an old tag") {
    const auto made = calls(target_of(with({kV1, kV2})), nullptr);
    REQUIRE(made.size() == 1);
    CHECK(
        to_text(made.front().body.at("migrations")) ==
        R"({"new_tag":"v2","steps":[{"new_sqlite_classes":["Cart","Order"]},{"renamed_classes":[{"from":"Cart","to":"Basket"}]}]})");
  }

  TEST_CASE("only the steps after the live tag are sent, and they force an upload although nothing else moved") {
    const auto live = live_at(with({kV1}), "v1");
    const auto made = calls(target_of(with({kV1, kV2})), &live);
    REQUIRE(made.size() == 1);
    CHECK(made.front().is("upload_script"));
    CHECK(made.front().why == "bring the migrations");
    CHECK(to_text(made.front().body.at("migrations")) ==
          R"({"old_tag":"v1","new_tag":"v2","steps":[{"renamed_classes":[{"from":"Cart","to":"Basket"}]}]})");
  }

  TEST_CASE("nothing is sent at the last tag, and nothing where migrations are unmanaged") {
    const auto live = live_at(with({kV1, kV2}), "v2");
    CHECK(calls(target_of(with({kV1, kV2})), &live).empty());
    const auto foreign = live_at(manifest("shop"), "theirs");
    CHECK(calls(target_of(manifest("shop")), &foreign).empty());
    CHECK_FALSE(plan_of(manifest("shop"), foreign).has_changes());
  }

  TEST_CASE("an upload for another reason at the last tag carries no migration") {
    auto worker = with({kV1});
    const auto live = live_at(worker, "v1");
    worker.modules.front().sha256 = sha256_hex("new");
    const auto made = calls(target_of(worker), &live);
    REQUIRE(made.size() == 1);
    CHECK(member(made.front().body, "migrations") == nullptr);
  }

  TEST_CASE("a live tag that the manifest does not name is blocked, with the way out") {
    const auto plan = plan_of(with({kV1}), live_at(with({kV1}), "v7"));
    CHECK(block_of(plan).reason == Reason::migration_history);
    CHECK(block_of(plan).message.find("\"v7\"") != std::string::npos);
    CHECK(block_of(plan).override_with.find("leave migrations out") != std::string::npos);
    CHECK_FALSE(plan.has_writes());
  }

  TEST_CASE("a step that deletes a class needs leave by its tag, or by the Worker's name in the source") {
    auto worker = with({kV1, kV2, kV3});
    const auto live = live_at(worker, "v1");
    const auto plan = plan_of(worker, live);
    CHECK(block_of(plan).reason == Reason::data_loss);
    CHECK(block_of(plan).override_with ==
          "add \"v3\" to allow_data_loss under metadata, or \"shop\" to allow_data_loss of the source");
    worker.allow_data_loss = {"v2"};
    CHECK(change_of(plan_of(worker, live), "shop").block);
    worker.allow_data_loss = {"v3"};
    CHECK_FALSE(change_of(plan_of(worker, live), "shop").block);

    World world;
    world.want(target_of(with({kV1, kV2, kV3})));
    world.have(live);
    world.policy.allow_data_loss = {"shop"};
    CHECK_FALSE(change_of(world.plan(), "shop").block);
  }

  TEST_CASE("a class that begins and ends within one upload holds no data") {
    CHECK_FALSE(change_of(plan_of(with({kV1, kV2, kV3}), std::nullopt), "shop").block);
    // Renamed on the way: the same class.
    const manifests::DesiredMigration end{"v4", object(R"({"deleted_classes": ["Basket"]})"), {}};
    CHECK_FALSE(change_of(plan_of(with({kV1, kV2, end}), std::nullopt), "shop").block);
    const auto live = live_at(with({kV1}), "v1");
    CHECK(block_of(plan_of(with({kV1, kV2, end}), live)).reason == Reason::data_loss);
    // A new Worker has no data, whatever its history deletes; a class that was taken over has.
    CHECK_FALSE(change_of(plan_of(with({kV3}), std::nullopt), "shop").block);
    const manifests::DesiredMigration take{
        "v1", object(R"({"transferred_classes": [{"from": "Order", "from_script": "old", "to": "Order"}]})"), {}};
    CHECK(block_of(plan_of(with({take, kV3}), std::nullopt)).reason == Reason::data_loss);
  }

  TEST_CASE("a class is not taken from a Worker of somebody else") {
    const manifests::DesiredMigration take{
        "v1", object(R"({"transferred_classes": [{"from": "Cart", "from_script": "old", "to": "Cart"}]})"), {}};
    World world;
    world.want(target_of(with({take})));
    auto old = live_at(manifest("old"), "v1");
    old.name = "old";
    world.have(old);
    CHECK_FALSE(change_of(world.plan(), "shop").block);
    set_live(old, "tags", R"(["plumbline=edge/other"])");
    world.have(old);
    CHECK(change_of(world.plan(), "shop").block->reason == Reason::ownership_conflict);
  }

  TEST_CASE("a binding of a new Worker to a class that no migration makes is foreseen") {
    constexpr auto kBinding = R"({"bindings": {"CART": {"type": "durable_object_namespace", "class_name": "Cart"}}})";
    CHECK(block_of(plan_of(manifest("shop", kBinding), std::nullopt)).override_with ==
          "add it to migrations, such as {tag: v1, new_sqlite_classes: [Cart]}");
    CHECK_FALSE(change_of(plan_of(with({kV1}, kBinding), std::nullopt), "shop").block);
    CHECK(change_of(plan_of(with({kV1, kV2}, kBinding), std::nullopt), "shop").block);
    // Classes of another Worker, and those that are declared instead, are not this history's.
    constexpr auto kOther =
        R"({"bindings": {"C": {"type": "durable_object_namespace", "class_name": "Cart", "script_name": "old"}}})";
    const auto other = plan_of(manifest("shop", kOther), std::nullopt);
    CHECK(change_of(other, "shop").block->reason == Reason::dependency_not_ready);
    auto declared = manifest("shop", kBinding);
    declared.settings["exports"] = object(R"({"Cart": {"type": "durable-object", "storage": "sqlite"}})");
    CHECK_FALSE(change_of(plan_of(declared, std::nullopt), "shop").block);
  }

  TEST_CASE("the plan tells each step and each class whose data goes") {
    auto worker = with({kV1, kV2, kV3});
    worker.allow_data_loss = {"v3"};
    const auto text = render_text(plan_of(worker, live_at(worker, "v1")), Colour::off);
    CHECK(text.find("      + migration v2             (renamed_classes Cart -> Basket)\n") != std::string::npos);
    CHECK(text.find("      + migration v3             (deleted_classes Order)\n") != std::string::npos);
    CHECK(text.find("      ! deletes Durable Object class Order\n") != std::string::npos);
  }

  TEST_CASE("the JSON plan has the tags before and after, and what is pending is part of the digest") {
    const auto live = live_at(with({kV1}), "v1");
    const auto plan = plan_of(with({kV1, kV2}), live);
    const auto& change = change_of(plan, "shop");
    CHECK(string_member(state_before(change), "migration_tag") == "v1");
    CHECK(string_member(state_after(change), "migration_tag") == "v2");
    auto other = kV2;
    other.steps = object(R"({"new_classes": ["Basket"]})");
    CHECK(plan_of(with({kV1, other}), live).digest != plan.digest);
  }

  TEST_CASE("a delete names the classes that it destroys and is blocked without leave") {
    auto old = live_at(
        manifest("old", R"({"bindings": {"CART": {"type": "durable_object_namespace", "class_name": "Cart"}}})"), "v1");
    World world;
    world.want(target_of(manifest("shop")));
    world.have(live_as(target_of(manifest("shop"))));
    world.have(old);
    const auto plan = world.plan();
    REQUIRE(change_of(plan, "old").lines.size() == 1);
    CHECK(change_of(plan, "old").lines.front() == ChangeLine{'!', "deletes Durable Object class Cart", {}, {}});
    CHECK(change_of(plan, "old").block->reason == Reason::data_loss);
  }

  TEST_CASE("after an upload with migrations the Worker is clean, whether or not the answer tells the tag") {
    const auto target = target_of(with({kV1}));
    const auto made = written(target, nullptr);
    for (const bool told : {false, true}) {
      auto answer = object(R"({"id": "shop", "etag": "e9", "modified_on": "m9", "tag": "t9"})");
      if (told) answer["migration_tag"] = "v1";
      const auto memory = after_calls(made, &answer, TimePoint());
      CHECK_FALSE(memory.dirty);
      CHECK_FALSE(memory.settings.contains("migrations"));
      auto entry = answer;
      entry["migration_tag"] = "v1";
      CHECK(memory.list_key == list_key(entry));
    }
  }
}
