#include "reconciler/plan/waits.h"

#include <doctest/doctest.h>

#include "reconciler/parts/consumers.h"
#include "reconciler/plan/render.h"
#include "tests/unit/reconciler/fixtures.h"

using namespace plumbline;
using namespace plumbline::reconciler;
using namespace plumbline::reconciler::test;

namespace {

using Names = std::vector<std::string>;

constexpr std::string_view kBindsCart = R"({"bindings": {"CART": {"type": "service", "service": "cart"}}})";

// Live, and another than its manifest says since the last apply.
LiveWorker drifted(const Target& target) {
  auto live = live_as(target);
  edit_live(live, target);
  set_live(live, "compatibility_date", R"("2020-01-01")");
  return live;
}

// "cart" is live but held; "shop" is to be changed and binds it.
World held_world(std::string_view shop = kBindsCart) {
  World world;
  world.want(target_of(manifest("cart", R"({"compatibility_date": "2026-10-01"})")));
  world.have(drifted(world.targets.front()));
  world.want(target_of(manifest("shop", shop)));
  world.have(live_as(target_of(manifest("shop"))));
  world.policy.drift = DriftAction::report;
  return world;
}

// The store has the value of its secret no more.
void lose_secret(World& world, std::size_t index) {
  auto target = world.targets[index];
  target.secrets["KEY"] = {SecretTarget::State::missing, "", "no such file"};
  world.targets.replace(index, std::move(target));
}

manifests::DesiredWorker without_secret(const std::string& name) {
  auto worker = manifest(name);
  worker.secrets["KEY"] = {"default", "key", {}};
  return worker;
}

}  // namespace

