#include "reconciler/plan/origins.h"

#include <doctest/doctest.h>

#include "tests/unit/reconciler/fixtures.h"

using namespace plumbline;
using namespace plumbline::reconciler;
using namespace plumbline::reconciler::test;

namespace {

constexpr std::string_view kHello =
    R"({"compatibility_date": "2026-01-01", "logpush": true,
        "bindings": {"GREETING": {"type": "plain_text", "text": "hello"}}})";

Target hello() {
  return target_of(manifest("a", kHello));
}

// `binding GREETING: drift`
std::vector<std::string> origins(const Target& target, const LiveWorker& live) {
  const Alone alone(target, &live);
  auto diff = diff_worker(alone.subject());
  set_origins(alone.subject(), diff);
  std::vector<std::string> out;
  for (const auto& line : diff.lines()) {
    if (line.is_difference()) out.push_back(line.what + ": " + std::string(to_string(line.origin)));
  }
  return out;
}

using Lines = std::vector<std::string>;

void set_greeting(LiveWorker& live, const std::string& text) {
  set_live(live, "bindings", R"([{"name": "GREETING", "type": "plain_text", "text": ")" + text + R"("}])");
}

// A manifest that asks for another greeting.
Target greeting(const std::string& text) {
  auto settings = object(kHello);
  settings["bindings"] = object(R"({"GREETING": {"type": "plain_text", "text": ")" + text + R"("}})");
  return target_of(manifest("a", to_text(Json(settings))));
}

}  // namespace

