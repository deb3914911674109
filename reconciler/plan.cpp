#include "reconciler/plan.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "base/digest.h"
#include "reconciler/assets.h"
#include "reconciler/bootstrap.h"
#include "reconciler/calls.h"
#include "reconciler/consumers.h"
#include "reconciler/diff.h"
#include "reconciler/gates.h"
#include "reconciler/migrations.h"
#include "reconciler/names.h"
#include "reconciler/order.h"
#include "reconciler/render.h"
#include "reconciler/resources.h"
#include "reconciler/workflows.h"
#include "reconciler/zone_workers.h"

namespace plumbline::reconciler {
namespace {

const LiveWorker* find_live(const LiveState& live, const std::string& name) {
  const auto found = live.workers.find(name);
  return found == live.workers.end() ? nullptr : &found->second;
}

bool is_drift(const Target& target, const LiveWorker* live) {
  return live != nullptr && live->memory && !live->memory->applied.empty() && live->memory->applied == target.identity;
}

bool is_only_rotation(const WorkerDiff& diff) {
  const bool other = diff.create || diff.code || diff.bindings || !diff.versioned.empty() ||
                     !diff.script_level.empty() || diff.ownership || !diff.delete_secrets.empty() || diff.subdomain ||
                     diff.schedules || diff.migrations || diff.assets || !diff.put_consumers.empty() ||
                     !diff.delete_consumers.empty() || !diff.put_workflows.empty();
  return !other && !std::ranges::any_of(diff.lines, [](const ChangeLine& line) {
    return line.symbol == '+' && line.what.starts_with("secret ");
  });
}

std::optional<Block> read_failure(const LiveWorker* live) {
  if (live == nullptr || !live->failure) return std::nullopt;
  return Block{"Failed", "it could not be read: " + api::to_text(*live->failure), "try again later"};
}

std::optional<Block> first_block(const Target& target, const LiveWorker* live, const WorkerDiff& diff,
                                 const LiveState& all, const Policy& policy) {
  if (auto block = secret_block(target, diff.put_secrets)) return block;
  if (auto block = assets_block(target)) return block;
  if (auto block = migration_block(target, live, all, policy)) return block;
  if (diff.empty()) return std::nullopt;
  if (auto block = allow_block(target.desired->name, policy)) return block;
  if (live != nullptr) {
    if (auto block = rollout_block(target, *live)) return block;
  }
  return std::nullopt;
}

class Planner {
 public:
  explicit Planner(const PlanInput& input)
      : input_(input), desired_(input.desired->broken_names.begin(), input.desired->broken_names.end()) {
    for (const auto& target : *input.targets) desired_.insert(target.desired->name);
  }

  Plan run() {
    plan_.account = input_.account;
    plan_.source = to_string(input_.policy.owner);
    plan_.environment = input_.environment;
    plan_.policy = input_.policy.prune;
    plan_.revision = input_.desired->revision;
    plan_.observed_at = input_.live->observed_at;
    plan_.diagnostics = input_.desired->diagnostics;
    plan_.complete = input_.policy.only.empty();
    for (const auto& target : *input_.targets) {
      if (is_in_scope(target.desired->name, input_.policy)) plan_.workers.push_back(change_for(target));
    }
    add_deletes();
    bootstrap(order_changes(plan_.workers));
    plan_resources(input_, plan_);
    plan_zone_workers(input_, plan_);
    block_needed_deletes();
    gate_deletes(plan_, *input_.desired, input_.policy);
    plan_.digest = plan_digest(plan_);
    bound_deletes(plan_, input_.policy, owned_);
    keep_resources_of_kept_workers(plan_);
    note_unread_resources();
    plan_.errored = has_errors(plan_.diagnostics);
    summarise();
    return std::move(plan_);
  }

 private:
  // A part of what is planned from.
  template <class Value>
  [[nodiscard]] std::shared_ptr<const Value> shared(const Value& value) const {
    return input_.owner ? std::shared_ptr<const Value>(input_.owner, &value) : std::make_shared<const Value>(value);
  }

