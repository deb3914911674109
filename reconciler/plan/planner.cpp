#include "reconciler/plan/planner.h"

#include <algorithm>
#include <set>

#include "manifests/kinds/setting_facts.h"
#include "reconciler/model/live_settings.h"
#include "reconciler/parts/exposure.h"
#include "reconciler/parts/parts.h"
#include "reconciler/plan/bootstrap.h"
#include "reconciler/plan/calls.h"
#include "reconciler/plan/decisions.h"
#include "reconciler/plan/ends.h"
#include "reconciler/plan/gates.h"
#include "reconciler/plan/order.h"
#include "reconciler/plan/origins.h"
#include "reconciler/plan/plan_exposure.h"
#include "reconciler/plan/render.h"
#include "reconciler/plan/summary.h"
#include "reconciler/plan/uncertain.h"
#include "reconciler/plan/waits.h"
#include "reconciler/plan/zone_workers.h"

namespace plumbline::reconciler {
namespace {

const LiveWorker* find_live(const LiveState& live, const std::string& name) {
  const auto found = live.workers.find(name);
  return found == live.workers.end() ? nullptr : &found->second;
}

bool is_applied_again(const Target& target, const LiveWorker* live) {
  return live != nullptr && live->memory && !live->memory->applied.empty() && live->memory->applied == target.identity;
}

std::optional<Block> read_failure(const LiveWorker* live) {
  if (live == nullptr || !live->failure) return std::nullopt;
  return Block{Reason::read_failed, "it could not be read: " + api::to_text(*live->failure), "try again later"};
}

std::optional<Block> first_block(const WorkerChange& change, const WorkerDiff& diff, const Policy& policy) {
  if (auto block = diff.block()) return block;
  if (diff.empty()) return std::nullopt;
  if (auto block = data_loss_block(change.name, change.ends, change.target.get(), policy)) return block;
  if (auto block = allow_block(change.name, policy)) return block;
  if (change.live) {
    if (auto block = rollout_block(*change.target, *change.live)) return block;
  }
  return policy.allow_data_loss.contains(change.name) ? std::nullopt : diff.unread_ends();
}

class Planner {
 public:
  Planner(const PlanInput& input, Diffs diffs)
      : input_(input),
        diffs_(std::move(diffs)),
        account_(account_view(*input.targets, *input.live, input.policy)),
        desired_(input.desired->broken_names.begin(), input.desired->broken_names.end()) {
    diffs_.resize(input.targets->size());
    for (const auto& target : *input.targets) desired_.insert(target.desired->name);
  }

  Plan run() {
    plan_.account = input_.account;
    plan_.owner = input_.policy.owner;
    plan_.environment = input_.environment;
    plan_.policy = input_.policy.prune;
    plan_.revision = input_.desired->revision;
    plan_.observed_at = input_.live->observed_at;
    plan_.observed = shared(*input_.live);
    plan_.diagnostics = input_.desired->diagnostics;
    plan_.complete = input_.policy.only.empty();
    for (std::size_t i = 0; i < diffs_.size(); ++i) {
      const auto& target = input_.targets->items()[i];
      if (is_in_scope(target->desired->name, input_.policy)) plan_.workers.push_back(change_for(target, diffs_[i]));
    }
    for (const auto& name : input_.desired->broken_names) {
      if (!is_in_scope(name, input_.policy)) continue;
      const auto* live = find_live(*input_.live, name);
      plan_.broken.push_back({.name = name, .live = live != nullptr ? shared(*live) : nullptr});
    }
    add_deletes();
    // Before it is asked who waits for whom.
    hold_suspended(plan_, input_.policy);
    const auto first = order_changes(plan_.workers);
    plan_waits(plan_, input_);
    bootstrap(first);
    plan_exposure(input_, plan_);
    hold_suspended(plan_, input_.policy);
    plan_zone_workers(input_, plan_);
    block_needed_deletes();
    gate_deletes(plan_, *input_.desired, input_.policy);
    plan_waits_of_deletes(plan_);
    digest_plan(plan_);
    bound_deletes(plan_, input_.policy, owned());
    hold_unapproved(plan_, input_.policy);
    keep_exposure_of_kept_workers(plan_);
    note_unread_exposure();
    // Whoever deletes does not wait for them: the service refuses to delete what another Worker binds (10142).
    if (plan_.deferred > 0) plan_.complete = false;
    sign_versions();
    plan_.errored = has_errors(plan_.diagnostics);
    count_unlooked();
    summarise(plan_, input_.calls_per_second);
    return std::move(plan_);
  }

