#include "reconciler/plan/ends.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "reconciler/parts/consumers.h"
#include "reconciler/parts/workflows.h"
#include "reconciler/plan/render.h"
#include "tests/unit/reconciler/fixtures.h"

using namespace plumbline;
using namespace plumbline::reconciler;
using namespace plumbline::reconciler::test;

namespace {

using Names = std::vector<std::string>;

constexpr std::string_view kLive = R"({"Cart": {"type": "durable-object", "storage": "sqlite"}})";

manifests::DesiredWorker exporting(std::string_view exports) {
  auto worker = manifest("shop");
  worker.settings["exports"] = object(exports);
  return worker;
}

// The account lists these classes of "shop".
void list_classes(World& world, const std::vector<std::string>& classes) {
  DurableClasses listed;
  for (const auto& name : classes) listed.by_worker["shop"].insert(name);
  world.live.durable_classes.items = Known<DurableClasses>::known(std::move(listed));
}

// "shop" is live with Cart, and a commit states `exports`.
World world_of(const manifests::DesiredWorker& worker) {
  World world;
  world.want(target_of(worker));
  auto live = live_as(target_of(exporting(kLive)));
  live.entry["exports"] = object(kLive);
  world.have(std::move(live));
  list_classes(world, {"Cart"});
  return world;
}

World world_of(std::string_view exports) {
  return world_of(exporting(exports));
}

std::optional<Block> block_of(const World& world, std::string_view worker = "shop") {
  return change_of(world.plan(), worker).block;
}

Names marks(const Plan& plan, std::string_view worker = "shop") {
  Names out;
  for (const auto& line : change_of(plan, worker).lines) {
    if (line.symbol == '!') out.push_back(line.what);
  }
  return out;
}

constexpr std::string_view kDeleted = R"({"Cart": {"type": "durable-object", "state": "deleted"}})";
constexpr std::string_view kOmitted = R"({"Order": {"type": "durable-object", "storage": "sqlite"}})";
constexpr std::string_view kHanded =
    R"({"Cart": {"type": "durable-object", "state": "transferred", "transferred_to": "till"}})";

}  // namespace

