#pragma once

#include <string>
#include <vector>

#include "daemon/controller/pass.h"
#include "daemon/controller/schedule.h"
#include "daemon/telemetry/status_names.h"

/// What a pass says of its source: each value of status, metrics, log and schedule is defined here, once. Pure.
namespace plumbline::daemon {

/// Whether a change is held back only because drift is to be reported and not healed.
bool is_reported_drift(const reconciler::AddressedBlock& block);

/// What the plan does not carry out, without drift that is only reported.
std::vector<reconciler::AddressedBlock> held_up(const reconciler::Plan& plan);

/// Whether something stands in the way of a change, drift that is only reported apart.
bool is_blocked(const reconciler::Plan& plan);

/// Whether something that the plan would write was not begun, or not finished.
bool is_interrupted(const PassReport& report);

PassResult result_of(const PassReport& report);

/// When to try again: an error of the user is not mended by trying.
PassEnd end_of(const PassReport& report);

/// What the deletes of a pass wait for; only where `deletes_wait_for` names it.
std::string wait_of(const PassReport& report);

/// Sync and health of every Worker that the plan knows, after the apply, also of such whose manifest is broken or that
/// wait to be deleted; then of every ZoneWorker, under its address (`zone_worker.example.com`), which no Worker can be
/// called.
std::vector<WorkerStatus> worker_statuses(const PassReport& report);

/// Synced: every manifest of the revision was read, and every Worker of it is live as asked. OutOfSync: something is
/// known not to be so: a broken manifest, a block, a wait, a write that failed. Unknown: something could not be read.
SyncStatus sync_of(const PassReport& report);

/// What a pass says of one condition.
struct Judgement {
  Truth status = Truth::unknown;
  std::string reason;
  std::string message;  ///< for a person; names the Worker that it is about; may be empty

  friend bool operator==(const Judgement&, const Judgement&) = default;
};

/// True where the pass did all that the source asks for and the policy lets it do. Drift that is only reported is told
/// by Drifted and by `sync`, not here.
Judgement ready_of(const PassReport& report);

/// True where something stands in the way of a change; the first of it.
Judgement blocked_of(const reconciler::Plan& plan);

/// True where no retry can help until a person changes something: a request that the service calls wrong, a manifest
/// with an error, a difference that no write ends. Not for what waits, for what others may mend, or for what a person
/// may still allow (that is Blocked).
Judgement stalled_of(const PassReport& report);

Judgement rate_limited_of(const PassReport& report);

/// `2 added, 1 changed, 0 destroyed`, or why there is nothing: one phrase for logs, status and journal.
std::string summary_of(const PassReport& report);

}  // namespace plumbline::daemon
