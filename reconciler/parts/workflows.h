#pragma once

#include <optional>
#include <vector>

#include "reconciler/model/live.h"
#include "reconciler/model/plan.h"
#include "reconciler/model/policy.h"
#include "reconciler/model/target.h"
#include "reconciler/plan/diff.h"

/// Workflows, held by the Worker whose class implements them. Pure.
///
/// A workflow that a manifest no longer names is kept and reported: deleting it ends its instances. The list of
/// workflows does not tell their limits: those are compared with what we wrote last, and written once where nothing is
/// remembered.
namespace plumbline::reconciler {

/// What GET …/workflows lists.
Workflows workflows_of(const JsonArray& list);

/// Notes the workflows of an account, and at each Worker which of them it holds.
void set_workflows(LiveState& live, Workflows workflows);

/// By name, as the manifest writes them: `{class_name, limits?}`; empty where none are managed.
Triggers desired_workflows(const Target& target);

/// The same of a live Worker: as read, with the limits that are remembered, else as a clean one is remembered.
Known<Triggers> known_workflows(const LiveWorker& worker);

/// Whether the account's workflows have to be read to decide on this Worker, which may be null.
bool needs_workflows(const Target& target, const LiveWorker* worker);

/// Fills in what the triggers of `targets` need to know of the workflows, if those were read.
void resolve_workflows(std::vector<Target>& targets, const LiveState& live, const Policy& policy);

/// A workflow of somebody else; `worker` may be null.
std::optional<Block> workflow_block(const Target& target, const LiveWorker* worker, const LiveState& live);

void diff_workflows(const Target& target, const LiveWorker* worker, WorkerDiff& diff);

void add_workflow_calls(const Target& target, const LiveWorker* worker, const WorkerDiff& diff,
                        std::vector<PlannedCall>& calls);

/// Takes from a Worker that is to be deleted what a manifest of `targets` takes over before.
void leave_to_takers(LiveWorker& worker, const std::vector<Target>& targets);

/// What is remembered after the calls of a change.
Triggers workflows_after(const Target& target, const LiveWorker* worker);

/// What is live of what the manifest states; nothing of a workflow that it does not name.
Triggers workflows_before(const Target& target, const LiveWorker& worker);

}  // namespace plumbline::reconciler
