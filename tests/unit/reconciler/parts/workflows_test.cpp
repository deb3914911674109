#include "reconciler/parts/workflows.h"

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

manifests::DesiredWorker holding(const std::string& name, std::vector<manifests::DesiredWorkflow> workflows) {
  auto worker = manifest(name);
  worker.workflows = std::move(workflows);
  return worker;
}

void read_list(World& world, std::string_view list) {
  set_workflows(world.live, workflows_of(parse_json(list).value().get_array()));
}

World world_of(std::vector<manifests::DesiredWorkflow> workflows, std::string_view list) {
  World world;
  world.want(target_of(holding("a", std::move(workflows))));
  world.have(live_as(world.targets.front()));
  read_list(world, list);
  return world;
}

Names lines(const WorkerChange& change) {
  Names out;
  for (const auto& line : change.lines)
    out.push_back(std::string(1, line.symbol) + " " + line.what + " " + line.detail);
  return out;
}

constexpr std::string_view kFulfilOfA = R"([{"name": "fulfil", "script_name": "a", "class_name": "Fulfil",
    "instances": {}, "schedules": [{"cron": "0 0 * * *", "next_instance": "2026-10-02T00:00:00Z"}]}])";
constexpr std::string_view kFulfilOfB = R"([{"name": "fulfil", "script_name": "b", "class_name": "Fulfil"}])";

const Read kWorkflows{Read::Kind::workflows, ""};

}  // namespace

TEST_SUITE("workflows") {
  TEST_CASE("a new workflow is put after its Worker is written") {
    World world;
    world.want(target_of(holding("a", {{.name = "fulfil", .class_name = "Fulfil"}})));
    read_list(world, "[]");
    const auto plan = world.plan();
    const auto& change = change_of(plan, "a");
    REQUIRE(change.calls.size() == 2);
    CHECK(change.calls.back().path() == "/accounts/{account_id}/workflows/fulfil");
    CHECK(to_text(change.calls.back().body) == R"({"class_name":"Fulfil","script_name":"a"})");
    CHECK(lines(change).back() == "+ workflow fulfil class Fulfil");
  }

  TEST_CASE("a workflow as it is needs nothing, and a changed one keeps its schedules") {
    CHECK_FALSE(world_of({{.name = "fulfil", .class_name = "Fulfil"}}, kFulfilOfA).plan().has_changes());
    const auto plan = world_of({{.name = "fulfil", .class_name = "Other"}}, kFulfilOfA).plan();
    const auto& change = change_of(plan, "a");
    REQUIRE(change.calls.size() == 1);
    CHECK(to_canonical_text(change.calls.front().body) ==
          R"({"class_name":"Other","schedules":[{"cron":"0 0 * * *"}],"script_name":"a"})");
    CHECK(lines(change) == Names{R"(~ workflow fulfil.class_name "Fulfil" -> "Other")"});
  }

  TEST_CASE("what no list tells is written once and then remembered") {
    auto world = world_of({{.name = "fulfil",
                            .class_name = "Fulfil",
                            .settings = object(R"({"limits": {"steps": 5}, "concurrency": {"limit": 2},
        "default_retention": {"error_retention": "3 days"}, "jurisdiction": "eu"})")}},
                          kFulfilOfA);
    const auto plan = world.plan();
    const auto& change = change_of(plan, "a");
    REQUIRE(change.calls.size() == 1);
    const auto memory = after_calls(change, nullptr, TimePoint());
    CHECK(observation_from_json(to_json(memory))->parts == memory.parts);
    memory_of(world.live.workers.at("a")) = memory;
    CHECK_FALSE(world.plan().has_changes());
  }

  TEST_CASE("a workflow that the manifest does not name is kept and reported") {
    const auto plan = world_of({}, kFulfilOfA).plan();
    CHECK_FALSE(plan.has_changes());
    CHECK(lines(change_of(plan, "a")) ==
          Names{". workflow fulfil not in the manifest, kept: deleting it ends its instances"});
  }

  TEST_CASE(
      "a workflow of a foreign Worker is a conflict, one of ours moves with one call before the loser is written") {
    auto world = world_of({{.name = "fulfil", .class_name = "Fulfil"}}, kFulfilOfB);
    CHECK(change_of(world.plan(), "a").block->message ==
          "workflows: the workflow \"fulfil\" is held by Worker b, which is gone");
    world.want(target_of(holding("b", {})));
    auto loser = live_as(world.targets.back());
    const auto ours = loser;
    set_live(loser, "tags", R"(["plumbline=other/source"])");
    world.have(std::move(loser));
    read_list(world, kFulfilOfB);
    CHECK(change_of(world.plan(), "a").block->reason == Reason::ownership_conflict);

    world.have(ours);
    read_list(world, kFulfilOfB);
    const auto plan = world.plan();
    CHECK(change_of(plan, "a").calls.size() == 1);
    CHECK(lines(change_of(plan, "a")) == Names{"+ workflow fulfil class Fulfil; taken over from worker.b"});
    CHECK(lines(change_of(plan, "b")) == Names{". workflow fulfil goes to worker.a"});
    CHECK(change_of(plan, "b").after == Names{"worker.a"});
  }

  TEST_CASE("deleting a Worker that holds a workflow needs a permission, unless another one takes it over before") {
    World world;
    world.want(target_of(holding("a", {})));
    world.have(live_as(world.targets.front()));
    world.have(live_as(target_of(manifest("b"))));
    read_list(world, kFulfilOfB);
    CHECK(change_of(world.plan(), "b").block ==
          Block{Reason::data_loss,
                "deleting it leaves the instances of its workflow fulfil without the code that they need to go on",
                "add \"b\" to allow_data_loss of the source"});
    world.policy.allow_data_loss = {"b"};
    CHECK(change_of(world.plan(), "b").writes());
    world.policy.allow_data_loss.clear();
    world.targets = {target_of(holding("a", {{.name = "fulfil", .class_name = "Fulfil"}}))};
    read_list(world, kFulfilOfB);
    CHECK(change_of(world.plan(), "b").writes());
    CHECK(change_of(world.plan(), "b").after == Names{"worker.a"});
  }

  TEST_CASE("the list is read where the memory of a clean Worker does not agree, and under a full refresh") {
    const auto reads = [](const World& world, Refresh refresh) {
      const auto all = missing(world.targets, world.live, world.policy, refresh).reads;
      return std::ranges::count(all, kWorkflows);
    };
    World world;
    world.want(target_of(holding("a", {{.name = "fulfil", .class_name = "Fulfil"}})));
    auto live = remembered_as(world.targets.front());
    memory_of(live).parts["workflows"] = object(R"({"fulfil": {"class_name": "Fulfil"}})");
    world.have(live);
    CHECK(reads(world, Refresh::list) == 0);
    CHECK(reads(world, Refresh::full) == 1);
    memory_of(live).parts["workflows"] = object(R"({"fulfil": {"class_name": "Other"}})");
    world.have(live);
    CHECK(reads(world, Refresh::list) == 1);
    world.live.workflows.failure = api::Error();
    CHECK(reads(world, Refresh::list) == 0);
    CHECK(change_of(world.plan(), "a").block->reason == Reason::read_failed);
  }
}
