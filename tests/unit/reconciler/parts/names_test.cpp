#include "reconciler/parts/names.h"

#include <doctest/doctest.h>

#include "reconciler/journal/observation_json.h"
#include "reconciler/plan/after_calls.h"
#include "reconciler/plan/plan_state.h"
#include "reconciler/plan/render.h"
#include "tests/unit/reconciler/fixtures.h"

using namespace plumbline;
using namespace plumbline::reconciler;
using namespace plumbline::reconciler::test;

namespace {

constexpr std::string_view kByTitle = R"({"bindings": {"CACHE": {"type": "kv_namespace", "title": "cache"}}})";
constexpr std::string_view kById = R"({"bindings": {"CACHE": {"type": "kv_namespace", "namespace_id": "0f2a"}}})";

void set_namespaces(World& world, ResourceIds ids) {
  world.live.resources[ResourceKind::kv_namespace].items = Known<ResourceIds>::known(std::move(ids));
  resolve_names(world.targets, world.live);
}

// One Worker that binds "cache" by its title, and is live with the id 0f2a; remembered, with what its title was.
World remembered_world() {
  World world;
  world.want(target_of(manifest("a", kByTitle)));
  auto live = remembered_as(target_of(manifest("a", kById)));
  memory_of(live).resource_ids = {{"kv_namespace cache", "0f2a"}};
  world.have(std::move(live));
  resolve_names(world.targets, world.live);
  return world;
}

const std::vector<Read> kList{{Read::Kind::kv_namespaces, ""}};

}  // namespace

