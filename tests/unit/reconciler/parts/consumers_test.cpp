#include "reconciler/parts/consumers.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "reconciler/journal/observation_json.h"
#include "reconciler/plan/after_calls.h"
#include "tests/unit/reconciler/fixtures.h"

using namespace plumbline;
using namespace plumbline::reconciler;
using namespace plumbline::reconciler::test;

namespace {

using Names = std::vector<std::string>;

manifests::DesiredWorker consuming(const std::string& name, std::vector<manifests::DesiredQueueConsumer> consumers) {
  auto worker = manifest(name);
  worker.queue_consumers = std::move(consumers);
  return worker;
}

void read_list(World& world, std::string_view list) {
  set_queues(world.live, queues_of(parse_json(list).value().get_array()));
}

Names operations(const WorkerChange& change) {
  Names out;
  for (const auto& call : change.calls) {
    const auto path = call.path();
    out.push_back(std::string(call.operation->method) + " " + path.substr(path.find('}') + 1));
  }
  return out;
}

Names lines(const WorkerChange& change) {
  Names out;
  for (const auto& line : change.lines)
    out.push_back(std::string(1, line.symbol) + " " + line.what + " " + line.detail);
  return out;
}

// "a" is live as its manifest says, which is that it consumes `consumers`; the account has the queues of `list`.
World world_of(std::vector<manifests::DesiredQueueConsumer> consumers, std::string_view list) {
  World world;
  world.want(target_of(consuming("a", std::move(consumers))));
  world.have(live_as(world.targets.front()));
  read_list(world, list);
  return world;
}

constexpr std::string_view kOrdersOfA = R"([{"queue_id": "q1", "queue_name": "orders", "consumers": [
    {"consumer_id": "c1", "type": "worker", "script_name": "a", "dead_letter_queue": "",
     "settings": {"batch_size": 10, "max_concurrency": null, "max_retries": 7, "max_wait_time_ms": 5000}}]}])";
constexpr std::string_view kOrdersOfNobody = R"([{"queue_id": "q1", "queue_name": "orders", "consumers": []}])";
constexpr std::string_view kOrdersOfB = R"([{"queue_id": "q1", "queue_name": "orders", "consumers": [
    {"consumer_id": "c9", "type": "worker", "script": "b", "settings": {}}]}])";

const Read kQueues{Read::Kind::queues, ""};

}  // namespace

