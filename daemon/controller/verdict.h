#pragma once

#include <string>
#include <vector>

#include "daemon/controller/pass.h"
#include "daemon/controller/schedule.h"
#include "daemon/telemetry/status_names.h"

/// The conclusions from a pass about its source. Each value of status, metrics, log and schedule is defined here, once.
/// Pure.
namespace plumbline::daemon {

/// Whether a change is held back only because drift is to be reported and not healed.
bool is_reported_drift(const reconciler::AddressedBlock& block);

/// The changes that the plan does not make, except drift that is only reported.
std::vector<reconciler::AddressedBlock> held_up(const reconciler::Plan& plan);

/// Whether any change is blocked, apart from drift that is only reported.
bool is_blocked(const reconciler::Plan& plan);

/// Whether a write of the plan was not started, or not finished.
bool is_interrupted(const PassReport& report);

PassResult result_of(const PassReport& report);

/// When to try again. Errors that the user has to fix are not tried again soon.
PassEnd end_of(const PassReport& report);

/// Synced: every manifest of the revision was read, and every Worker of it is live as asked. OutOfSync: something is
/// known to differ: a broken manifest, a block, a wait, a write that failed. Unknown: something could not be read.
SyncStatus sync_of(const PassReport& report);

/// The conclusion about one condition.
struct Judgement {
  Truth status = Truth::unknown;
  std::string reason;
  std::string message;  ///< for a person; names the Workers concerned; may be empty

  friend bool operator==(const Judgement&, const Judgement&) = default;
};

/// True if the pass did everything that the source asks for and the policy allows. Drift that is only reported does not
/// count here; Drifted and `sync` report it.
Judgement ready_of(const PassReport& report);

/// True if any change is blocked: `OwnershipConflict: worker.a, worker.b and 3 more; DataLoss: worker.c`, and the
/// message of the first one.
Judgement blocked_of(const reconciler::Plan& plan);

/// True if no retry can help until a person changes something: a request that the service calls wrong, a manifest with
/// an error, a difference that no write can remove. Not for changes that wait, that others may resolve, or that a
/// person may still allow (that is Blocked).
Judgement stalled_of(const PassReport& report);

Judgement rate_limited_of(const PassReport& report);

/// `2 added, 1 changed, 0 destroyed`, or why there is nothing: one phrase for log, status and journal.
std::string summary_of(const PassReport& report);

}  // namespace plumbline::daemon