  WorkerChange change_for(const Target& target) {
    const auto* live = find_live(*input_.live, target.desired->name);
    WorkerChange change;
    change.name = target.desired->name;
    change.file = target.desired->where.file;
    change.target = shared(target);
    if (live != nullptr) change.live = shared(*live);
    if (auto block = read_failure(live)) {
      plan_.complete = false;
      return blocked(std::move(change), std::move(*block));
    }
    if (live != nullptr) {
      if (auto block = ownership_block(target, *live, input_.policy)) {
        return blocked(std::move(change), std::move(*block));
      }
    }
    if (auto block = name_block(target, *input_.live)) {
      // What could not be read may hold anything.
      if (block->reason == "Failed") plan_.complete = false;
      return blocked(std::move(change), std::move(*block));
    }
    auto block = consumer_block(target, live, *input_.live);
    if (!block) block = workflow_block(target, live, *input_.live);
    if (block) {
      if (block->reason == "Failed") plan_.complete = false;
      return blocked(std::move(change), std::move(*block));
    }
    auto diff = diff_worker(target, live, input_.policy.owner);
    change.lines = diff.lines;
    plan_.diagnostics.insert(plan_.diagnostics.end(), diff.notes.begin(), diff.notes.end());
    change.block = first_block(target, live, diff, *input_.live, input_.policy);
    if (diff.empty()) return change;

    change.action = live == nullptr ? Action::create : Action::update;
    change.importing = live != nullptr && is_adoption(target, *live, input_.policy);
    change.calls = calls_for(target, live, diff, input_.policy.owner, input_.desired->revision);
    change.only_rotation = is_only_rotation(diff);
    // A transfer is asked for by the manifest, whoever applied it before.
    change.drift = !change.importing && is_drift(target, live);
    if (change.drift) note_drift(change, *live);
    return change;
  }

  static WorkerChange blocked(WorkerChange change, Block block) {
    change.block = std::move(block);
    return change;
  }

  void note_drift(WorkerChange& change, const LiveWorker& live) const {
    change.changed_by = string_member(live.entry, "last_deployed_from");
    if (input_.policy.brake && !change.block) change.block = mending_block(change, live, input_.live->observed_at);
    if (input_.policy.drift == DriftAction::report && !change.block) {
      change.block = Block{"Drifted", "the live Worker was changed since the last apply, and drift is only reported",
                           "set `drift: heal` for the source, or change the manifest"};
    }
  }

  // Ours by its tag, and no manifest asks for it.
  void add_deletes() {
    for (const auto& [name, live] : input_.live->workers) {
      const auto owned = ownership_of(live_tags(live));
      if (!owned || owned->owner != input_.policy.owner) continue;
      ++owned_;
      if (desired_.contains(name) || !is_in_scope(name, input_.policy)) continue;
      WorkerChange change;
      change.name = name;
      change.live = shared(live);
      change.reason = "no manifest; owned by " + to_string(owned->owner);
      if (input_.policy.named_elsewhere.contains(name)) {
        change.reason += "; another source names it now";
      } else if (owned->keep) {
        change.reason += "; kept, because its manifest said prune: false";
      } else if (input_.policy.prune == Prune::upsert_only) {
        change.reason += "; not deleted under policy upsert-only";
      } else {
        change.action = Action::remove;
        auto left = std::make_shared<LiveWorker>(live);
        leave_to_takers(*left, *input_.targets);
        change.live = std::move(left);
        add_consumer_removals(change, *input_.targets);
        change.calls.push_back(delete_call(name, "no manifest asks for it"));
        change.lines = destroyed_classes(live);
        change.block = read_failure(&live);
        if (change.block) plan_.complete = false;
        plan_.workers.push_back(std::move(change));
        continue;
      }
      change.action = Action::forget;
      plan_.workers.push_back(std::move(change));
    }
  }

  // The service refuses to delete what others bind (10142), and it would break them.
  void block_needed_deletes() {
    std::map<std::string, std::string> needed_by;
    for (const auto& change : plan_.workers) {
      if (change.action == Action::remove) continue;
      for (const auto& name : references(settings_after(change))) needed_by.emplace(name, change.name);
    }
    for (auto& change : plan_.workers) {
      const auto found = needed_by.find(change.name);
      if (change.action != Action::remove || found == needed_by.end()) continue;
      change.block = Block{"DependencyNotReady", "worker." + found->second + " still refers to it",
                           "take the reference out of worker." + found->second + " first"};
    }
  }

  // What of a Worker can refer to others, as it will be: what its manifest states, else what is live.
  static JsonObject settings_after(const WorkerChange& change) {
    const auto live = change.live ? known_settings(*change.live) : Part<JsonObject>();
    JsonObject out;
    for (const auto* key : {"bindings", "tail_consumers"}) {
      const auto* stated = change.target ? member(change.target->settings, key) : nullptr;
      const auto* value = stated != nullptr ? stated : live.is_known() ? member(*live, key) : nullptr;
      if (value != nullptr) out[key] = *value;
    }
    return out;
  }

