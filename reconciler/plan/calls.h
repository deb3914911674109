#pragma once

#include <string>
#include <vector>

#include "reconciler/plan/diff.h"

namespace plumbline::reconciler {

/// The calls that mend a Worker, and what follows from them.
struct WorkerCalls {
  std::vector<PlannedCall> calls;
  std::vector<Diagnostic> notes;
  PartValues parts_after;  ///< see WorkerChange
};

/// The fewest calls that mend `diff`, in their order.
///
///   differs                                          | calls
///   -------------------------------------------------+--------------------------------------------------------------
///   the Worker is missing; its code or migrations    | PUT upload with everything inline
///   settings that only an upload takes               | PUT upload, see unseen.h
///   static assets                                    | POST assets-upload-session, uploads of the files that the
///   service
///                                                    | does not have, then the PUT upload; else an upload keeps them
///   bindings, secrets, settings of the version       | PATCH settings: the rest as `inherit`, script settings along
///   settings of the script, ownership                | PATCH script-settings: no new version
///   a secret is to go; several                       | DELETE secret; PATCH secrets-bulk; before one of the first two,
///                                                    | which attests what is left
///   workers.dev                                      | POST subdomain
///   cron triggers                                    | PUT schedules, all of them
///
/// An upload resets what it leaves out, so it carries the live value of whatever the manifest does not manage, as far
/// as it can be read; the notes say of what it cannot.
WorkerCalls calls_for(const Subject& subject, const WorkerDiff& diff, const std::string& revision);

/// The write that brings `diff` to this live Worker, which may be null.
Write least_write(const WorkerDiff& diff, const LiveWorker* live);

/// DELETE of a Worker.
PlannedCall delete_call(const std::string& name, std::string why);

}  // namespace plumbline::reconciler