TEST_SUITE("consumers") {
  TEST_CASE("a new consumer is made after its Worker is written, and stated settings alone are sent") {
    World world;
    world.want(target_of(consuming("a", {{.queue = "orders", .settings = object(R"({"batch_size": 5})")}})));
    read_list(world, kOrdersOfNobody);
    const auto plan = world.plan();
    const auto& change = change_of(plan, "a");
    CHECK(operations(change) == Names{"PUT /workers/scripts/a", "POST /queues/q1/consumers"});
    CHECK(to_text(change.calls.back().body) == R"({"type":"worker","script_name":"a","settings":{"batch_size":5}})");
    CHECK(lines(change).back() == R"(+ queue consumer orders {"batch_size":5})");
  }

  TEST_CASE("what the service fills in is no difference, nor is what the manifest leaves out") {
    for (const auto* settings : {"{}", R"({"batch_size": 10})", R"({"retry_delay": 0, "max_retries": 7})"}) {
      CAPTURE(settings);
      const auto world = world_of({{.queue = "orders", .settings = object(settings)}}, kOrdersOfA);
      CHECK_FALSE(world.plan().has_changes());
    }
  }

  TEST_CASE("a changed consumer is put whole, with what the manifest does not manage as it is") {
    const auto world = world_of(
        {{.queue = "orders", .dead_letter_queue = "orders", .settings = object(R"({"batch_size": 20})")}}, kOrdersOfA);
    const auto plan = world.plan();
    const auto& change = change_of(plan, "a");
    CHECK(operations(change) == Names{"PUT /queues/q1/consumers/c1"});
    CHECK(to_canonical_text(change.calls.front().body) ==
          R"({"dead_letter_queue":"orders","script_name":"a","settings":{"batch_size":20,"max_retries":7,)"
          R"("max_wait_time_ms":5000},"type":"worker"})");
    CHECK(lines(change) == Names{"~ queue consumer orders.batch_size 10 -> 20",
                                 R"(~ queue consumer orders.dead_letter_queue (not set) -> "orders")"});
  }

  TEST_CASE("an empty list ends every consumer, before the Worker may lose its handler, and no list ends none") {
    auto world = world_of({}, kOrdersOfA);
    auto changed = consuming("a", {});
    changed.modules.front().sha256 = sha256_hex("without a queue handler");
    world.targets = {target_of(changed)};
    read_list(world, kOrdersOfA);
    const auto plan = world.plan();
    CHECK(operations(change_of(plan, "a")) == Names{"DELETE /queues/q1/consumers/c1", "PUT /workers/scripts/a"});
    CHECK(lines(change_of(plan, "a")).back() == "- queue consumer orders no longer in the manifest");

    World unmanaged;
    unmanaged.want(target_of(manifest("a")));
    unmanaged.have(live_as(unmanaged.targets.front()));
    read_list(unmanaged, kOrdersOfA);
    CHECK_FALSE(unmanaged.plan().has_changes());
  }

  TEST_CASE("a queue that does not exist blocks its Worker and says how to make it, also one for dead letters") {
    const auto missing = world_of({{.queue = "order"}}, kOrdersOfA).plan();
    CHECK(change_of(missing, "a").block ==
          Block{Reason::dependency_not_ready, "queue_consumers: the account has no queue \"order\"",
                "create it (wrangler queues create order), or take it out of the manifest"});
    const auto letters = world_of({{.queue = "orders", .dead_letter_queue = "dead"}}, kOrdersOfA).plan();
    CHECK(change_of(letters, "a").block->message ==
          "queue_consumers.dead_letter_queue: the account has no queue \"dead\"");
  }

  TEST_CASE("a queue that somebody else consumes is a conflict, a Worker's or pulled over HTTP") {
    auto world = world_of({{.queue = "orders"}}, kOrdersOfB);
    LiveWorker other = live_as(target_of(manifest("b")));
    set_live(other, "tags", R"(["plumbline=other/source"])");
    world.have(std::move(other));
    read_list(world, kOrdersOfB);
    CHECK(change_of(world.plan(), "a").block ==
          Block{Reason::ownership_conflict,
                "queue_consumers: the queue \"orders\" is consumed by Worker b, which does not belong to this source",
                "delete that consumer, or take the queue out of the manifest"});
    const auto pulled = world_of({{.queue = "orders"}}, R"([{"queue_id": "q1", "queue_name": "orders", "consumers": [
        {"consumer_id": "c9", "type": "http_pull"}]}])");
    CHECK(change_of(pulled.plan(), "a").block->message.find("pulled over HTTP") != std::string::npos);
  }

  TEST_CASE("a queue that moves between our Workers is taken in one breath, and the loser is written after") {
    auto world = world_of({{.queue = "orders"}}, kOrdersOfB);
    auto loser = consuming("b", {});
    loser.settings["compatibility_date"] = "2026-10-01";
    auto before = consuming("b", {{.queue = "orders"}});
    world.want(target_of(loser));
    world.have(live_as(target_of(before)));
    read_list(world, kOrdersOfB);
    const auto plan = world.plan();
    CHECK(operations(change_of(plan, "a")) == Names{"DELETE /queues/q1/consumers/c9", "POST /queues/q1/consumers"});
    CHECK(lines(change_of(plan, "a")) == Names{"+ queue consumer orders taken over from worker.b"});
    CHECK(operations(change_of(plan, "b")) == Names{"PATCH /workers/scripts/b/settings"});
    CHECK(change_of(plan, "b").after == Names{"worker.a"});
    CHECK(std::ranges::count(lines(change_of(plan, "b")), ". queue consumer orders goes to worker.a") == 1);
  }

  TEST_CASE("a Worker that is deleted stops consuming first, but for what another one takes over before") {
    for (const bool taken : {false, true}) {
      CAPTURE(taken);
      World world;
      world.want(target_of(consuming("a", {})));
      if (taken) world.targets = {target_of(consuming("a", {{.queue = "orders"}}))};
      world.have(live_as(world.targets.front()));
      world.have(live_as(target_of(manifest("b"))));
      read_list(world, kOrdersOfB);
      const auto plan = world.plan();
      const auto& change = change_of(plan, "b");
      REQUIRE(change.action == Action::remove);
      if (taken) {
        CHECK(operations(change) == Names{"DELETE /workers/scripts/b"});
        CHECK(change.after == Names{"worker.a"});
      } else {
        CHECK(operations(change) == Names{"DELETE /queues/q1/consumers/c9", "DELETE /workers/scripts/b"});
      }
    }
  }

  TEST_CASE("the list is read once where needed: a clean Worker that remembers the same needs none") {
    World world;
    world.want(target_of(consuming("a", {{.queue = "orders"}})));
    auto live = remembered_as(world.targets.front());
    world.have(live);
    CHECK(reads(world, Refresh::list) == std::vector<Read>{kQueues});
    memory_of(live).parts["queue_consumers"] = object(R"({"orders": {}})");
    world.have(live);
    CHECK(reads(world, Refresh::list).empty());
    CHECK_FALSE(world.plan().has_changes());
    CHECK(std::ranges::count(reads(world, Refresh::full), kQueues) == 1);
    memory_of(live).parts["queue_consumers"] = object(R"({"orders": {"dead_letter_queue": "dead"}})");
    world.have(live);
    CHECK(std::ranges::count(reads(world, Refresh::list), kQueues) == 1);
  }

  TEST_CASE("a list that cannot be read blocks the Workers that need it, and no Worker more") {
    World world;
    world.want(target_of(consuming("a", {{.queue = "orders"}})));
    world.want(target_of(manifest("b")));
    world.live.queues.failure = api::Error();
    CHECK(reads(world, Refresh::full).empty());
    const auto plan = world.plan();
    CHECK(change_of(plan, "a").block->reason == Reason::read_failed);
    CHECK(change_of(plan, "b").writes());
    CHECK_FALSE(plan.complete);
  }

  TEST_CASE("what was put is remembered, also through a restart") {
    const auto world = world_of({{.queue = "orders", .settings = object(R"({"batch_size": 20})")}}, kOrdersOfA);
    const auto plan = world.plan();
    const auto& change = change_of(plan, "a");
    const auto memory = after_calls(change, nullptr, TimePoint());
    CHECK(to_canonical_text(memory.parts.at("queue_consumers")) ==
          R"({"orders":{"batch_size":20,"max_retries":7,"max_wait_time_ms":5000}})");
    CHECK(observation_from_json(to_json(memory))->parts == memory.parts);
  }

  TEST_CASE("a consumer that somebody else changed is drift") {
    auto world = world_of({{.queue = "orders", .settings = object(R"({"batch_size": 20})")}}, kOrdersOfA);
    memory_of(world.live.workers.at("a")).applied = world.targets.front().identity;
    CHECK(change_of(world.plan(), "a").origin == Origin::drift);
    world.targets = {target_of(consuming("a", {{.queue = "orders", .settings = object(R"({"batch_size": 21})")}}))};
    read_list(world, kOrdersOfA);
    CHECK(change_of(world.plan(), "a").origin == Origin::unknown);
  }
}