TEST_SUITE("origins") {
  TEST_CASE("where the active version is ours each difference that it holds is intent, whatever a journal says") {
    auto live = live_as(hello());
    CHECK(origins(greeting("bye"), live) == Lines{"binding GREETING: intent"});
    memory_of(live).applied = greeting("bye").identity;
    CHECK(origins(greeting("bye"), live) == Lines{"binding GREETING: intent"});
  }

  TEST_CASE("an edit is drift, a commit is intent, and one over the other is both") {
    auto live = live_as(hello());
    edit_live(live, hello());
    set_greeting(live, "hi");
    CHECK(origins(hello(), live) == Lines{"binding GREETING: drift"});
    CHECK(origins(greeting("bye"), live) == Lines{"binding GREETING: both"});
    set_greeting(live, "hello");
    CHECK(origins(greeting("bye"), live) == Lines{"binding GREETING: intent"});
  }

  TEST_CASE("an edit of one thing and a commit of another are told apart") {
    auto live = live_as(hello());
    edit_live(live, hello());
    set_live(live, "compatibility_date", R"("2025-01-01")");
    CHECK(origins(greeting("bye"), live) == Lines{"compatibility_date: drift", "binding GREETING: intent"});
  }

  TEST_CASE("what was added or taken away by hand is drift") {
    auto live = live_as(hello());
    edit_live(live, hello());
    set_live(live, "bindings", R"([{"name": "EXTRA", "type": "plain_text", "text": "x"}])");
    CHECK(origins(hello(), live) == Lines{"binding GREETING: drift", "binding EXTRA: drift"});
  }

  TEST_CASE("code is compared as a whole with what the base attests") {
    const auto before = hello();
    auto live = live_as(before);
    edit_live(live, before);
    auto changed = manifest("a", kHello);
    changed.modules.front().sha256 = sha256_hex("new code");
    CHECK(origins(target_of(changed), live) == Lines{"module index.js: intent"});
    live.content = Known<LiveContent>::known({"0123456789abcdef0123456789abcdef", {}});
    CHECK(origins(before, live) == Lines{"module index.js: drift"});
    CHECK(origins(target_of(changed), live) == Lines{"module index.js: both"});
  }

  TEST_CASE("a secret that nothing attests is no edit of anybody, one that is gone is") {
    auto worker = manifest("a", kHello);
    worker.secrets["KEY"] = {"default", "key", {}};
    const auto target = target_of(worker, {{"KEY", "value"}});
    auto live = live_as(target);
    edit_live(live, target);
    set_live(live, "compatibility_date", R"("2025-01-01")");
    World world;
    world.want(target);
    world.have(live);
    const auto& plan = world.plan();
    Lines drift;
    for (const auto& line : change_of(plan, "a").lines) {
      if (line.is_drift()) drift.push_back(line.what);
    }
    CHECK(drift == Lines{"compatibility_date"});
    CHECK(change_of(plan, "a").origin == Origin::drift);

    set_greeting(live, "hello");
    CHECK(origins(target, live) == Lines{"compatibility_date: drift", "secret KEY: drift"});
  }

  TEST_CASE("without a base nobody knows, but for a journal that applied the very same") {
    auto live = live_as(hello());
    edit_live(live, hello());
    live.versions = Known<Versions>::absent();
    set_greeting(live, "hi");
    CHECK(origins(hello(), live) == Lines{"binding GREETING: unknown"});
    memory_of(live).applied = hello().identity;
    CHECK(origins(hello(), live) == Lines{"binding GREETING: drift"});
  }

  TEST_CASE("what no version holds is known by the journal alone") {
    auto live = live_as(hello());
    set_live(live, "logpush", "false");
    CHECK(origins(hello(), live) == Lines{"logpush: unknown"});
    memory_of(live).applied = hello().identity;
    CHECK(origins(hello(), live) == Lines{"logpush: drift"});
    // Another commit since: what was agreed on before tells.
    CHECK(origins(greeting("bye"), live) == Lines{"logpush: unknown", "binding GREETING: intent"});
    memory_of(live).agreed.settings = object(R"({"logpush": true})");
    CHECK(origins(greeting("bye"), live) == Lines{"logpush: drift", "binding GREETING: intent"});
    memory_of(live).agreed.settings = object(R"({"logpush": false})");
    CHECK(origins(greeting("bye"), live) == Lines{"logpush: intent", "binding GREETING: intent"});
  }

  TEST_CASE("of a part that is read by itself the journal tells as well") {
    auto worker = manifest("a");
    worker.schedules = {"*/5 * * * *"};
    const auto target = target_of(worker);
    auto live = live_as(target);
    live.parts["schedules"] = JsonArray{"1 2 3 * *"};
    CHECK(origins(target, live) == Lines{"schedule */5 * * * *: unknown", "schedule 1 2 3 * *: unknown"});
    memory_of(live).applied = "an older manifest";
    memory_of(live).agreed.parts["schedules"] = JsonArray{"*/5 * * * *"};
    CHECK(origins(target, live) == Lines{"schedule */5 * * * *: drift", "schedule 1 2 3 * *: drift"});
  }

  TEST_CASE("drift alone is held back where drift is only reported, and what is partly intent is not") {
    World world;
    world.policy.drift = DriftAction::report;
    auto live = live_as(hello());
    edit_live(live, hello());
    set_live(live, "compatibility_date", R"("2025-01-01")");
    world.have(live);
    world.want(hello());
    auto plan = world.plan();
    REQUIRE(change_of(plan, "a").block);
    CHECK(change_of(plan, "a").block->reason == Reason::drifted);
    world.targets = {greeting("bye")};
    plan = world.plan();
    CHECK(change_of(plan, "a").origin == Origin::both);
    CHECK(change_of(plan, "a").writes());
  }

  TEST_CASE("neither digest nor calls depend on where a difference comes from") {
    World world;
    auto live = live_as(hello());
    edit_live(live, hello());
    set_greeting(live, "hi");
    world.want(hello());
    world.have(live);
    const auto known = world.plan();
    live.versions = Known<Versions>::absent();
    world.have(live);
    const auto unknown = world.plan();
    CHECK(change_of(known, "a").origin == Origin::drift);
    CHECK(change_of(unknown, "a").origin == Origin::unknown);
    CHECK(known.digest == unknown.digest);
    CHECK(shapes(change_of(known, "a").calls) == shapes(change_of(unknown, "a").calls));
  }

  TEST_CASE("adopting is asked for by the manifest") {
    World world;
    auto worker = manifest("a", kHello);
    worker.adopt.kind = manifests::AdoptRule::Kind::unowned;
    world.want(target_of(worker));
    auto live = live_as(hello());
    edit_live(live, hello());
    set_live(live, "tags", "null");
    live.entry["tags"] = nullptr;
    set_greeting(live, "hi");
    world.have(live);
    CHECK(change_of(world.plan(), "a").importing);
    CHECK(change_of(world.plan(), "a").origin == Origin::intent);
  }
}
