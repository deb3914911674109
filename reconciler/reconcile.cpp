#include "reconciler/reconcile.h"

#include <boost/asio/this_coro.hpp>
#include <string_view>
#include <utility>

#include "net/run_on.h"
#include "reconciler/apply/secret_values.h"
#include "reconciler/journal/uncertain_notes.h"
#include "reconciler/journal/zone_memory.h"
#include "reconciler/model/live_settings.h"
#include "reconciler/observe/census.h"
#include "reconciler/observe/observe.h"
#include "reconciler/observe/observe_zones.h"
#include "reconciler/observe/parallel.h"
#include "reconciler/observe/read_workers.h"
#include "reconciler/parts/assets.h"
#include "reconciler/parts/names.h"
#include "reconciler/parts/parts.h"
#include "reconciler/pass_memory.h"
#include "reconciler/plan/deferral.h"
#include "reconciler/plan/gates.h"
#include "reconciler/plan/plan_exposure.h"
#include "reconciler/plan/planner.h"
#include "reconciler/plan/targets.h"
#include "reconciler/plan/uncertain.h"

namespace plumbline::reconciler {
namespace {

// The targets of an earlier pass serve as long as they would be made from the same.
PreparedTargets prepare(std::shared_ptr<const manifests::DesiredState> desired, const SecretStores& stores,
                        const Secret& fingerprint_key, manifests::AssetHashes* hashes, const PreparedTargets* before) {
  PreparedTargets made;
  made.secrets = fingerprint_secrets(*desired, stores, fingerprint_key);
  made.fingerprint_key = fingerprint_key.copy();
  made.desired = std::move(desired);
  const bool same_key = before != nullptr && before->fingerprint_key.reveal() == fingerprint_key.reveal();
  if (same_key && before->desired == made.desired && before->secrets == made.secrets) {
    made.targets = before->targets;
    return made;
  }
  made.targets = std::make_shared<const TargetList>(make_targets(*made.desired, made.secrets, fingerprint_key,
                                                                 read_assets(*made.desired, hashes),
                                                                 same_key ? before->targets.get() : nullptr));
  return made;
}

// The Workers that ask for something else than before.
std::set<std::string> changed_between(const Targets& before, const Targets& now) {
  std::set<std::string> changed;
  if (!before || before == now) return changed;
  std::map<std::string_view, const Target*> earlier;
  for (const auto& target : *before) earlier.emplace(target.manifest->name, &target);
  for (const auto& target : *now) {
    const auto found = earlier.find(target.manifest->name);
    const bool same =
        found != earlier.end() && (found->second == &target || found->second->identity == target.identity);
    if (!same) changed.insert(target.manifest->name);
  }
  return changed;
}

// A Worker that is to be made, and one that the list has lost, are asked for before anything is decided on them.
void doubt(LiveState& live, const TargetList& targets, const Policy& policy, std::set<std::string> lost) {
  live.doubtful = std::move(lost);
  for (const auto& target : targets) {
    const auto& name = target.desired->name;
    const bool ours_to_make = is_in_scope(name, policy) && !allow_block(name, policy);
    if (ours_to_make && !live.workers.contains(name)) live.doubtful.insert(name);
  }
}

// What the account does not have any more is not remembered either.
Awaitable<> forget_vanished(Journal* journal, std::string account, const LiveState* live) {
  for (const auto& [name, since] : live->absent) co_await journal->forget(account, name);
}

// What somebody has decided on since is uncertain no longer.
Awaitable<> settle_uncertain(const Scope* scope, const PlanInput* input) {
  NoteChanges settled;
  for (const auto& [name, create] : input->live->uncertain) {
    if (!is_uncertain(name, *input)) settled[name] = std::nullopt;
  }
  if (settled.empty()) co_return;
  co_await scope->journal->remember_notes(uncertain_notes(scope->account.id, scope->policy.owner), std::move(settled));
}

// A Worker that needs nothing is as its manifest says: from here on, a difference without a new manifest is drift.
void note_converged(const Plan& plan, std::map<std::string, Observation>& observations) {
  for (const auto& change : plan.workers) {
    if (change.action != Action::no_op || change.block || change.deferred || !change.target || !change.live) continue;
    auto found = observations.find(change.name);
    if (found == observations.end()) {
      const auto& memory = change.live->memory;
      const bool same = memory && memory->applied == change.target->identity &&
                        memory->file == change.target->desired->where.file &&
                        memory->resource_ids == ids_to_remember(*change.target);
      if (!memory || same) continue;
      found = observations.emplace(change.name, *memory).first;
      // The list may have told more than the memory had.
      if (const LiveSettings settings(*change.live); settings.is_known()) found->second.settings = settings.copy();
    }
    found->second.applied = change.target->identity;
    found->second.managed = change.target->managed;
    found->second.file = change.target->desired->where.file;
    found->second.resource_ids = ids_to_remember(*change.target);
    remember_known_parts(*change.live, found->second);
    found->second.agreed = agreed_of(found->second);
  }
}

// What a plan is made from.
struct World {
  LiveState live;
  TargetList targets;
  /// What the plan before was made from. Whoever drops the plan drops this as well, which takes as long.
  std::optional<PassMemory::Settled> settled_before;
};

// One pass. Lives in the frame of plan_pass().
class Pass {
 public:
  Pass(Scope scope, std::shared_ptr<const manifests::DesiredState> desired, const net::Executor& executor)
      : scope_(std::move(scope)), desired_(std::move(desired)), own_lists_(executor) {
    if (scope_.lists == nullptr) scope_.lists = &own_lists_;
  }

