#include "reconciler/parts/lacking_classes.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "tests/unit/reconciler/fixtures.h"

using namespace plumbline;
using namespace plumbline::reconciler;
using namespace plumbline::reconciler::test;

namespace {

constexpr std::string_view kBindsBoth = R"({"bindings": {
    "CART": {"type": "durable_object_namespace", "class_name": "Cart"},
    "EXTRA": {"type": "durable_object_namespace", "class_name": "Extra"}}})";
constexpr std::string_view kBindsCart =
    R"({"bindings": {"CART": {"type": "durable_object_namespace", "class_name": "Cart"}}})";

// A Worker whose history is one migration, with these classes.
manifests::DesiredWorker shop(std::string_view classes, std::string_view settings) {
  auto worker = manifest("shop", settings);
  worker.migrations = {{"v1", JsonObject{{"new_sqlite_classes", parse_json(classes).value()}}, {}}};
  return worker;
}

// It has had migration v1 when that made Cart alone, and `worker` is what is asked for now.
World had_cart(const manifests::DesiredWorker& worker, DurableClasses::Names listed = {"Cart"}) {
  World world;
  world.want(target_of(worker));
  auto live = live_as(target_of(shop(R"(["Cart"])", kBindsCart)));
  live.entry["migration_tag"] = "v1";
  world.have(std::move(live));
  world.live.durable_classes.items = Known<DurableClasses>::known({.by_worker = {{"shop", std::move(listed)}}});
  return world;
}

bool lists_classes(const World& world) {
  const auto all = reads(world, Refresh::full);
  return std::ranges::any_of(all, [](const Read& read) { return read.kind == Read::Kind::durable_classes; });
}

}  // namespace

TEST_SUITE("lacking classes") {
  TEST_CASE("a class that is added to a migration that is applied blocks the binding of it, and needs a new tag") {
    const auto world = had_cart(shop(R"(["Cart", "Extra"])", kBindsBoth));
    CHECK(
        change_of(world.plan(), "shop").block ==
        Block{
            Reason::migration_history,
            "binding EXTRA needs the Durable Object class \"Extra\", which the Worker does not have; migration \"v1\" "
            "names it, which the live Worker has had before: a class that is added to it now is not made",
            "give it a migration of its own with a new tag: {tag: NEW, new_sqlite_classes: [Extra]}"});
  }

  TEST_CASE("a class with a new tag is made, and so is bound") {
    auto worker = shop(R"(["Cart"])", kBindsBoth);
    worker.migrations->push_back({"v2", object(R"({"new_sqlite_classes": ["Extra"]})"), {}});
    CHECK(change_of(had_cart(worker).plan(), "shop").writes());
  }

  TEST_CASE("a class of a live Worker that no migration makes, and that is not there, blocks its binding") {
    for (const bool managed : {true, false}) {
      auto worker = shop(R"(["Cart"])", kBindsBoth);
      if (!managed) worker.migrations.reset();
      const auto plan = had_cart(worker).plan();
      CHECK(change_of(plan, "shop").block->message ==
            "binding EXTRA needs the Durable Object class \"Extra\", which the Worker does not have; no migration "
            "makes it");
    }
  }

  TEST_CASE("a class that the account lists may be bound, whatever made it") {
    CHECK(change_of(had_cart(shop(R"(["Cart", "Extra"])", kBindsBoth), {"Cart", "Extra"}).plan(), "shop").writes());
    auto world = had_cart(shop(R"(["Cart", "Extra"])", kBindsBoth));
    world.live.durable_classes.items = Known<DurableClasses>::known({.of_nobody = {"Extra"}});
    CHECK(change_of(world.plan(), "shop").writes());
  }

  TEST_CASE("the classes are listed where a write counts on one that nothing shows, and only then") {
    auto world = had_cart(shop(R"(["Cart", "Extra"])", kBindsBoth));
    world.live.durable_classes = {};
    CHECK(lists_classes(world));
    // As long as the list is not read, nothing is claimed.
    CHECK(change_of(world.plan(), "shop").writes());
    auto bound = shop(R"(["Cart"])", kBindsCart);
    bound.settings["logpush"] = true;
    world = had_cart(bound);
    world.live.durable_classes = {};
    CHECK_FALSE(lists_classes(world));
    world = had_cart(shop(R"(["Cart", "Extra"])", kBindsCart));
    world.live.durable_classes = {};
    CHECK_FALSE(lists_classes(world));  // nothing is to be written
  }

  TEST_CASE("a class that nothing binds is told where it is lacking, unless another Worker has taken it") {
    auto worker = shop(R"(["Cart", "Extra"])", kBindsCart);
    worker.settings["logpush"] = true;
    auto world = had_cart(worker);
    auto plan = world.plan();
    CHECK(change_of(plan, "shop").writes());
    REQUIRE(plan.diagnostics.size() == 1);
    CHECK(to_text(plan.diagnostics.front()) ==
          "workers/shop.yaml:4:9: warning: worker.shop does not have the Durable Object class \"Extra\"; migration "
          "\"v1\" "
          "names it, which the live Worker has had before: a class that is added to it now is not made; give it a "
          "migration of its own with a new tag: {tag: NEW, new_sqlite_classes: [Extra]}");
    world.live.durable_classes.items =
        Known<DurableClasses>::known({.by_worker = {{"shop", {"Cart"}}, {"other", {"Extra"}}}});
    CHECK(world.plan().diagnostics.empty());
  }
}
