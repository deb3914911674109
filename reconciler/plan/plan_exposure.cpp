#include "reconciler/plan/plan_exposure.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "reconciler/parts/exposure.h"
#include "reconciler/plan/gates.h"
#include "reconciler/plan/missing_zones.h"

namespace plumbline::reconciler {
namespace {

using Type = ExposureChange::Type;

std::string named(const std::string& worker) {
  return worker.empty() ? "no Worker" : worker;
}

JsonObject state_of(const LiveExposure& live) {
  return exposure_part(live.type).state(live.name, live.zone_id, live.worker);
}

JsonObject state_of(const WantedExposure& wanted) {
  return exposure_part(wanted.type).state(wanted.name, wanted.zone_id, wanted.worker);
}

bool was_managed(const WorkerChange& change, Type type) {
  if (!change.live || !change.live->memory) return false;
  const auto& managed = change.live->memory->managed;
  return std::ranges::find(managed, exposure_part(type).name()) != managed.end();
}

// Why nothing that leads to the Worker is written either: it is not there, or not ours.
std::optional<Block> block_of_worker(const WorkerChange& change, const Policy& policy) {
  if (auto block = allow_block(change.name, policy)) return block;
  if (!change.block) return std::nullopt;
  const bool unread = change.live && change.live->failure;
  const bool ours = change.live && !unread && change.block->reason != Reason::ownership_conflict &&
                    change.block->reason != Reason::create_uncertain;
  if (ours) return std::nullopt;
  return Block{.reason = Reason::dependency_not_ready,
               .message = address_of(change) + " is not written: " + change.block->message,
               .override_with = change.block->override_with,
               .waits_for = {address_of(change)}};
}

class ExposurePlanner {
 public:
  ExposurePlanner(const PlanInput& input, Plan& plan)
      : input_(input), plan_(plan), policy_(input.policy), zones_(input.live->zones) {
    for (const auto& target : *input.targets) {
      by_name_.emplace(target.desired->name, &target);
      for (auto& wanted : wanted_of(target)) {
        if (!wanted.key.empty()) wanted_by_.emplace(wanted.key, wanted.worker);
      }
    }
    for (const auto* part : exposure_parts()) {
      for (auto& found : part->found(zones_)) live_.emplace(found.key, std::move(found));
    }
    for (const auto& [key, live] : live_) leading_to_.emplace(live.worker, &live);
  }

  void run() {
    for (auto& change : plan_.workers) {
      if (change.target) plan_target(change);
    }
    for (auto& change : plan_.workers) {
      if (change.action == Action::remove) plan_delete(change);
    }
  }

 private:
  [[nodiscard]] std::vector<WantedExposure> wanted_of(const Target& target) const {
    std::vector<WantedExposure> all;
    // What a manifest says twice is one thing. Without a key its zone is not known, and its name tells it apart.
    std::set<std::string> seen;
    for (const auto* part : exposure_parts()) {
      for (auto& wanted : part->wanted(target, zones_)) {
        const bool first = seen.insert(wanted.key.empty() ? address_of(wanted.type, wanted.name) : wanted.key).second;
        if (first) all.push_back(std::move(wanted));
      }
    }
    return all;
  }

  [[nodiscard]] std::vector<const LiveExposure*> leading_to(const std::string& worker) const {
    std::vector<const LiveExposure*> out;
    const auto [begin, end] = leading_to_.equal_range(worker);
    for (auto it = begin; it != end; ++it) out.push_back(it->second);
    return out;
  }

  void plan_target(WorkerChange& change) {
    const auto stopped = block_of_worker(change, policy_);
    for (const auto& wanted : wanted_of(*change.target)) {
      auto exposure = change_for(wanted);
      if (exposure.writes() && stopped) exposure.block = stopped;
      gate_drift(exposure);
      change.exposure.push_back(std::move(exposure));
    }
    if (stopped) return;
    for (const auto* live : leading_to(change.name)) {
      if (!wanted_by_.contains(live->key)) add_surplus(change, *live);
    }
  }

  ExposureChange change_for(const WantedExposure& wanted) const {
    const auto found = live_.find(wanted.key);
    const auto* live = found == live_.end() ? nullptr : &found->second;
    ExposureChange out{.type = wanted.type, .name = wanted.name, .key = wanted.key, .file = wanted.file};
    out.zone_id = wanted.zone_id;
    out.zone_name = wanted.zone_name;
    out.worker = wanted.worker;
    out.after_state = state_of(wanted);
    if (wanted.problem) {
      out.block = wanted.problem;
      out.unread = wanted.unread;
      return out;
    }
    const bool applied = was_applied(wanted, live);
    if (live == nullptr) {
      out.action = Action::create;
      out.detail = "to " + wanted.worker;
      set_drift(out, applied, "gone");
    } else {
      out.id = live->id;
      out.before = state_of(*live);
      if (live->worker == wanted.worker) return out;
      out.action = Action::update;
      out.detail = named(live->worker) + " -> " + wanted.worker;
      out.block = take_over(wanted, *live, applied, out.importing);
      set_drift(out, applied && !out.importing, wanted.worker + " -> " + named(live->worker));
    }
    out.call = exposure_part(wanted.type).put_call(wanted, live);
    if (!out.block) out.block = zone_block(out, policy_);
    return out;
  }