TEST_SUITE("ends") {
  TEST_CASE("a class that exports deletes, leaves out, hands to nobody or puts out of a known state is gated") {
    for (const auto exports :
         {kDeleted, kOmitted, kHanded, std::string_view(R"({"Cart": {"type": "durable-object", "state": "archived"}})"),
          std::string_view(R"({"Cart": {"type": "durable-object", "state": "renamed"}})"),
          std::string_view(R"({"Cart": {"type": "worker"}})"), std::string_view("{}")}) {
      CAPTURE(exports);
      const auto world = world_of(exports);
      const auto plan = world.plan();
      REQUIRE(change_of(plan, "shop").block);
      CHECK(change_of(plan, "shop").block->reason == Reason::data_loss);
      CHECK(change_of(plan, "shop")
                .block->override_with.find(
                    "add \"Cart\" to allow_data_loss under metadata, or \"shop\" to allow_data_loss of the source") !=
            std::string::npos);
      CHECK(marks(plan) == Names{"deletes Durable Object class Cart"});
      CHECK_FALSE(plan.has_writes());
    }
  }

  TEST_CASE("the gate opens by the name of the class, or by that of the Worker in the source, and still says so") {
    auto worker = exporting(kDeleted);
    worker.allow_data_loss = {"Order"};
    CHECK(block_of(world_of(worker)));
    worker.allow_data_loss = {"Cart"};
    CHECK_FALSE(block_of(world_of(worker)));
    CHECK(marks(world_of(worker).plan()) == Names{"deletes Durable Object class Cart"});
    auto world = world_of(kDeleted);
    world.policy.allow_data_loss = {"shop"};
    CHECK_FALSE(block_of(world));
  }

  TEST_CASE("a wrangler config is told the way that it has") {
    auto worker = exporting(kDeleted);
    worker.written_as = manifests::WrittenAs::wrangler_config;
    CHECK(block_of(world_of(worker))->override_with == "add \"shop\" to allow_data_loss of the source");
  }

  TEST_CASE("a new name is no end, unless another class with data has it") {
    constexpr std::string_view kRenamed = R"({"Cart": {"type": "durable-object", "state": "renamed",
        "renamed_to": "Basket"}, "Basket": {"type": "durable-object", "storage": "sqlite"}})";
    auto world = world_of(kRenamed);
    CHECK_FALSE(block_of(world));
    CHECK(marks(world.plan()).empty());
    list_classes(world, {"Cart", "Basket"});
    CHECK(block_of(world)->message ==
          "exports.Cart is renamed to \"Basket\", which has data of its own that may be lost");
    list_classes(world, {"Basket"});
    world.live.workers.at("shop").entry["exports"] = object(kRenamed);
    CHECK_FALSE(block_of(world));
  }

  TEST_CASE("a class may go to a Worker that says it expects it, in its manifest or live, and to no other") {
    constexpr std::string_view kExpecting = R"({"Cart": {"type": "durable-object", "storage": "sqlite",
        "state": "expecting-transfer", "transfer_from": "shop"}})";
    auto world = world_of(kHanded);
    auto till = manifest("till");
    till.settings["exports"] = object(kExpecting);
    world.want(target_of(till));
    CHECK_FALSE(block_of(world));
    auto occupied = world;
    DurableClasses listed;
    listed.by_worker = {{"shop", {"Cart"}}, {"till", {"Cart"}}};
    occupied.live.durable_classes.items = Known<DurableClasses>::known(listed);
    CHECK(block_of(occupied)->reason == Reason::data_loss);
    // It declares that first.
    CHECK(change_of(world.plan(), "shop").after == Names{"worker.till"});

    auto live = world_of(kHanded);
    auto there = live_as(target_of(manifest("till")));
    there.entry["exports"] = object(kExpecting);
    live.have(there);
    CHECK_FALSE(block_of(live));
    there.entry["exports"].as_object()["Cart"].as_object()["transfer_from"] = "other";
    live.have(there);
    CHECK(block_of(live)->reason == Reason::data_loss);
  }

  TEST_CASE("what the account does not have any more ends nothing, but only a list that was read proves it") {
    auto world = world_of(kDeleted);
    world.live.workers.at("shop").entry.erase("exports");
    list_classes(world, {});
    CHECK_FALSE(block_of(world));
    CHECK(marks(world.plan()).empty());
    // The list of classes lacks an entry, the list of Workers has it.
    world.live.workers.at("shop").entry["exports"] = object(kLive);
    CHECK(block_of(world)->reason == Reason::data_loss);
    world.live.workers.at("shop").entry.erase("exports");
    // An entry that came without its script may be anybody's.
    world.live.durable_classes.items = Known<DurableClasses>::known(
        durable_classes_of(parse_json(R"([{"id": "1", "class": "Cart"}])").value().get_array()));
    CHECK(block_of(world)->reason == Reason::data_loss);
    world.live.durable_classes = {};
    CHECK(block_of(world)->reason == Reason::data_loss);
  }

  TEST_CASE("as long as the classes are not read nothing is left out of exports, and nothing deleted") {
    auto world = world_of(R"({"Cart": {"type": "durable-object", "storage": "sqlite"}, "B": {"type": "worker"}})");
    world.have(live_as(target_of(manifest("old"))));
    CHECK_FALSE(block_of(world));
    world.live.durable_classes.items = {};
    world.live.durable_classes.failure = api::Error{.message = "boom"};
    const auto plan = world.plan();
    CHECK(change_of(plan, "shop").block->reason == Reason::read_failed);
    CHECK(change_of(plan, "old").block->reason == Reason::read_failed);
    CHECK_FALSE(plan.complete);
    world.policy.allow_data_loss = {"shop"};
    CHECK_FALSE(block_of(world));
  }

  TEST_CASE("the classes are listed where a write or a delete may end one, and nowhere else") {
    const Read list{Read::Kind::durable_classes, ""};
    const auto asks = [&list](World world) {
      world.live.durable_classes = {};
      const auto reads = missing(world.targets, world.live, world.policy, Refresh::full).reads;
      return std::ranges::find(reads, list) != reads.end();
    };
    CHECK(asks(world_of(kDeleted)));
    CHECK(asks(world_of(kOmitted)));
    CHECK_FALSE(asks(world_of(kLive)));
    World fresh;
    fresh.want(target_of(exporting(kLive)));
    CHECK_FALSE(asks(fresh));
    fresh.targets = {target_of(exporting(kDeleted))};
    CHECK(asks(fresh));
    World orphan;
    orphan.want(target_of(manifest("a")));
    orphan.have(live_as(target_of(manifest("old"))));
    CHECK(asks(orphan));
    orphan.policy.prune = Prune::upsert_only;
    CHECK_FALSE(asks(orphan));
  }

  TEST_CASE("a deleted Worker takes classes, workflows and consumers with it, and each is told") {
    World world;
    world.want(target_of(manifest("a")));
    world.have(live_as(target_of(manifest("a"))));
    world.have(live_as(target_of(manifest("shop"))));
    CHECK_FALSE(block_of(world));
    list_classes(world, {"Cart"});
    CHECK(block_of(world)->message == "deleting it destroys the data of the Durable Object class \"Cart\"");
    CHECK(marks(world.plan()) == Names{"deletes Durable Object class Cart"});
    list_classes(world, {});
    world.live.workers.at("shop").entry["exports"] = object(kLive);
    CHECK(block_of(world)->reason == Reason::data_loss);
    world.live.workers.at("shop").entry["exports"] = object(kDeleted);
    CHECK_FALSE(block_of(world));
    set_queues(world.live, queues_of(parse_json(R"([{"queue_id": "q1", "queue_name": "orders", "consumers": [
        {"consumer_id": "c1", "type": "worker", "script_name": "shop", "settings": {}}]}])")
                                         .value()
                                         .get_array()));
    CHECK(block_of(world)->message ==
          "deleting it leaves the queue \"orders\" without a consumer, and its messages are lost after some days");
    world.policy.allow_data_loss = {"shop"};
    CHECK_FALSE(block_of(world));
    world.policy.allow_data_loss = {};
    set_queues(world.live, {});
    world.live.queues.items = {};
    world.live.queues.failure = api::Error{.message = "boom"};
    CHECK(block_of(world)->reason == Reason::read_failed);
  }

  TEST_CASE("a queue that is taken out of the list needs its name, one that another Worker takes over does not") {
    auto worker = manifest("shop");
    worker.queue_consumers.emplace();
    World world;
    world.want(target_of(worker));
    world.have(live_as(target_of(manifest("shop"))));
    const auto list = parse_json(R"([{"queue_id": "q1", "queue_name": "orders", "consumers": [
        {"consumer_id": "c1", "type": "worker", "script_name": "shop", "settings": {}}]}])")
                          .value()
                          .get_array();
    set_queues(world.live, queues_of(list));
    CHECK(block_of(world)->override_with ==
          "add \"orders\" to allow_data_loss under metadata, or \"shop\" to allow_data_loss of the source");
    worker.allow_data_loss = {"orders"};
    world.targets = {target_of(worker)};
    CHECK_FALSE(block_of(world));
    worker.allow_data_loss = {};
    auto taker = manifest("till");
    taker.queue_consumers = {{.queue = "orders", .dead_letter_queue = {}, .settings = {}}};
    world.targets = {target_of(worker), target_of(taker)};
    CHECK_FALSE(block_of(world));
  }

  TEST_CASE("a Worker whose class another manifest takes over is deleted once that has happened") {
    World world;
    auto store = manifest("store");
    store.migrations = {
        {"v1", object(R"({"transferred_classes": [{"from": "Cart", "from_script": "shop", "to": "Cart"}]})"), {}}};
    world.want(target_of(store));
    world.have(live_as(target_of(manifest("shop"))));
    list_classes(world, {"Cart"});
    CHECK(block_of(world)->reason == Reason::dependency_not_ready);
    auto there = live_as(target_of(store));
    there.entry["migration_tag"] = "v1";
    world.have(there);
    list_classes(world, {});
    CHECK_FALSE(block_of(world));
  }
}
