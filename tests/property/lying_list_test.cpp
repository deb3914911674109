#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "exposure.h"
#include "reconciler/plan/render.h"
#include "rig.h"
#include "share.h"

// Lists that lack, repeat or maim entries, calls that stall, and people who deploy and edit while a pass goes on:
// nothing that is not ours is overwritten or deleted, what a manifest does not manage stays, and once the lists are
// sane everything is as the manifests say.
using namespace plumbline;
using namespace plumbline::property;
using reconciler::Reason;

namespace {

constexpr std::array<const char*, 8> kLists{
    "/workers/scripts$", "/workers/workers$", "/workers/routes$", "/workers/domains$",
    "/queues$",          "/workflows$",       "/zones$",          "/storage/kv/namespaces$"};
constexpr std::array<const char*, 3> kFaults{"drop-entry", "repeat-entry", "maim-entry"};
constexpr std::array<const char*, 7> kKeys{"id", "name", "pattern", "hostname", "queue_name", "script_name", "title"};
constexpr const char* kForeignCode = "addEventListener('fetch', (event) => event.respondWith(new Response('theirs')));";

JsonObject random_lie(const std::vector<std::string>& names, Random& random) {
  JsonObject fault{{"match", JsonObject{{"method", "GET"}, {"path", random.pick(kLists)}}},
                   {"times", random.below(3)},
                   {"skip", random.below(2)},
                   {"fault", random.pick(kFaults)},
                   {"key", random.pick(kKeys)}};
  // The list of Workers loses one that matters; any other loses its first.
  if (random.chance(70)) {
    fault["entry"] = random.pick(names);
    fault["match"].get_object()["path"] = random.chance(70) ? kLists[0] : kLists[1];
  }
  if (random.chance(50)) fault["value"] = random.chance(50) ? Json("") : Json(7);
  if (random.chance(30)) fault["recount"] = true;
  if (random.chance(10)) fault["fault"] = "stall";
  return fault;
}

const Json* find_worker(const Json& state, const std::string& name) {
  return member(state.at("workers"), name);
}

// Ids of all versions, by which an overwrite is seen.
std::string versions_of(Rig& rig, const std::string& name) {
  const auto now = rig.state();
  const auto* worker = find_worker(now, name);
  if (worker == nullptr) return "gone";
  std::string ids;
  for (const auto& version : worker->at("versions").as_array()) ids += std::string(string_member(version, "id")) + " ";
  return ids;
}

bool has_binding(Rig& rig, const std::string& name, std::string_view binding) {
  const auto now = rig.state();
  const auto* worker = find_worker(now, name);
  if (worker == nullptr) return false;
  const auto& bindings = worker->at("versions").as_array().back().at("bindings").as_array();
  return std::ranges::any_of(bindings, [binding](const Json& one) { return string_member(one, "name") == binding; });
}

bool manages_bindings(const Repository& repository, const std::string& name) {
  const auto found = std::ranges::find(repository.workers, name, &manifests::DesiredWorker::name);
  return found == repository.workers.end() || found->settings.contains("bindings");
}

// One account: Workers of ours with a variable that no manifest manages, and Workers of others whose names the next
// commit claims as well.
struct Story {
  Repository first;
  Repository second;
  std::vector<std::string> theirs;
  std::string late;  ///< made by a person while the pass goes on
  std::size_t late_call = 0;
  std::vector<JsonObject> lies;
};

manifests::DesiredWorker plain_worker(Repository& repository, const std::string& name) {
  manifests::DesiredWorker worker = repository.workers.front();
  manifests::DesiredWorker out;
  out.name = name;
  out.where = worker.where;
  out.modules = worker.modules;
  out.syntax = worker.syntax;
  out.settings["compatibility_date"] = "2026-01-01";
  return out;
}

std::optional<Story> random_story(std::uint64_t seed) {
  Random random(seed);
  Story story;
  story.first = random_repository(random);
  story.second = mutated(story.first, random);
  if (story.second.workers.empty() || story.second.workers.front().modules.empty()) return std::nullopt;
  std::vector<std::string> names;
  names.reserve(story.first.workers.size() + 3);
  for (const auto& worker : story.first.workers) names.push_back(worker.name);
  for (const auto* name : {"theirs-one", "theirs-two"}) {
    story.theirs.emplace_back(name);
    names.emplace_back(name);
    story.second.workers.push_back(plain_worker(story.second, name));
  }
  story.late = "theirs-late";
  story.second.workers.push_back(plain_worker(story.second, story.late));
  if (random.chance(60)) story.second.workers.push_back(plain_worker(story.second, "fresh"));
  story.late_call = 1 + random.below(25);
  for (std::size_t i = 1 + random.below(3); i > 0; --i) story.lies.push_back(random_lie(names, random));
  return story;
}

// By the pass that met it, or by the plan of the next one.
bool is_uncertain(const Rig::Outcome& outcome, const std::string& name) {
  const auto blocks = blocks_of(*outcome.plan);
  return std::ranges::any_of(outcome.report.workers,
                             [&name](const auto& result) {
                               return result.name == name && result.message.contains("CreateUncertain");
                             }) ||
         std::ranges::any_of(blocks, [&name](const auto& held) {
           return held.address == "worker." + name && held.block->reason == Reason::create_uncertain;
         });
}

// What blocks may be left once the lists are sane: those of what is not ours, and of what waits for it.
bool may_stay(const reconciler::AddressedBlock& block) {
  return block.block->reason == Reason::ownership_conflict || block.block->reason == Reason::create_uncertain ||
         block.block->reason == Reason::dependency_not_ready || block.block->reason == Reason::rolled_back;
}

// Empty if all is well.
std::string tell(const Story& story, const simulator::Semantics& semantics) {
  Rig rig(semantics);
  const auto made = rig.apply(story.first, {});
  if (!made.plan || made.report.failed()) return {};  // what is not about lists is told elsewhere
  std::vector<std::string> unmanaged;
  for (const auto& worker : story.first.workers) {
    if (worker.settings.contains("bindings") || manages_bindings(story.second, worker.name)) continue;
    if (rig.edit({worker.name, "set-var", "BY_HAND", "kept"})) unmanaged.push_back(worker.name);
  }
  for (const auto& name : story.theirs) rig.deploy(name, kForeignCode);
  rig.wait(std::chrono::seconds(5));
  std::map<std::string, std::string> before;
  for (const auto& name : story.theirs) before[name] = versions_of(rig, name);
  for (const auto& lie : story.lies) rig.control("POST", "faults", lie);

  bool was_first = false;
  Rig::Run run;
  run.passes = 2;
  run.meanwhile = [&](std::size_t call) {
    if (call != story.late_call) return;
    const auto now = rig.state();
    was_first = find_worker(now, story.late) == nullptr;
    if (!was_first) return;
    rig.deploy(story.late, kForeignCode);
    before[story.late] = versions_of(rig, story.late);
    rig.wait(std::chrono::milliseconds(500));
  };
  const auto struck = rig.apply(story.second, run);
  const auto check = [&](const char* when) -> std::string {
    for (const auto& [name, versions] : before) {
      if (versions_of(rig, name) == versions) continue;
      // Between the proof and the upload nobody can look: then it is said, and the way back is there.
      const bool told = name == story.late && versions_of(rig, name).starts_with(versions) &&
                        (!struck.plan || is_uncertain(struck, name));
      if (!told) return fmt::format("{}: {} was {}and is {}", when, name, versions, versions_of(rig, name));
    }
    for (const auto& name : unmanaged) {
      if (!has_binding(rig, name, "BY_HAND")) return fmt::format("{}: {} lost its variable", when, name);
    }
    return {};
  };
  if (auto wrong = check("struck"); !wrong.empty()) return wrong;

  rig.control("DELETE", "faults", JsonObject());
  (void)rig.apply(story.second, {});
  if (auto wrong = check("healed"); !wrong.empty()) return wrong;
  const auto last = rig.plan(story.second, {});
  if (!last.plan) return "no plan at last: " + api::to_text(last.plan.error());
  const auto text = reconciler::render_text(*last.plan, reconciler::Colour::off);
  if (last.plan->has_writes()) return "something is left to do:\n" + text;
  if (!std::ranges::all_of(blocks_of(*last.plan), may_stay)) return "something is held back:\n" + text;
  return {};
}

void tell_all(const simulator::Semantics& semantics, std::uint64_t from, std::uint64_t count) {
  std::uint64_t told = 0;
  for (std::uint64_t seed = from; seed < from + count; ++seed) {
    const auto story = random_story(seed);
    if (!story) continue;
    ++told;
    const auto wrong = tell(*story, semantics);
    if (wrong.empty()) continue;
    CAPTURE(seed);
    JsonArray lies;
    for (const auto& lie : story->lies) lies.emplace_back(lie);
    FAIL_CHECK(wrong << "\nlies: " << to_text(lies) << "\nlate call: " << story->late_call);
  }
  CHECK(told > count / 2);
}

}  // namespace

TEST_SUITE("lying lists") {
  TEST_CASE("whatever lists lack, repeat or maim, nothing foreign is overwritten and nothing unmanaged is lost") {
    tell_all({}, 1, cases(300));
  }

  TEST_CASE("so it is where the account has no beta list, and under all other semantics at once") {
    for (const auto& [name, semantics] : other_semantics()) {
      if (name != "beta_workers" && name != "all") continue;
      CAPTURE(name);
      tell_all(semantics, 10'000, cases(100));
    }
  }
}
