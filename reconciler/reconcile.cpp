#include "reconciler/reconcile.h"

#include "net/run_on.h"
#include "reconciler/assets.h"
#include "reconciler/consumers.h"
#include "reconciler/ignored.h"
#include "reconciler/missing.h"
#include "reconciler/names.h"
#include "reconciler/observe.h"
#include "reconciler/observe_zones.h"
#include "reconciler/parallel.h"
#include "reconciler/resources.h"
#include "reconciler/secret_values.h"
#include "reconciler/workflows.h"
#include "reconciler/zone_memory.h"

namespace plumbline::reconciler {
namespace {

// Settings, proof by deployment, by version, by content, deployment of what is to be written: each round needs what
// the one before has read. One more than there can be; a further one would be a fault of missing().
constexpr int kMostRounds = 8;

std::vector<Target> read_targets(const manifests::DesiredState& desired, const SecretStores& stores,
                                 const Secret& fingerprint_key, manifests::AssetHashes* hashes) {
  return make_targets(desired, fingerprint_secrets(desired, stores, fingerprint_key), fingerprint_key,
                      read_assets(desired, hashes));
}

Awaitable<> read_workers(const Scope* scope, std::vector<Target>* targets, LiveState* live) {
  for (int round = 0; round < kMostRounds; ++round) {
    resolve_names(*targets, *live);
    resolve_ignored(*targets, *live);
    resolve_consumers(*targets, *live, scope->policy);
    resolve_workflows(*targets, *live, scope->policy);
    auto reads = missing(*targets, *live, scope->policy, scope->refresh);
    if (reads.empty()) break;
    co_await read_parts(scope->account, std::move(reads), live);
  }
}

// What the account does not have any more is not remembered either.
Awaitable<> forget_vanished(Journal* journal, std::string account, const Observations* memory, const LiveState* live) {
  for (const auto& [name, observation] : *memory) {
    if (!live->workers.contains(name)) co_await journal->forget(account, name);
  }
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
    }
    found->second.applied = change.target->identity;
    found->second.managed = change.target->managed;
    found->second.file = change.target->desired->where.file;
    found->second.resource_ids = ids_to_remember(*change.target);
    if (const auto known = known_consumers(*change.live); known.is_known()) found->second.consumers = *known;
    if (const auto known = known_workflows(*change.live); known.is_known()) found->second.workflows = *known;
  }
}

// What a plan is made from.
struct World {
  LiveState live;
  std::vector<Target> targets;
};

}  // namespace

Awaitable<Result<Plan, PassError>> plan_pass(Scope scope, std::shared_ptr<const manifests::DesiredState> desired) {
  auto list = co_await api::list_scripts(scope.account);
  if (!list) co_return std::unexpected(std::move(list.error()));
  const auto memory = co_await scope.journal->observations(scope.account.id);
  const auto now = std::chrono::system_clock::now();
  // The plan goes on with what it was made from.
  auto world = std::make_shared<World>();
  auto& [live, targets] = *world;
  live = live_from_list(*std::move(list), memory, now);
  co_await forget_vanished(scope.journal, scope.account.id, &memory, &live);

  const auto* stores = scope.stores;
  const auto* key = scope.fingerprint_key;
  targets = co_await net::run_on(scope.pool, [desired, stores, key, hashes = scope.asset_hashes] {
    return read_targets(*desired, *stores, *key, hashes);
  });

  const auto zones = co_await scope.journal->notes(zone_notes(scope.account.id, scope.policy.owner));
  const auto resources = co_await scope.journal->notes(resource_notes(scope.account.id, scope.policy.owner));
  live.zones = remembered_zones(zones, resources, scope.zones, scope.refresh);

  std::vector<Awaitable<>> reading;
  reading.push_back(read_workers(&scope, &targets, &live));
  reading.push_back(read_zones(scope.account, &targets, desired.get(), &scope.policy, &live));
  co_await all_of(std::move(reading));

  PlanInput input;
  input.account = scope.account.id;
  input.environment = scope.environment;
  input.targets = &targets;
  input.desired = desired.get();
  input.live = &live;
  input.owner = world;
  input.policy = scope.policy;
  input.calls_per_second = scope.calls_per_second;
  auto plan = make_plan(input);

  auto observations = observed(live, now);
  note_converged(plan, observations);
  co_await scope.journal->remember(scope.account.id, std::move(observations));
  co_await scope.journal->remember_notes(zone_notes(scope.account.id, scope.policy.owner),
                                         zone_note_changes(zones, input, plan));
  co_await scope.journal->remember_notes(resource_notes(scope.account.id, scope.policy.owner),
                                         resource_note_changes(converged_resources(input, plan)));
  co_return plan;
}

}  // namespace plumbline::reconciler