  void bootstrap(const std::set<std::string>& first) {
    std::set<std::string> absent;
    for (const auto& change : plan_.workers) {
      if (change.action == Action::create) absent.insert(change.name);
    }
    for (auto& change : plan_.workers) {
      if (!first.contains(change.name) || change.block) continue;
      change.bootstrap = true;
      change.calls = bootstrap_calls(*change.target, absent, input_.policy.owner, input_.desired->revision);
    }
  }

  // A plan without them can be compared with no other; yet only what they are about is held up by it.
  void note_unread_resources() {
    const bool unread = std::ranges::any_of(plan_.workers, [](const WorkerChange& change) {
      return std::ranges::any_of(change.resources, &ResourceChange::unread);
    });
    if (unread || std::ranges::any_of(plan_.zone_workers, &ZoneWorkerChange::unread)) plan_.complete = false;
  }

  void count(Action action, bool importing, bool blocked) {
    auto& summary = plan_.summary;
    switch (action) {
      case Action::create:
        ++summary.add;
        break;
      case Action::update:
        ++(importing ? summary.import : summary.change);
        break;
      case Action::remove:
        ++summary.destroy;
        break;
      case Action::no_op:
        if (!blocked) ++summary.unchanged;
        break;
      case Action::forget:
        break;
    }
  }

  void summarise() {
    auto& summary = plan_.summary;
    for (const auto& change : plan_.workers) {
      count(change.action, change.importing, change.block.has_value());
      if (change.writes()) {
        summary.api_calls += change.calls.size();
        const bool session = change.calls.front().kind == PlannedCall::Kind::assets_session;
        if (session) summary.asset_uploads += distinct_files(change.target->assets->listing);
      }
      for (const auto& resource : change.resources) {
        count(resource.action, resource.importing, resource.block.has_value());
        if (resource.writes()) ++summary.api_calls;
      }
    }
    for (const auto& change : plan_.zone_workers) {
      count(change.action, change.importing, change.block.has_value());
      if (change.writes()) summary.api_calls += change.calls.size();
    }
    // Whole calls at the configured rate: the same plan has the same figure.
    summary.seconds = std::ceil(static_cast<double>(summary.api_calls) / std::max(input_.calls_per_second, 0.1));
  }

  const PlanInput& input_;
  std::set<std::string_view> desired_;  ///< names that manifests carry, those with errors too
  Plan plan_;
  std::size_t owned_ = 0;
};

}  // namespace

std::string lines_digest(const std::vector<ChangeLine>& lines) {
  JsonArray all;
  for (const auto& line : lines) all.push_back(JsonArray{std::string(1, line.symbol), line.what, line.detail});
  return truncated(sha256_hex(to_canonical_text(all)));
}

bool WorkerChange::writes_resources() const {
  return std::ranges::any_of(resources, &ResourceChange::writes);
}

std::size_t WorkerChange::bootstrap_calls() const {
  const auto upload = std::ranges::find(calls, PlannedCall::Kind::upload, &PlannedCall::kind);
  return std::min(calls.size(), static_cast<std::size_t>(upload - calls.begin()) + 1);
}

bool Plan::has_changes() const {
  const auto changes = [](const ResourceChange& resource) { return resource.call || resource.block; };
  return std::ranges::any_of(workers,
                             [&changes](const WorkerChange& change) {
                               return !change.calls.empty() || change.block ||
                                      std::ranges::any_of(change.resources, changes);
                             }) ||
         std::ranges::any_of(zone_workers, [](const auto& change) { return !change.calls.empty() || change.block; });
}

bool Plan::has_writes() const {
  const bool writes = std::ranges::any_of(
      workers, [](const WorkerChange& change) { return change.writes() || change.writes_resources(); });
  return policy != Prune::report && (writes || std::ranges::any_of(zone_workers, &ZoneWorkerChange::writes));
}

bool Plan::has_blocks() const {
  return !blocks_of(*this).empty();
}

std::vector<AddressedBlock> blocks_of(const Plan& plan) {
  std::vector<AddressedBlock> blocks;
  for (const auto& change : plan.workers) {
    if (change.block) blocks.push_back({"worker." + change.name, &*change.block, change.drift});
    for (const auto& resource : change.resources) {
      if (resource.block) blocks.push_back({address_of(resource), &*resource.block, resource.drift});
    }
  }
  for (const auto& change : plan.zone_workers) {
    if (change.block) blocks.push_back({address_of(change), &*change.block, change.drift});
  }
  return blocks;
}

Plan make_plan(const PlanInput& input) {
  return Planner(input).run();
}

}  // namespace plumbline::reconciler