TEST_SUITE("names") {
  TEST_CASE("a binding by name is as if its manifest held the id, and the plan shows both") {
    World by_title;
    by_title.want(target_of(manifest("a", kByTitle)));
    set_namespaces(by_title, {{"cache", {"0f2a"}}, {"other", {"ffff"}}});
    World by_id;
    by_id.want(target_of(manifest("a", kById)));
    CHECK(by_title.targets[0].settings == by_id.targets[0].settings);
    CHECK(by_title.targets[0].desired->settings == by_id.targets[0].desired->settings);
    CHECK(by_title.targets[0].identity == by_id.targets[0].identity);

    const auto plan = by_title.plan();
    const auto& body = change_of(plan, "a").calls.front().body;
    CHECK(to_text(body.at("bindings")) == R"([{"name":"CACHE","type":"kv_namespace","namespace_id":"0f2a"}])");
    CHECK(render_text(plan, Colour::off).find("+ binding CACHE            kv_namespace \"0f2a\" (title cache)\n") !=
          std::string::npos);
    CHECK(to_canonical_text(state_after(change_of(plan, "a")).at("settings")) ==
          R"({"bindings":{"CACHE":{"namespace_id":"0f2a","title":"cache","type":"kv_namespace"}}})");
  }

  TEST_CASE("databases and Hyperdrive configurations are found by their names") {
    World world;
    world.want(target_of(manifest("a", R"({"bindings": {"DB": {"type": "d1", "database_name": "shop"},
                                                        "PG": {"type": "hyperdrive", "name": "pg"}}})")));
    CHECK(reads(world, Refresh::list) ==
          std::vector<Read>{{Read::Kind::d1_databases, ""}, {Read::Kind::hyperdrive_configs, ""}});
    world.live.resources[ResourceKind::d1_database].items = Known<ResourceIds>::known({{"shop", {"1111"}}});
    world.live.resources[ResourceKind::hyperdrive_config].items = Known<ResourceIds>::known({{"pg", {"57b7"}}});
    resolve_names(world.targets, world.live);
    CHECK(reads(world, Refresh::list).empty());
    CHECK(to_canonical_text(world.targets[0].settings) ==
          R"({"bindings":{"DB":{"database_id":"1111","type":"d1"},"PG":{"id":"57b7","type":"hyperdrive"}}})");
  }

  TEST_CASE("a name that the account does not have blocks its Worker alone and says which binding means what") {
    World world;
    world.want(target_of(manifest("a", kByTitle)));
    world.want(target_of(manifest("b")));
    set_namespaces(world, {{"cash", {"0f2a"}}});
    const auto plan = world.plan();
    CHECK(change_of(plan, "a").block == Block{Reason::dependency_not_ready,
                                              "binding CACHE: the account has no KV namespace with the title \"cache\"",
                                              "create it, correct \"title\", or give \"namespace_id\" in its place"});
    CHECK(change_of(plan, "b").writes());
    CHECK(plan.complete);
  }

  TEST_CASE("a name that two resources have asks for the id") {
    World world;
    world.want(target_of(manifest("a", kByTitle)));
    set_namespaces(world, {{"cache", {"0f2a", "1b3c"}}});
    CHECK(change_of(world.plan(), "a").block ==
          Block{Reason::dependency_not_ready, "binding CACHE: the account has 2 KV namespaces with the title \"cache\"",
                "give \"namespace_id\" in place of \"title\": one of 0f2a, 1b3c"});
  }

  TEST_CASE("a list that cannot be read blocks the Workers that need it, and no Worker more") {
    World world;
    world.want(target_of(manifest("a", kByTitle)));
    world.want(target_of(manifest("b", kById)));
    world.live.resources[ResourceKind::kv_namespace].failure = api::Error();
    resolve_names(world.targets, world.live);
    CHECK(reads(world, Refresh::full).empty());
    const auto plan = world.plan();
    CHECK(change_of(plan, "a").block->reason == Reason::read_failed);
    CHECK(change_of(plan, "b").writes());
    CHECK_FALSE(plan.complete);
  }

  TEST_CASE("what a clean Worker remembers of its names costs no list, and a full refresh looks again") {
    const auto world = remembered_world();
    CHECK(reads(world, Refresh::list).empty());
    CHECK(world.plan().workers.front().action == Action::no_op);
    CHECK_FALSE(world.plan().has_changes());
    const auto full = reads(world, Refresh::full);
    CHECK(std::ranges::count(full, kList.front()) == 1);
  }

  TEST_CASE("names are looked up again for a Worker that moved, lost its binding, or is about to be written") {
    auto moved = remembered_world();
    moved.live.workers.at("a").clean = false;
    resolve_names(moved.targets, moved.live);
    CHECK(std::ranges::count(reads(moved, Refresh::list), kList.front()) == 1);

    auto other = remembered_world();
    memory_of(other.live.workers.at("a")).settings =
        object(R"({"bindings": [{"name": "CACHE", "type": "kv_namespace", "namespace_id": "ffff"}]})");
    resolve_names(other.targets, other.live);
    CHECK(std::ranges::count(reads(other, Refresh::list), kList.front()) == 1);

    auto written = remembered_world();
    auto changed = manifest("a", kByTitle);
    changed.settings["logpush"] = true;
    written.targets = {target_of(changed)};
    resolve_names(written.targets, written.live);
    CHECK(std::ranges::count(reads(written, Refresh::list), kList.front()) == 1);
  }

  TEST_CASE("the list serves every Worker that asks for it") {
    World world;
    world.want(target_of(manifest("a", kByTitle)));
    world.want(target_of(manifest("b", kByTitle)));
    CHECK(reads(world, Refresh::list) == kList);
  }

  TEST_CASE("a namespace that was made anew under its title is bound anew, which is no drift") {
    auto world = remembered_world();
    memory_of(world.live.workers.at("a")).applied = world.targets[0].identity;
    set_namespaces(world, {{"cache", {"1b3c"}}});
    const auto plan = world.plan();
    const auto& change = change_of(plan, "a");
    CHECK(change.action == Action::update);
    CHECK(change.origin == Origin::intent);
    CHECK(change.lines.front().detail == R"(kv_namespace "0f2a" -> kv_namespace "1b3c" (title cache))");
  }

  TEST_CASE("the journal keeps what names were, also through a restart") {
    World world;
    world.want(target_of(manifest("a", kByTitle)));
    set_namespaces(world, {{"cache", {"0f2a"}}});
    const auto plan = world.plan();
    const auto memory = after_calls(change_of(plan, "a"), nullptr, TimePoint());
    CHECK(memory.resource_ids == std::map<std::string, std::string>{{"kv_namespace cache", "0f2a"}});
    const auto restored = observation_from_json(to_json(memory));
    REQUIRE(restored);
    CHECK(restored->resource_ids == memory.resource_ids);
  }
}