  // Whether the journal knows it as what the manifest asks for: then somebody else changed it.
  [[nodiscard]] bool was_applied(const WantedExposure& wanted, const LiveExposure* live) const {
    const auto memory = zones_.memory.find(wanted.key);
    if (memory == zones_.memory.end() || memory->second.id.empty()) return false;
    return memory->second.worker == wanted.worker && (live == nullptr || memory->second.id == live->id);
  }

  static void set_drift(ExposureChange& exposure, bool drift, std::string as_drift) {
    exposure.drift = drift;
    if (drift) exposure.as_drift = std::move(as_drift);
  }

  // What leads to a Worker is its owner's.
  std::optional<Block> take_over(const WantedExposure& wanted, const LiveExposure& live, bool applied,
                                 bool& importing) const {
    if (is_ours(live.worker) || (applied && !is_others(live.worker))) return std::nullopt;
    importing = wanted.adopt;
    if (wanted.adopt) return std::nullopt;
    const auto what = live.worker.empty()
                          ? "it is there and leads to no Worker"
                          : "it leads to the Worker " + live.worker + ", which does not belong to this source";
    return Block{Reason::ownership_conflict, what, wanted.how_to_adopt};
  }

  [[nodiscard]] bool is_ours(const std::string& name) const {
    const auto* worker = find_live(name);
    if (worker == nullptr) return false;
    const auto owned = ownership_of(live_tags(*worker));
    if (owned && owned->owner == policy_.owner) return true;
    const auto target = by_name_.find(name);
    return target != by_name_.end() && !ownership_block(*target->second, *worker, policy_);
  }

  [[nodiscard]] bool is_others(const std::string& name) const {
    const auto* worker = find_live(name);
    return worker != nullptr && is_claimed(live_tags(*worker));
  }

  [[nodiscard]] const LiveWorker* find_live(const std::string& name) const {
    const auto found = input_.live->workers.find(name);
    return found == input_.live->workers.end() ? nullptr : &found->second;
  }

  // The manifest states all that leads to the Worker, and this is not of it.
  void add_surplus(WorkerChange& change, const LiveExposure& live) const {
    if (!exposure_part(live.type).is_managed(*change.target->desired)) return;
    if (!is_allowed_zone(live.zone_id, live.zone_name, live.name, policy_)) return;
    auto exposure = removal_of(live);
    if (policy_.prune == Prune::upsert_only) {
      exposure.action = Action::forget;
      exposure.call.reset();
      exposure.detail = "leads to " + live.worker + "; not deleted under policy upsert-only";
    } else {
      exposure.detail = "to " + live.worker + "; not in the manifest";
      const auto memory = zones_.memory.find(live.key);
      const bool dropped = memory != zones_.memory.end() && !memory->second.id.empty();
      set_drift(exposure, was_managed(change, live.type) && !dropped, "added, to " + live.worker);
      if (has_errors(input_.desired->diagnostics)) {
        exposure.block = Block{Reason::source_incomplete,
                               "the source has errors. Nothing is deleted until the whole source can be read",
                               "correct the manifests named above"};
      }
    }
    gate_drift(exposure);
    change.exposure.push_back(std::move(exposure));
  }

  static ExposureChange removal_of(const LiveExposure& live) {
    ExposureChange out{.type = live.type, .name = live.name, .key = live.key, .file = {}};
    out.action = Action::remove;
    out.id = live.id;
    out.zone_id = live.zone_id;
    out.zone_name = live.zone_name;
    out.before = state_of(live);
    out.call = exposure_part(live.type).delete_call(live);
    return out;
  }

  void gate_drift(ExposureChange& exposure) const {
    if (!exposure.drift || exposure.block || policy_.revert.contains(exposure.worker)) return;
    const auto memory = zones_.memory.find(exposure.key);
    if (policy_.brake && memory != zones_.memory.end()) {
      exposure.block = flapping_block(memory->second.mended, input_.live->observed_at);
    }
    if (policy_.drift == DriftAction::report && !exposure.block) {
      exposure.block = Block{Reason::drifted, "it was changed since the last apply, and drift is only reported",
                             "set `drift: heal` for the source, or change the manifest"};
    }
  }

  // Requests to a Worker that goes must be led elsewhere, or end, before it does.
  void plan_delete(WorkerChange& change) {
    for (const auto* leading : leading_to(change.name)) {
      const auto& live = *leading;
      const auto wanted = wanted_by_.find(live.key);
      if (wanted == wanted_by_.end()) {
        if (!is_allowed_zone(live.zone_id, live.zone_name, live.name, policy_)) continue;
        auto exposure = removal_of(live);
        exposure.detail = "to " + live.worker + ", which is deleted";
        change.exposure.push_back(std::move(exposure));
        continue;
      }
      wait_for_move(change, live, wanted->second);
    }
    if (!change.block) change.block = unread_block();
  }