  Awaitable<Result<Plan, PassError>> run() {
    auto census = co_await take_census({.account = scope_.account,
                                        .journal = scope_.journal,
                                        .lists = scope_.lists,
                                        .not_before = scope_.list_not_before.value_or(std::chrono::system_clock::now()),
                                        .read_lag = scope_.read_lag});
    if (!census) co_return std::unexpected(std::move(census.error()));
    census_ = *std::move(census);
    co_await prepare_targets();
    co_await recall_zones();
    if (is_as_settled()) {
      co_await read_zones_again(scope_.account, scope_.memory->settled->zone_reads, &zones_);
      if (zones_ == scope_.memory->settled->zones) co_return unchanged();
      zone_reads_ = scope_.memory->settled->zone_reads;
    }
    if (auto known = co_await read(); !known) co_return std::unexpected(std::move(known.error()));
    co_return co_await plan();
  }

 private:
  [[nodiscard]] Refresh zone_refresh() const {
    return scope_.refresh == Refresh::full ? Refresh::full : scope_.zone_refresh;
  }

  [[nodiscard]] bool is_superseded() const { return scope_.superseded && scope_.superseded(); }

  Awaitable<> prepare_targets() {
    auto* memory = scope_.memory;
    const auto* before = memory != nullptr && memory->prepared.targets ? &memory->prepared : nullptr;
    auto prepared =
        co_await net::run_on(scope_.pool, [desired = desired_, stores = scope_.stores, key = scope_.fingerprint_key,
                                           hashes = scope_.asset_hashes,
                                           before] { return prepare(desired, *stores, *key, hashes, before); });
    targets_ = prepared.targets;
    if (memory == nullptr) co_return;
    memory->urgent.merge(changed_between(memory->prepared.targets, prepared.targets));
    memory->prepared = std::move(prepared);
  }

  Awaitable<> recall_zones() {
    zone_notes_ = co_await scope_.journal->notes(zone_notes(scope_.account.id, scope_.policy.owner));
    const auto exposure = co_await scope_.journal->notes(exposure_notes(scope_.account.id, scope_.policy.owner));
    zones_ = remembered_zones(zone_notes_, exposure, scope_.zones, zone_refresh());
  }

  // Whether a plan would be made from what the last one was made from, as far as the zones are the same.
  [[nodiscard]] bool is_as_settled() const {
    if (scope_.memory == nullptr || !scope_.memory->settled || zone_refresh() != Refresh::list) return false;
    const auto& settled = *scope_.memory->settled;
    return settled.targets == targets_ && settled.list == census_.listing->items && settled.policy == scope_.policy &&
           settled.generation == scope_.journal->generation(scope_.account.id) && census_.lost.empty();
  }

  [[nodiscard]] Plan unchanged() const {
    Plan plan;
    plan.unchanged = true;
    plan.observed_at = census_.listing->begun;
    return plan;
  }