TEST_SUITE("waits") {
  TEST_CASE("a Worker that is live and held back stops none of those that bind it") {
    for (const auto* shop :
         {R"({"bindings": {"CART": {"type": "service", "service": "cart"}}})",
          R"({"bindings": {"CART": {"type": "service", "service": "cart", "entrypoint": "Api"}}})",
          R"({"bindings": {"CART": {"type": "durable_object_namespace", "class_name": "C", "script_name": "cart"}}})",
          R"({"tail_consumers": [{"service": "cart"}]})"}) {
      CAPTURE(shop);
      auto world = held_world(shop);
      const auto plan = world.plan();
      CHECK(change_of(plan, "cart").block->reason == Reason::drifted);
      CHECK(change_of(plan, "shop").writes());
      CHECK(change_of(plan, "shop").needs.empty());
      CHECK(change_of(plan, "shop").after == Names{"worker.cart"});
    }
    auto world = held_world();
    auto shop = manifest("shop", R"({"logpush": true})");
    shop.depends_on = {"cart"};
    world.targets.replace(1, target_of(shop));
    CHECK(change_of(world.plan(), "shop").writes());
  }

  TEST_CASE("a Worker that is to be created is waited for, and the plan says so") {
    World world;
    world.want(target_of(manifest("cart")));
    world.want(target_of(manifest("shop", kBindsCart)));
    const auto plan = world.plan();
    CHECK(change_of(plan, "shop").needs == Names{"worker.cart"});
    CHECK(change_of(plan, "shop").writes());
    const auto text = render_text(plan, Colour::off);
    CHECK(text.find("      * waits for worker.cart\n") != std::string::npos);
    CHECK(text.find("* waits") != std::string::npos);
    const auto json = render_json(plan);
    for (const auto& change : json.at("resource_changes").as_array()) {
      const auto expected = string_member(change, "name") == "shop" ? R"(["worker.cart"])" : "[]";
      CHECK(to_text(change.at("waits_for")) == expected);
    }
  }

  TEST_CASE("who needs a Worker that will not be there is blocked, and who needs that one as well") {
    World world;
    world.want(target_of(without_secret("cart")));
    lose_secret(world, 0);
    world.want(target_of(manifest("shop", kBindsCart)));
    world.want(target_of(manifest("till", R"({"bindings": {"S": {"type": "service", "service": "shop"}}})")));
    const auto plan = world.plan();
    REQUIRE(change_of(plan, "cart").block->reason == Reason::secret_missing);
    CHECK(change_of(plan, "shop").block->reason == Reason::dependency_not_ready);
    CHECK(change_of(plan, "shop").block->message ==
          "it needs worker.cart, which is not live and not made now (SecretMissing): " +
              change_of(plan, "cart").block->message);
    CHECK(change_of(plan, "till").block->reason == Reason::dependency_not_ready);
    CHECK(change_of(plan, "till").block->because == Reason::secret_missing);
    CHECK_FALSE(plan.has_writes());

    // Live, it goes on without the change of what it binds, and so do those that bind it.
    world.have(live_as(target_of(manifest("shop"))));
    CHECK(change_of(world.plan(), "shop").block->reason == Reason::dependency_not_ready);
    CHECK(change_of(world.plan(), "till").writes());

    // Where the value is there, the same plan has the same digest.
    auto elsewhere = world;
    elsewhere.targets.replace(0, target_of(without_secret("cart"), {{"KEY", "value"}}));
    auto without_wait = elsewhere.plan();
    REQUIRE(change_of(without_wait, "shop").writes());
    CHECK(without_wait.digest == world.plan().digest);
  }

  TEST_CASE("what a pending change of a live Worker brings is waited for: a class, an entrypoint, a workflow") {
    auto cart = manifest("cart");
    cart.settings["exports"] = object(R"({"Cart": {"type": "durable-object", "storage": "sqlite"}})");
    auto world = held_world(
        R"({"bindings": {"C": {"type": "durable_object_namespace", "class_name": "Cart", "script_name": "cart"}}})");
    world.targets.replace(0, target_of(cart));
    world.have(live_as(target_of(manifest("cart"))));
    CHECK(change_of(world.plan(), "shop").needs == Names{"worker.cart"});
    CHECK(change_of(world.plan(), "shop").writes());
    auto held = live_as(target_of(manifest("cart")));
    edit_live(held, target_of(cart));
    world.have(held);
    REQUIRE(change_of(world.plan(), "cart").block);
    REQUIRE(change_of(world.plan(), "cart").block->reason == Reason::drifted);
    REQUIRE(change_of(world.plan(), "shop").block);
    CHECK(change_of(world.plan(), "shop").block->reason == Reason::dependency_not_ready);
    DurableClasses listed;
    listed.by_worker["cart"] = {"Cart"};
    world.live.durable_classes.items = Known<DurableClasses>::known(listed);
    CHECK(change_of(world.plan(), "shop").writes());

    auto entry = held_world(R"({"bindings": {"C": {"type": "service", "service": "cart", "entrypoint": "Api"}}})");
    auto code = manifest("cart", R"({"compatibility_date": "2026-10-01"})");
    code.modules.front().sha256 = sha256_hex("with an entrypoint");
    entry.targets.replace(0, target_of(code));
    auto live = live_as(target_of(manifest("cart")));
    live.entry["named_handlers"] = parse_json(R"([{"name": "Other", "handlers": ["class"]}])").value();
    entry.have(live);
    CHECK(change_of(entry.plan(), "shop").needs == Names{"worker.cart"});
    live.entry["named_handlers"] = parse_json(R"([{"name": "Api", "handlers": ["class"]}])").value();
    entry.have(live);
    CHECK(change_of(entry.plan(), "shop").needs.empty());
  }

  TEST_CASE(
      "a Worker that an order names and that nothing makes holds up the one that states it, with the nearest name") {
    auto shop = manifest("shop");
    shop.depends_on = {"auht"};
    World world;
    world.want(target_of(shop));
    CHECK(change_of(world.plan(), "shop").block ==
          Block{Reason::dependency_not_ready,
                "it depends on worker.auht, which is not live, and no manifest of this source makes it",
                "deploy worker.auht first, or take the name out of depends_on",
                {},
                {"worker.auht"}});
    const auto json = render_json(world.plan());
    CHECK(json.at("resource_changes").at(0).at("waits_for") == JsonArray{"worker.auht"});
    // Nobody's, live, is near enough.
    auto auth = live_as(target_of(manifest("auth")));
    auth.entry["tags"] = JsonArray();
    world.have(auth);
    const auto plan = world.plan();
    CHECK(change_of(plan, "shop").block->override_with ==
          "did you mean worker.auth? If not, deploy worker.auht first, or take the name out of depends_on");
    CHECK(render_text(plan, Colour::off).contains("did you mean worker.auth?"));

    // Where nothing is to be written, nothing is held up, and it is said all the same.
    world.have(live_as(target_of(shop)));
    const auto idle = world.plan();
    CHECK(change_of(idle, "shop").action == Action::no_op);
    CHECK_FALSE(change_of(idle, "shop").block);
    REQUIRE(idle.diagnostics.size() == 1);
    CHECK(idle.diagnostics.front() ==
          Diagnostic{.severity = Severity::warning,
                     .where = {"workers/shop.yaml", 4, 9},
                     .summary = "worker.shop: depends_on names worker.auht, which is not live, and no manifest of this "
                                "source makes it",
                     .detail = "did you mean worker.auth? If not, deploy worker.auht, or take the name out of the "
                               "manifest"});

    auto right = manifest("shop");
    right.depends_on = {"auth", "404-page"};
    World all;
    all.want(target_of(right));
    all.want(target_of(manifest("auth")));
    all.have(live_as(target_of(manifest("404-page"))));
    all.policy.prune = Prune::upsert_only;
    CHECK(change_of(all.plan(), "shop").writes());
    CHECK(all.plan().diagnostics.empty());
  }

  TEST_CASE("a Worker that is named, is not there and stops nothing is told, whatever names it") {
    const auto notes = [](const manifests::DesiredWorker& worker) {
      World world;
      world.want(target_of(worker));
      std::string text;
      for (const auto& one : world.plan().diagnostics) text += to_text(one) + '\n';
      return text;
    };
    const auto said = [](const std::string& place) {
      return "workers/shop.yaml:4:9: warning: worker.shop: " + place +
             " names worker.sink, which is not live, and no manifest of this source makes it; deploy worker.sink, or "
             "take the name out of the manifest\n";
    };
    CHECK(notes(manifest("shop", R"({"tail_consumers": [{"service": "sink"}]})")) == said("tail_consumers"));
    CHECK(notes(manifest("shop", R"({"streaming_tail_consumers": [{"service": "sink"}]})")) ==
          said("streaming_tail_consumers"));
    CHECK(notes(manifest("shop", R"({"bindings": {"FLOW": {"type": "workflow", "workflow_name": "f",
          "script_name": "sink"}}})")) == said("binding FLOW"));
    CHECK(notes(manifest("shop", R"({"bindings": {"TENANTS": {"type": "dispatch_namespace", "namespace": "n",
          "outbound": {"worker": {"service": "sink"}}}}})")) == said("binding TENANTS"));
    auto taker = manifest("shop");
    taker.migrations = {
        {"v1", object(R"({"transferred_classes": [{"from": "A", "from_script": "sink", "to": "A"}]})"), {}}};
    CHECK(notes(taker) == said("migration v1"));
    // What is elsewhere, and what is the Worker itself, is no Worker that is missing.
    CHECK(notes(manifest("shop", R"({"tail_consumers": [{"service": "sink", "namespace": "n"}]})")).empty());
    CHECK(notes(manifest("shop", R"({"bindings": {"SELF": {"type": "service", "service": "shop"}}})")).empty());
  }

  TEST_CASE("a Worker that --only leaves out is not there for those that name it") {
    auto shop = manifest("shop");
    shop.depends_on = {"auth"};
    World world;
    world.want(target_of(shop));
    world.want(target_of(manifest("auth")));
    world.policy.only = {"shop"};
    CHECK(change_of(world.plan(), "shop").block->message ==
          "it depends on worker.auth, which is not live, and --only leaves out whatever makes it");
  }

  TEST_CASE("a Worker that nothing makes is foreseen, unless it is bound already") {
    World world;
    world.want(target_of(manifest("shop", kBindsCart)));
    CHECK(change_of(world.plan(), "shop").block ==
          Block{Reason::dependency_not_ready,
                "it binds worker.cart, which is not live, and no manifest of this source makes it",
                "deploy worker.cart first, or take the binding out of the manifest",
                {},
                {"worker.cart"}});
    world.have(live_as(target_of(manifest("cart"))));
    world.policy.prune = Prune::upsert_only;
    CHECK(change_of(world.plan(), "shop").writes());

    World broken;
    broken.want(target_of(manifest("shop", R"({"tail_consumers": [{"service": "cart"}]})")));
    CHECK(change_of(broken.plan(), "shop").writes());
    broken.desired.broken_names = {"cart"};
    CHECK(change_of(broken.plan(), "shop").block->message ==
          "it needs worker.cart, which is not live and whose manifest has errors");

    World bound;
    bound.want(target_of(
        manifest("shop", R"({"logpush": true, "bindings": {"CART": {"type": "service", "service": "cart"}}})")));
    bound.have(live_as(target_of(manifest("shop", kBindsCart))));
    CHECK(change_of(bound.plan(), "shop").writes());
    REQUIRE(bound.plan().diagnostics.size() == 1);
    CHECK(bound.plan().diagnostics.front().summary ==
          "worker.shop: binding CART names worker.cart, which is not live, and no manifest of this source makes it");
  }

  TEST_CASE("who loses a queue waits until it is taken, and is blocked where that cannot be") {
    auto taker = without_secret("a");
    taker.queue_consumers = {{.queue = "orders", .dead_letter_queue = {}, .settings = {}}};
    World world;
    world.want(target_of(taker));
    lose_secret(world, 0);
    world.have(live_as(target_of(manifest("kept"))));
    world.want(target_of(manifest("kept")));
    world.have(live_as(target_of(manifest("b"))));
    set_queues(world.live, queues_of(parse_json(R"([{"queue_id": "q1", "queue_name": "orders", "consumers": [
        {"consumer_id": "c1", "type": "worker", "script_name": "b", "settings": {}}]}])")
                                         .value()
                                         .get_array()));
    const auto plan = world.plan();
    CHECK(change_of(plan, "b").needs == Names{"worker.a"});
    CHECK(change_of(plan, "b").block->reason == Reason::dependency_not_ready);
  }

  TEST_CASE("a Worker is not deleted as long as one that is held back still binds it") {
    auto world = held_world();
    world.targets.replace(0, target_of(manifest("cart")));
    auto live = live_as(target_of(manifest("cart", R"({"bindings": {"OLD": {"type": "service", "service": "old"}}})")));
    world.targets.replace(0, target_of(manifest("cart", R"({"bindings": {}})")));
    edit_live(live, world.targets[0]);
    world.have(live);
    world.have(live_as(target_of(manifest("old"))));
    REQUIRE(change_of(world.plan(), "cart").block->reason == Reason::drifted);
    CHECK(change_of(world.plan(), "old").block->reason == Reason::dependency_not_ready);
    world.policy.drift = DriftAction::heal;
    const auto plan = world.plan();
    CHECK_FALSE(change_of(plan, "old").block);
    CHECK(change_of(plan, "old").needs == Names{"worker.cart"});
  }

  TEST_CASE("new Workers of a circle wait for each other and are blocked together") {
    World world;
    auto a = manifest("a", R"({"bindings": {"B": {"type": "service", "service": "b"}}})");
    auto b = without_secret("b");
    b.settings = object(R"({"bindings": {"A": {"type": "service", "service": "a"}}})");
    world.want(target_of(a));
    world.want(target_of(b, {{"KEY", "value"}}));
    CHECK_FALSE(world.plan().has_blocks());
    CHECK(change_of(world.plan(), "a").needs == Names{"worker.b"});
    lose_secret(world, 1);
    const auto plan = world.plan();
    CHECK(change_of(plan, "a").block->reason == Reason::dependency_not_ready);
    CHECK_FALSE(change_of(plan, "a").bootstrap);
  }
}