 private:
  // A part of what is planned from.
  template <class Value>
  [[nodiscard]] std::shared_ptr<const Value> shared(const Value& value) const {
    return input_.owner ? std::shared_ptr<const Value>(input_.owner, &value) : std::make_shared<const Value>(value);
  }

  WorkerChange change_for(const std::shared_ptr<const Target>& target, std::optional<WorkerDiff>& known) {
    const auto* live = find_live(*input_.live, target->desired->name);
    const Subject subject{target.get(), live, &account_};
    WorkerChange change;
    change.name = target->desired->name;
    change.file = target->desired->where.file;
    change.target = target;
    change.losers = losers(subject);
    if (live != nullptr) change.live = shared(*live);
    if (live != nullptr && live->deferred) {
      change.deferred = true;
      ++plan_.deferred;
      return change;
    }
    if (const auto absent = input_.live->absent.find(change.name); absent != input_.live->absent.end()) {
      change.absent_at = absent->second;
    }
    change.block = obstacle(subject);
    if (change.block && change.block->reason == Reason::ownership_conflict) {
      change.once_adopted = differences_once_adopted(subject);
    }
    if (!change.block) add_differences(subject, known ? *std::move(known) : diff_worker(subject), change);
    // What could not be read may hold anything.
    if (change.block && change.block->reason == Reason::read_failed) plan_.complete = false;
    return change;
  }

  // As far as it was read, which is only done for people.
  static std::vector<ChangeLine> differences_once_adopted(const Subject& subject) {
    if (subject.live == nullptr || !subject.live->settings.is_known()) return {};
    return diff_worker(subject).lines();
  }

  // Why the Worker is not even compared.
  [[nodiscard]] std::optional<Block> obstacle(const Subject& subject) const {
    if (auto block = read_failure(subject.live)) return block;
    if (subject.live != nullptr) {
      if (auto block = ownership_block(*subject.target, *subject.live, input_.policy)) return block;
    }
    if (auto block = contested_block(*subject.target, subject.live, input_.policy)) return block;
    if (auto block = uncertain(subject.name())) return block;
    return first_obstacle(subject);
  }

  [[nodiscard]] std::optional<Block> uncertain(const std::string& name) const {
    if (!is_uncertain(name, input_)) return std::nullopt;
    return uncertain_block(name, input_.live->uncertain.at(name));
  }

  void add_differences(const Subject& subject, WorkerDiff diff, WorkerChange& change) {
    const auto* live = subject.live;
    change.importing = live != nullptr && is_adoption(*subject.target, *live, input_.policy);
    // A transfer is asked for by the manifest, whoever applied it before.
    if (live != nullptr && !change.importing && !diff.empty()) set_origins(subject, diff);
    change.lines = diff.lines();
    change.origin = origin_of(change.lines);
    for (const auto& part : diff.parts) note(part.notes);
    if (!diff.empty()) note_ends(change, diff.ends());
    change.block = first_block(change, diff, input_.policy);
    if (diff.empty()) {
      change.importing = false;
      return;
    }
    if (live != nullptr) change.others = others_version(*live);
    change.action = live == nullptr ? Action::create : Action::update;
    auto written = calls_for(subject, diff, input_.desired->revision);
    change.calls = std::move(written.calls);
    change.parts_after = std::move(written.parts_after);
    note(written.notes);
    change.only_rotation = diff.is_only_rotation();
    change.reapplied = !change.importing && is_applied_again(*subject.target, live);
    if (live != nullptr) gate_edits(change, *live);
  }