  Awaitable<Result<void, PassError>> read() {
    auto& live = world_->live;
    auto& targets = world_->targets;
    const auto limit = limit_of_reads();
    co_await net::run_on(scope_.pool, [this, &limit] {
      world_->live = live_from_list(census_.listing->items, census_.memory, census_.listing->begun);
      world_->targets = *targets_;
      doubt(world_->live, world_->targets, scope_.policy, std::move(census_.lost));
      if (limit) defer_reads(world_->targets, scope_.policy, *limit, world_->live);
      return true;
    });
    live.uncertain =
        uncertain_from(co_await scope_.journal->notes(uncertain_notes(scope_.account.id, scope_.policy.owner)));
    live.zones = std::move(zones_);
    WorkerReading reading{.account = scope_.account,
                          .lists = scope_.lists,
                          .policy = &scope_.policy,
                          .refresh = scope_.refresh,
                          .audience = scope_.audience,
                          .pool = scope_.pool,
                          .goes_on = [this] { return !is_superseded(); }};
    std::vector<Awaitable<>> reads;
    if (scope_.audience == Audience::watcher) {
      // While the pool works on what was read, nothing else may.
      co_await read_workers(std::move(reading), &census_.memory, &targets, &live, &diffs_);
    } else {
      // Somebody waits, and nobody else needs this thread.
      reading.pool = co_await boost::asio::this_coro::executor;
      reads.push_back(read_workers(std::move(reading), &census_.memory, &targets, &live, &diffs_));
    }
    reads.push_back(read_zones(scope_.account, &targets, desired_.get(), &scope_.policy, &live, &zone_reads_));
    co_await all_of(std::move(reads));
    if (!is_superseded()) co_return Result<void, PassError>();
    // However often commits come, what was read is read.
    co_await remember(observed(live, live.observed_at));
    co_return std::unexpected(own_error(api::ErrorKind::cancelled, "a newer revision has come"));
  }

  // What was read of a Worker that somebody has written meanwhile may be older than the write.
  Awaitable<> remember(std::map<std::string, Observation> observations) {
    std::erase_if(observations, [this](const auto& observation) {
      return scope_.journal->is_written_since(scope_.account.id, observation.first, world_->live.observed_at);
    });
    co_await scope_.journal->remember(scope_.account.id, std::move(observations));
  }

  [[nodiscard]] std::optional<ReadLimit> limit_of_reads() const {
    if (!scope_.most_reads) return std::nullopt;
    ReadLimit limit{.workers = *scope_.most_reads, .urgent = {}};
    if (scope_.memory != nullptr) limit.urgent = scope_.memory->urgent;
    return limit;
  }

  Awaitable<Plan> plan() {
    const auto& live = world_->live;
    const auto& targets = world_->targets;
    co_await forget_vanished(scope_.journal, scope_.account.id, &live);
    PlanInput input;
    input.account = scope_.account.id;
    input.environment = scope_.environment;
    input.targets = &targets;
    input.desired = desired_.get();
    input.live = &live;
    input.owner = world_;
    input.policy = scope_.policy;
    input.writer = scope_.journal->writer();
    input.calls_per_second = scope_.calls_per_second;
    auto plan = co_await net::run_on(scope_.pool, [this, &input] { return make_plan(input, std::move(diffs_)); });
    co_await settle_uncertain(&scope_, &input);
    auto observations = co_await net::run_on(scope_.pool, [&plan, &live] {
      auto seen = observed(live, live.observed_at);
      note_converged(plan, seen);
      return seen;
    });
    co_await remember(std::move(observations));
    co_await scope_.journal->remember_notes(zone_notes(scope_.account.id, scope_.policy.owner),
                                            zone_note_changes(zone_notes_, input, plan));
    co_await scope_.journal->remember_notes(exposure_notes(scope_.account.id, scope_.policy.owner),
                                            exposure_note_changes(converged_exposure(input, plan)));
    if (scope_.memory != nullptr) note_in(*scope_.memory, plan);
    co_return plan;
  }

  void note_in(PassMemory& memory, const Plan& plan) {
    // Those that could not be read are read first the next time.
    std::set<std::string> unread;
    for (const auto& change : plan.workers) {
      if (change.live && change.live->failure && memory.urgent.contains(change.name)) unread.insert(change.name);
    }
    memory.urgent = std::move(unread);
    world_->settled_before = std::exchange(memory.settled, std::nullopt);
    if (plan.has_changes() || plan.has_blocks() || !plan.complete || plan.errored) return;
    memory.settled = {.targets = targets_,
                      .list = census_.listing->items,
                      .policy = scope_.policy,
                      .generation = scope_.journal->generation(scope_.account.id),
                      .zone_reads = std::move(zone_reads_),
                      .zones = world_->live.zones};
  }

  Scope scope_;
  std::shared_ptr<const manifests::DesiredState> desired_;
  ListReader own_lists_;
  Census census_;
  Targets targets_;
  Notes zone_notes_;
  LiveZones zones_;
  std::vector<ZoneRead> zone_reads_;
  Diffs diffs_;
  /// The plan goes on with what it was made from.
  std::shared_ptr<World> world_ = std::make_shared<World>();
};

}  // namespace

Awaitable<Result<Plan, PassError>> plan_pass(Scope scope, std::shared_ptr<const manifests::DesiredState> desired) {
  Pass pass(std::move(scope), std::move(desired), co_await boost::asio::this_coro::executor);
  co_return co_await pass.run();
}

}  // namespace plumbline::reconciler
