#pragma once

#include <string>
#include <vector>

#include "reconciler/diff.h"
#include "reconciler/live.h"
#include "reconciler/plan.h"
#include "reconciler/target.h"

namespace plumbline::reconciler {

/// The fewest calls that mend `diff`, in their order. Pure.
///
///   differs                          | calls
///   ---------------------------------+------------------------------------------------------------------
///   Worker missing, or its code      | PUT upload with everything inline
///   bindings, secrets, or settings   | PATCH settings: the rest as `inherit`, script settings
///   along with it of the version                   | script settings, ownership       | PATCH
///   script-settings (no new version) a secret that is to go           | DELETE secret before one
///   of the first two, which attest the result workers.dev                      | POST subdomain
///   cron triggers                    | PUT schedules, all of them
///   migrations are pending           | PUT upload
///   static assets                    | POST assets-upload-session before the upload, and uploads of the files that
///                                    | the service does not have; else an upload keeps what is there
///
/// An upload resets what it leaves out, so it carries the live value of whatever the manifest does
/// not manage.
std::vector<PlannedCall> calls_for(const Target& target, const LiveWorker* live, const WorkerDiff& diff,
                                   const Owner& owner, const std::string& revision);

/// DELETE of a Worker.
PlannedCall delete_call(const std::string& name, std::string why);

}  // namespace plumbline::reconciler