  void wait_for_move(WorkerChange& change, const LiveExposure& live, const std::string& to) const {
    for (const auto& other : plan_.workers) {
      const auto move = std::ranges::find_if(other.exposure, [&](const ExposureChange& exposure) {
        return exposure.key == live.key && exposure.writes() && exposure.action == Action::update;
      });
      if (move == other.exposure.end()) continue;
      change.after.push_back(address_of(*move));
      return;
    }
    const auto heir = worker_address(to);
    change.block = Block{.reason = Reason::dependency_not_ready,
                         .message = fmt::format("{} still leads to it, and cannot be moved to {} now",
                                                address_of(live.type, live.name), heir),
                         .override_with = "see what the plan says about " + heir,
                         .waits_for = {heir}};
  }

  // What cannot be read may lead to the Worker.
  [[nodiscard]] std::optional<Block> unread_block() const {
    const api::Error* error = zones_.domains_failure ? &*zones_.domains_failure : nullptr;
    std::string what = "the custom domains";
    for (const auto& [name, failure] : zones_.unreadable) {
      if (!zones_.scope.contains(name)) continue;
      error = &failure;
      what = "the zone " + name;
    }
    for (const auto& id : zones_in_scope(*input_.targets, *input_.desired, zones_, policy_)) {
      const auto found = zones_.zones.find(id);
      if (found == zones_.zones.end() || !found->second.failure) continue;
      error = &*found->second.failure;
      const auto name = name_of_zone(id, zones_);
      what = "the routes of zone " + (name.empty() ? id : name);
    }
    if (error == nullptr) return std::nullopt;
    return Block{Reason::read_failed, what + " could not be read, and some may lead to it: " + to_text(*error),
                 "try again later"};
  }

  const PlanInput& input_;
  Plan& plan_;
  const Policy& policy_;
  const LiveZones& zones_;
  std::map<std::string, const Target*> by_name_;
  std::map<std::string, std::string> wanted_by_;  ///< Workers by key, also those that --only leaves out
  std::map<std::string, LiveExposure> live_;      ///< by key
  std::multimap<std::string_view, const LiveExposure*> leading_to_;  ///< by Worker
};

}  // namespace

void plan_exposure(const PlanInput& input, Plan& plan) {
  ExposurePlanner(input, plan).run();
}

void keep_exposure_of_kept_workers(Plan& plan) {
  for (auto& change : plan.workers) {
    if (change.action != Action::remove || !change.block) continue;
    for (auto& exposure : change.exposure) exposure.block = change.block;
  }
}

std::map<std::string, std::optional<ExposureMemory>> converged_exposure(const PlanInput& input, const Plan& plan) {
  std::map<std::string, std::optional<ExposureMemory>> changes;
  const auto& memory = input.live->zones.memory;
  std::set<std::string> known;
  for (const auto& change : plan.workers) {
    for (const auto& exposure : change.exposure) {
      known.insert(exposure.key);
      if (exposure.action != Action::no_op || exposure.block || block_of_worker(change, input.policy)) continue;
      const auto before = memory.find(exposure.key);
      ExposureMemory now{exposure.id, exposure.worker, {}};
      if (before != memory.end()) now.mended = before->second.mended;
      if (before == memory.end() || before->second != now) changes[exposure.key] = std::move(now);
    }
  }
  for (const auto& change : plan.zone_workers) {
    for (const auto& [key, now] : change.memory) {
      known.insert(key);
      const auto before = memory.find(key);
      const bool same = before != memory.end() && now && before->second.id == now->id;
      if (now && !same && change.action == Action::no_op && !change.block) changes[key] = now;
    }
  }
  // A plan that leaves something out does not tell what is asked for no more.
  if (!plan.complete || has_errors(input.desired->diagnostics)) return changes;
  for (const auto& [key, remembered] : memory) {
    if (!known.contains(key) && !is_recent(remembered.mended, input.live->observed_at)) changes[key] = std::nullopt;
  }
  return changes;
}

std::optional<ExposureMemory> memory_after(const ExposureChange& change, const ExposureMemory* before,
                                           const std::string& id, TimePoint now) {
  if (change.action == Action::remove && !change.drift) return std::nullopt;
  ExposureMemory memory;
  if (change.action != Action::remove) memory.id = id.empty() ? change.id : id;
  memory.worker = change.worker;
  if (!change.drift) return memory;
  if (before != nullptr) memory.mended = before->mended;
  memory.mended.push_back(now);
  if (memory.mended.size() > kMostMendings) memory.mended.erase(memory.mended.begin());
  return memory;
}

}  // namespace plumbline::reconciler
