#include "reconciler/plan/deferral.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "tests/unit/reconciler/fixtures.h"

using namespace plumbline;
using namespace plumbline::reconciler;
using namespace plumbline::reconciler::test;

namespace {

/// Workers that are live and asked for; what is known of them is said one by one.
struct Fleet {
  TargetList targets;
  LiveState live;

  /// `applied` empty: nothing remembers it.
  LiveWorker& add(const std::string& name, const std::string& applied) {
    targets.push_back(target_of(manifest(name)));
    LiveWorker worker;
    worker.name = name;
    worker.entry = object(R"({"etag": "e", "tags": ["plumbline=edge/production"]})");
    if (!applied.empty()) {
      Observation memory;
      memory.applied = applied == "same" ? targets.back().identity : applied;
      memory.dirty = false;
      worker.memory = std::make_shared<const Observation>(std::move(memory));
    }
    return live.workers.emplace(name, std::move(worker)).first->second;
  }

  std::vector<std::string> deferred(std::size_t most, std::set<std::string> urgent = {}) {
    defer_reads(targets, policy(), {.workers = most, .urgent = std::move(urgent)}, live);
    std::vector<std::string> names;
    for (const auto& [name, worker] : live.workers) {
      if (worker.deferred) names.push_back(name);
    }
    return names;
  }
};

using Names = std::vector<std::string>;

}  // namespace

TEST_SUITE("reads that are left to the audit") {
  TEST_CASE("few Workers are read at once") {
    Fleet fleet;
    for (const auto* name : {"a", "b", "c"}) fleet.add(name, "");
    CHECK(fleet.deferred(3).empty());
  }

  TEST_CASE("beyond the limit those come first that may have been written, then those that moved, then unknown ones") {
    Fleet fleet;
    fleet.add("a-unknown", "");
    fleet.add("b-moved", "same");
    auto& dirty = fleet.add("c-written", "same");
    auto memory = *dirty.memory;
    memory.dirty = true;
    dirty.memory = std::make_shared<const Observation>(std::move(memory));
    CHECK(Fleet(fleet).deferred(2) == Names{"a-unknown"});
    CHECK(Fleet(fleet).deferred(1) == Names{"a-unknown", "b-moved"});
    CHECK(Fleet(fleet).deferred(0) == Names{"a-unknown", "b-moved", "c-written"});
  }

  TEST_CASE("what a commit has changed is read whatever the limit is") {
    Fleet fleet;
    fleet.add("changed", "what was applied before");
    fleet.add("unknown", "");
    fleet.add("urgent", "");
    CHECK(fleet.deferred(0, {"urgent"}) == Names{"unknown"});
  }

  TEST_CASE("a Worker that the memory stands for counts as nothing to read") {
    Fleet fleet;
    for (int i = 0; i < 10; ++i) fleet.add("clean-" + std::to_string(i), "same").clean = true;
    fleet.add("unknown", "");
    CHECK(fleet.deferred(1).empty());
    CHECK(fleet.deferred(0) == Names{"unknown"});
  }

  TEST_CASE("a Worker that is not ours is not read now, and so not left to the audit") {
    Fleet fleet;
    fleet.add("foreign", "").entry["tags"] = JsonArray{"plumbline=edge/other"};
    fleet.add("ours", "");
    CHECK(fleet.deferred(0) == Names{"ours"});
  }

  TEST_CASE("a Worker that is not live is no read of this kind") {
    Fleet fleet;
    fleet.targets.push_back(target_of(manifest("new")));
    CHECK(fleet.deferred(0).empty());
  }
}
