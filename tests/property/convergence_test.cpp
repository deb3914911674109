#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <set>

#include "exposure.h"
#include "manifests/files/asset_files.h"
#include "reconciler/plan/render.h"
#include "rig.h"
#include "share.h"
#include "zone_workers.h"

using namespace plumbline;
using namespace plumbline::property;
using reconciler::Refresh;
using Status = reconciler::WorkerResult::Status;

namespace {

/// What happens to one account: a commit, edits behind our back, another commit.
struct Story {
  Repository first;
  std::vector<Edit> edits;
  Repository second;
  bool forget = false;  ///< the journal is lost before the second commit
};

Story random_story(std::uint64_t seed) {
  Random random(seed);
  Story story;
  story.first = random_repository(random);
  story.edits = random_edits(story.first, random);
  story.second = random.chance(30) ? story.first : mutated(story.first, random);
  story.forget = random.chance(30);
  if (random.chance(50)) return story;
  add_zone_workers(story.first, random);
  for (std::size_t i = random.below(3); i > 0; --i) story.edits.push_back(random_zone_edit(random));
  story.second.zone_workers = story.first.zone_workers;
  story.second.files.insert(story.first.files.begin(), story.first.files.end());
  if (random.chance(70)) mutate_zone_workers(story.second, random);
  return story;
}

std::string failures(const reconciler::ApplyReport& report) {
  std::string out;
  for (const auto& result : report.workers) {
    if (result.status != Status::done) out += result.name + ": " + result.message + "\n";
  }
  return out;
}

// Each costs a list in a full refresh.
std::size_t named_kinds(const Repository& repository) {
  std::set<std::string_view> kinds;
  for (const auto& worker : repository.workers) {
    const auto* bindings = member(worker.settings, "bindings");
    if (bindings == nullptr) continue;
    for (const auto& entry : bindings->get_object()) {
      for (const auto* key : {"title", "database_name", "name"}) {
        if (member(entry.value(), key) != nullptr) kinds.insert(string_member(entry.value(), "type"));
      }
    }
  }
  return kinds.size();
}

// Whether what is served is what the repository holds. Empty if so.
std::string compare_assets(Rig& rig, const Repository& repository) {
  const auto state = rig.state();
  for (const auto& worker : repository.workers) {
    if (!worker.assets) continue;
    JsonObject expected;
    const auto& folder = worker.assets->directory;
    for (const auto& [path, bytes] : repository.files) {
      if (!path.starts_with(folder + "/") || path.ends_with("/_headers")) continue;
      expected[path.substr(folder.size())] =
          JsonObject{{"hash", manifests::asset_hash(bytes, path)}, {"size", bytes.size()}};
    }
    const auto& assets = state.at("workers").at(worker.name).at("versions").as_array().back().at("assets");
    const auto* found = member(assets, "manifest");
    if (found == nullptr || !equal(*found, expected)) return worker.name + " serves " + to_text(assets);
  }
  return {};
}

// Empty if the account converges to `repository` and then stays quiet; else what went wrong.
std::string converge(Rig& rig, const Repository& repository, std::size_t beta_calls) {
  const auto applied = rig.apply(repository, {});
  if (!applied.plan) return "no plan: " + api::to_text(applied.plan.error());
  // A rollback is a person's decision that stands until the manifest changes; what others bind is not deleted.
  const bool up_to_a_person = std::ranges::any_of(applied.plan->workers, [](const auto& change) {
    return change.block && (change.block->reason == reconciler::Reason::rolled_back ||
                            change.block->reason == reconciler::Reason::dependency_not_ready);
  });
  const bool all_wait = std::ranges::all_of(applied.report.workers, [](const auto& result) {
    return result.status == Status::done || result.status == Status::skipped;
  });
  if (up_to_a_person && all_wait) return {};
  if (applied.report.failed()) return "apply failed:\n" + failures(applied.report) + plan_text(applied);
  if (applied.plan->has_blocks()) return "blocked:\n" + plan_text(applied);
  if (auto wrong = compare_assets(rig, repository); !wrong.empty()) return wrong;

  const auto again = rig.plan(repository, {});
  if (!again.plan || again.plan->has_changes()) return "the plan after the apply is not empty:\n" + plan_text(again);
  const auto quiet = rig.plan(repository, {.refresh = Refresh::list});
  if (!quiet.plan || quiet.plan->has_changes()) return "the third plan is not empty:\n" + plan_text(quiet);
  const auto exposure = exposure_cost(repository, rig);
  const auto fixed = 1 + zone_worker_cost(repository);
  if (quiet.calls < fixed + exposure.least || quiet.calls > fixed + exposure.most)
    return "a quiet plan costs " + std::to_string(quiet.calls) + " calls";
  const auto full = rig.plan(repository, {});
  if (!full.plan || full.plan->has_changes()) return "the full plan is not empty:\n" + plan_text(full);
  const auto with_schedules = static_cast<std::size_t>(
      std::ranges::count_if(repository.workers, [](const auto& worker) { return worker.schedules.has_value(); }));
  const auto manages = [&repository](auto list) {
    return std::ranges::any_of(repository.workers, [list](const auto& worker) { return (worker.*list).has_value(); });
  };
  const std::size_t lists = named_kinds(repository) + (manages(&manifests::DesiredWorker::queue_consumers) ? 1 : 0) +
                            (manages(&manifests::DesiredWorker::workflows) ? 1 : 0);
  const auto beyond_workers = lists + beta_calls + exposure.most + zoneless_routes(repository);
  if (full.calls > fixed + beyond_workers + repository.workers.size() * 2 + with_schedules) {
    return "a full plan costs " + std::to_string(full.calls) + " calls";
  }
  return {};
}

// A plan's digest says what an apply does, however the account was read.
std::string compare_digests(Rig& rig, const Repository& repository) {
  const auto full = rig.plan(repository, {});
  const auto list = rig.plan(repository, {.refresh = Refresh::list});
  if (!full.plan || !list.plan) return "no plan";
  if (full.plan->digest == list.plan->digest) return {};
  return "the digest depends on the refresh mode:\n" + to_text(render_json(*full.plan)) + "\n" +
         to_text(render_json(*list.plan));
}

std::string tell(const Story& story, const simulator::Semantics& semantics) {
  Rig rig(semantics);
  // Where there is no such list, it is asked for once before each Worker is.
  const std::size_t beta = semantics.beta_workers ? 1 : 1 + story.second.workers.size();
  const auto zones = [&rig] { return zones_of(rig.state()); };
  rig.edit({"example.com", "set-filter", kForeignFilter, false});
  auto expected = expected_zones(zones(), nullptr, story.first);
  if (auto wrong = converge(rig, story.first, beta); !wrong.empty()) return "first commit: " + wrong;
  if (zones() != expected) return "first commit: the zones are\n" + describe(zones());
  if (auto wrong = compare_digests(rig, story.second); !wrong.empty()) return wrong;
  for (const auto& edit : story.edits) rig.edit(edit);
  if (story.forget) rig.forget();
  expected = expected_zones(zones(), story.forget ? nullptr : &story.first, story.second);
  if (auto wrong = converge(rig, story.second, beta); !wrong.empty()) return "second commit: " + wrong;
  if (zones() != expected) return "second commit: the zones are\n" + describe(zones());
  return {};
}

// The smallest story that still goes wrong: parts are taken out one after the other.
Story shrunk(Story story, const simulator::Semantics& semantics) {
  const auto try_smaller = [&semantics](Story& current, auto member) {
    bool any = false;
    for (std::size_t i = 0; i < (current.*member).size();) {
      Story smaller = current;
      (smaller.*member).erase((smaller.*member).begin() + static_cast<std::ptrdiff_t>(i));
      if (tell(smaller, semantics).empty()) {
        ++i;
      } else {
        current = std::move(smaller);
        any = true;
      }
    }
    return any;
  };
  const auto try_fewer_zone_workers = [&semantics](Story& current, auto repository) {
    for (std::size_t i = 0; i < (current.*repository).zone_workers.size();) {
      Story smaller = current;
      auto& workers = (smaller.*repository).zone_workers;
      workers.erase(workers.begin() + static_cast<std::ptrdiff_t>(i));
      if (tell(smaller, semantics).empty()) {
        ++i;
      } else {
        current = std::move(smaller);
      }
    }
  };
  const auto try_fewer_workers = [&semantics](Story& current, auto repository) {
    for (std::size_t i = 0; i < (current.*repository).workers.size();) {
      Story smaller = current;
      auto& workers = (smaller.*repository).workers;
      workers.erase(workers.begin() + static_cast<std::ptrdiff_t>(i));
      drop_dangling(smaller.*repository);
      if (workers.empty() || tell(smaller, semantics).empty()) {
        ++i;
      } else {
        current = std::move(smaller);
      }
    }
  };
  try_smaller(story, &Story::edits);
  try_fewer_zone_workers(story, &Story::first);
  try_fewer_zone_workers(story, &Story::second);
  try_fewer_workers(story, &Story::first);
  try_fewer_workers(story, &Story::second);
  return story;
}

void check_stories(std::uint64_t first_seed, std::size_t count, const simulator::Semantics& semantics) {
  for (std::size_t i = 0; i < count; ++i) {
    const auto seed = first_seed + i;
    auto story = random_story(seed);
    if (tell(story, semantics).empty()) continue;
    story = shrunk(std::move(story), semantics);
    std::string edits;
    for (const auto& edit : story.edits) edits += "  " + edit.worker + " " + edit.action + " " + edit.name + "\n";
    FAIL_CHECK("seed " << seed << std::string(story.forget ? " (journal lost)" : "") << "\nfirst commit:\n"
                       << describe(story.first) << "edits:\n"
                       << edits << "second commit:\n"
                       << describe(story.second) << tell(story, semantics));
    return;
  }
}

// Those from `first` up to `end`.
void check_semantics(std::size_t first, std::size_t end) {
  const auto all = other_semantics();
  REQUIRE(end <= all.size());
  for (std::size_t i = first; i < end; ++i) {
    CAPTURE(all[i].first);
    check_stories(10'000, cases(200), all[i].second);
  }
}

}  // namespace

// Several cases each, so that they can run at the same time.
TEST_SUITE("convergence") {
  TEST_CASE("after an apply the plan is empty and costs one call, under the default semantics") {
    check_stories(1, cases(1000), {});
  }

  TEST_CASE("so it is for other stories") {
    check_stories(1'000'001, cases(1000), {});
  }

  TEST_CASE("so it is under every other semantics of the service, each alone, some of them") {
    check_semantics(0, 5);
  }

  TEST_CASE("so it is under every other semantics of the service, the rest alone and all together") {
    check_semantics(5, other_semantics().size());
  }
}