  void note(const std::vector<Diagnostic>& notes) {
    plan_.diagnostics.insert(plan_.diagnostics.end(), notes.begin(), notes.end());
  }

  static void note_ends(WorkerChange& change, std::vector<Ended> ends) {
    for (auto& line : end_lines(ends)) change.lines.push_back(std::move(line));
    change.ends = std::move(ends);
  }

  [[nodiscard]] std::optional<OthersVersion> others_version(const LiveWorker& live) const {
    auto author = known_author(live);
    const auto owned = ownership_of(live_tags(live));
    if (!author || author->writer == input_.writer || (owned && owned->owner != input_.policy.owner))
      return std::nullopt;
    const auto* deployment = live.deployment.if_known();
    const bool told = deployment != nullptr && !deployment->created_on.empty();
    return OthersVersion{*std::move(author),
                         told ? deployment->created_on : std::string(string_member(live.entry, "modified_on"))};
  }

  void gate_edits(WorkerChange& change, const LiveWorker& live) const {
    if (has_drift(change.origin)) change.edit = maker_of_active(live);
    if (input_.policy.revert.contains(change.name)) return;
    if (change.reapplied && input_.policy.brake && !change.block) {
      change.block = mending_block(change, live, input_.live->observed_at);
    }
    if (change.origin == Origin::drift && input_.policy.drift == DriftAction::report && !change.block) {
      change.block =
          Block{Reason::drifted, "the live Worker was changed since the last apply, and drift is only reported",
                "set `drift: heal` for the source, or change the manifest"};
    }
  }

  // Ours by its tag, and no manifest asks for it.
  void add_deletes() {
    for (const auto& [name, live] : input_.live->workers) {
      const auto owned = ownership_of(live_tags(live));
      if (!owned || owned->owner != input_.policy.owner) continue;
      owned_.insert(name);
      if (desired_.contains(name) || !is_in_scope(name, input_.policy)) continue;
      WorkerChange change;
      change.name = name;
      change.live = shared(live);
      change.reason = "no manifest; owned by " + to_string(owned->owner);
      const auto kept = why_kept(name, *owned);
      change.reason += kept;
      change.action = kept.empty() ? Action::remove : Action::forget;
      if (kept.empty()) plan_delete(live, change);
      plan_.workers.push_back(std::move(change));
    }
  }

  [[nodiscard]] std::string why_kept(const std::string& name, const Ownership& owned) const {
    if (input_.policy.named_elsewhere.contains(name)) return "; another source names it now";
    if (owned.keep) return "; kept, because its manifest said prune: false";
    if (input_.policy.prune == Prune::upsert_only) return "; not deleted under policy upsert-only";
    return {};
  }

  void plan_delete(const LiveWorker& live, WorkerChange& change) {
    change.others = others_version(live);
    const auto diff = diff_of_delete({nullptr, &live, &account_});
    note_ends(change, diff.ends());
    for (const auto& part : diff.parts) {
      change.lines.insert(change.lines.end(), part.lines.begin(), part.lines.end());
      change.calls.insert(change.calls.end(), part.first.begin(), part.first.end());
    }
    change.calls.push_back(delete_call(change.name, "no manifest asks for it"));
    change.block = read_failure(&live);
    const bool may_lose_data = input_.policy.allow_data_loss.contains(change.name);
    if (!change.block && !may_lose_data) change.block = diff.unread_ends();
    if (change.block) plan_.complete = false;
    if (!change.block) change.block = diff.block();
    // It bears our tag, and may be somebody else's all the same.
    if (!change.block) change.block = uncertain(change.name);
  }

  // Of each kind, what is live and the source's.
  [[nodiscard]] Owned owned() const {
    const auto ours = [this](const std::string& worker) { return owned_.contains(worker); };
    Owned owned;
    owned.workers = owned_.size();
    const auto& zones = input_.live->zones;
    for (const auto* part : exposure_parts()) {
      auto& count = owned.exposure[part->type()];
      for (const auto& found : part->found(zones)) count += ours(found.worker) ? 1 : 0;
    }
    for (const auto& name : owned_) {
      const auto& live = input_.live->workers.at(std::string(name));
      for (const auto* part : parts()) owned.consumers += part->count_held(live, Ended::Kind::queue_consumer);
    }
    owned.filters = owned_filters(zones);
    return owned;
  }

