#include "reconciler/reconcile.h"

#include "net/run_on.h"
#include "reconciler/apply/secret_values.h"
#include "reconciler/journal/uncertain_notes.h"
#include "reconciler/journal/zone_memory.h"
#include "reconciler/observe/census.h"
#include "reconciler/observe/observe.h"
#include "reconciler/observe/observe_zones.h"
#include "reconciler/observe/parallel.h"
#include "reconciler/parts/assets.h"
#include "reconciler/parts/ignored.h"
#include "reconciler/parts/names.h"
#include "reconciler/parts/parts.h"
#include "reconciler/plan/gates.h"
#include "reconciler/plan/missing.h"
#include "reconciler/plan/plan_exposure.h"
#include "reconciler/plan/planner.h"
#include "reconciler/plan/targets.h"
#include "reconciler/plan/uncertain.h"

namespace plumbline::reconciler {
namespace {

// Whether a Worker is there, by the beta list and by name, settings, proof by deployment, by version, by content,
// deployment of what is to be written, its version by the beta API, first one and then all: each round needs what the
// one before has read. One more than there can be; a further one would be a fault of missing().
constexpr int kMostRounds = 12;

std::vector<Target> read_targets(const manifests::DesiredState& desired, const SecretStores& stores,
                                 const Secret& fingerprint_key, manifests::AssetHashes* hashes) {
  return make_targets(desired, fingerprint_secrets(desired, stores, fingerprint_key), fingerprint_key,
                      read_assets(desired, hashes));
}

// A Worker that is there although the list does not show it: only another reading tells all of it.
Awaitable<> read_unlisted(const Scope* scope, const Observations* memory, LiveState* live) {
  if (live->unlisted.empty()) co_return;
  auto list = co_await api::list_scripts(scope->account);
  // What cannot be read now shows nothing either.
  add_unlisted(*live, list ? *std::move(list) : JsonArray(), *memory);
}

Awaitable<> read_workers(const Scope* scope, const Observations* memory, std::vector<Target>* targets, LiveState* live,
                         Diffs* diffs) {
  for (int round = 0; round < kMostRounds; ++round) {
    resolve_names(*targets, *live);
    resolve_ignored(*targets, *live);
    auto next = missing(*targets, *live, scope->policy, scope->refresh, scope->audience);
    *diffs = std::move(next.diffs);
    if (next.reads.empty()) co_return;
    co_await read_parts(scope->account, std::move(next.reads), live);
    co_await read_unlisted(scope, memory, live);
  }
  // They are of what was known before the last reads.
  diffs->clear();
}

// A Worker that is to be made, and one that the list has lost, are asked for before anything is decided on them.
void doubt(LiveState& live, const std::vector<Target>& targets, const Policy& policy, std::set<std::string> lost) {
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
    if (change.action != Action::no_op || change.block || !change.target || !change.live) continue;
    auto found = observations.find(change.name);
    if (found == observations.end()) {
      const auto& memory = change.live->memory;
      const bool same = memory && memory->applied == change.target->identity &&
                        memory->file == change.target->desired->where.file &&
                        memory->resource_ids == ids_to_remember(*change.target);
      if (!memory || same) continue;
      found = observations.emplace(change.name, *memory).first;
      // The list may have told more than the memory had.
      if (const auto settings = known_settings(*change.live); settings.is_known()) found->second.settings = *settings;
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
  std::vector<Target> targets;
};

}  // namespace

Awaitable<Result<Plan, PassError>> plan_pass(Scope scope, std::shared_ptr<const manifests::DesiredState> desired) {
  auto census = co_await take_census(scope.account, scope.journal, scope.read_lag);
  if (!census) co_return std::unexpected(std::move(census.error()));
  const auto& memory = census->memory;
  const auto now = std::chrono::system_clock::now();
  // The plan goes on with what it was made from.
  auto world = std::make_shared<World>();
  auto& [live, targets] = *world;
  live = live_from_list(std::move(census->list), memory, now);

  const auto* stores = scope.stores;
  const auto* key = scope.fingerprint_key;
  targets = co_await net::run_on(scope.pool, [desired, stores, key, hashes = scope.asset_hashes] {
    return read_targets(*desired, *stores, *key, hashes);
  });

  doubt(live, targets, scope.policy, std::move(census->lost));
  live.uncertain = uncertain_from(co_await scope.journal->notes(uncertain_notes(scope.account.id, scope.policy.owner)));

  const auto zones = co_await scope.journal->notes(zone_notes(scope.account.id, scope.policy.owner));
  const auto exposure = co_await scope.journal->notes(exposure_notes(scope.account.id, scope.policy.owner));
  live.zones = remembered_zones(zones, exposure, scope.zones, scope.refresh);

  Diffs diffs;
  std::vector<Awaitable<>> reading;
  reading.push_back(read_workers(&scope, &memory, &targets, &live, &diffs));
  reading.push_back(read_zones(scope.account, &targets, desired.get(), &scope.policy, &live));
  co_await all_of(std::move(reading));
  co_await forget_vanished(scope.journal, scope.account.id, &live);

  PlanInput input;
  input.account = scope.account.id;
  input.environment = scope.environment;
  input.targets = &targets;
  input.desired = desired.get();
  input.live = &live;
  input.owner = world;
  input.policy = scope.policy;
  input.writer = scope.journal->writer();
  input.calls_per_second = scope.calls_per_second;
  auto plan = make_plan(input, std::move(diffs));
  co_await settle_uncertain(&scope, &input);

  auto observations = observed(live, now);
  note_converged(plan, observations);
  co_await scope.journal->remember(scope.account.id, std::move(observations));
  co_await scope.journal->remember_notes(zone_notes(scope.account.id, scope.policy.owner),
                                         zone_note_changes(zones, input, plan));
  co_await scope.journal->remember_notes(exposure_notes(scope.account.id, scope.policy.owner),
                                         exposure_note_changes(converged_exposure(input, plan)));
  co_return plan;
}

}  // namespace plumbline::reconciler