  // The service refuses to delete what others bind (10142), and it would break them.
  void block_needed_deletes() {
    const auto is_delete = [](const WorkerChange& change) { return change.action == Action::remove; };
    if (std::ranges::none_of(plan_.workers, is_delete)) return;
    std::map<std::string, std::string> needed_by;
    for (const auto& change : plan_.workers) {
      if (change.action == Action::remove) continue;
      for (const auto& name : references(settings_after(change))) needed_by.emplace(name, change.name);
    }
    for (auto& change : plan_.workers) {
      const auto found = needed_by.find(change.name);
      if (change.action != Action::remove || found == needed_by.end()) continue;
      const auto by = worker_address(found->second);
      change.block = Block{.reason = Reason::dependency_not_ready,
                           .message = by + " still refers to it",
                           .override_with = "take the reference out of " + by + " first",
                           .waits_for = {by}};
    }
  }

  // What of a Worker can refer to others, as it will be: what its manifest states, else what is live.
  static JsonObject settings_after(const WorkerChange& change) {
    const auto live = change.live ? LiveSettings(*change.live) : LiveSettings();
    // One that is not written stays as it is. Of one that is not ours only a plan for people knows more: what is
    // planned may not depend on that.
    const bool foreign = change.block && change.block->reason == Reason::ownership_conflict;
    const bool held = change.block && live.is_known() && !foreign;
    JsonObject out;
    for (const auto& fact : manifests::setting_facts()) {
      if (!fact.names_workers()) continue;
      const auto* stated = change.target && !held ? member(change.target->settings, fact.name) : nullptr;
      const auto* value = stated != nullptr ? stated : live.find(fact.name);
      if (value != nullptr) out[fact.name] = *value;
    }
    return out;
  }

  void bootstrap(const std::set<std::string>& first) {
    std::set<std::string> absent;
    for (const auto& change : plan_.workers) {
      if (change.action == Action::create) absent.insert(change.name);
    }
    for (auto& change : plan_.workers) {
      if (!first.contains(change.name) || change.block || change.action != Action::create) continue;
      change.bootstrap = true;
      change.calls = bootstrap_calls(*change.target, absent, account_, input_.desired->revision);
    }
  }

  // A plan without them can be compared with no other; yet only what they are about is held up by it.
  void note_unread_exposure() {
    const bool unread = std::ranges::any_of(plan_.workers, [](const WorkerChange& change) {
      return std::ranges::any_of(change.exposure, &ExposureChange::unread);
    });
    if (unread || std::ranges::any_of(plan_.zone_workers, &ZoneWorkerChange::unread)) plan_.complete = false;
  }

  void sign_versions() {
    if (input_.writer.empty()) return;
    for (auto& change : plan_.workers) {
      for (auto& call : change.calls) {
        auto* body = call.body.if_object();
        auto* annotations = body != nullptr ? body->if_contains("annotations") : nullptr;
        if (annotations != nullptr) sign(annotations->get_object(), input_.writer);
      }
    }
  }

  void count_unlooked() {
    for (const auto& change : plan_.workers) {
      const bool needs_nothing = change.action == Action::no_op && !change.block && !change.deferred && change.live;
      if (needs_nothing && rests_on_settings(*change.live)) ++plan_.rollbacks_not_looked_for;
    }
  }

  const PlanInput& input_;
  Diffs diffs_;
  AccountView account_;
  std::set<std::string_view> desired_;  ///< names that manifests carry, those with errors too
  Plan plan_;
  std::set<std::string_view> owned_;  ///< live Workers that bear the source's tag
};

}  // namespace

Plan make_plan(const PlanInput& input, Diffs diffs) {
  return Planner(input, std::move(diffs)).run();
}

}  // namespace plumbline::reconciler
