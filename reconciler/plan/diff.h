#pragma once

#include <string>
#include <vector>

#include "reconciler/model/live.h"
#include "reconciler/model/plan.h"
#include "reconciler/model/target.h"

namespace plumbline::reconciler {

/// What of a live Worker is not as its manifest says, by the calls that can mend it.
struct WorkerDiff {
  bool create = false;
  bool code = false;                        ///< modules
  bool bindings = false;                    ///< bindings that are not secrets
  std::vector<std::string> versioned;       ///< settings of the version, by key; without bindings
  std::vector<std::string> script_level;    ///< settings of the script: no new version
  bool ownership = false;                   ///< our tag is missing or says something else about pruning
  std::vector<std::string> put_secrets;     ///< added or rotated
  bool new_secret = false;                  ///< one of them is not there yet
  std::vector<std::string> delete_secrets;  ///< under `secrets_policy: exact`
  bool subdomain = false;
  bool schedules = false;
  bool assets = false;
  bool unseen = false;                        ///< settings that only an upload takes, as far as is attested
  bool migrations = false;                    ///< some are pending
  std::vector<std::string> put_consumers;     ///< queues
  std::vector<std::string> delete_consumers;  ///< queues
  std::vector<std::string> put_workflows;
  std::vector<ChangeLine> lines;  ///< the same for a person, and what is dropped or kept
  std::vector<Diagnostic> notes;  ///< for instance a fingerprint key that is not ours

  /// Anything but new values of secrets.
  [[nodiscard]] bool changes_more_than_secrets() const {
    return create || code || bindings || !versioned.empty() || !script_level.empty() || ownership ||
           !delete_secrets.empty() || subdomain || schedules || migrations || assets || unseen ||
           !put_consumers.empty() || !delete_consumers.empty() || !put_workflows.empty();
  }
  [[nodiscard]] bool empty() const { return put_secrets.empty() && !changes_more_than_secrets(); }
  /// Nothing but new values of secrets that are there already.
  [[nodiscard]] bool is_only_rotation() const { return !new_secret && !changes_more_than_secrets(); }
};

/// Pure. `live` is null for a Worker that does not exist; what is unknown of it must have been read
/// before (see missing()), or it counts as different.
WorkerDiff diff_worker(const Target& target, const LiveWorker* live, const Owner& owner);

/// The line of a value that changes, as it looks from both sides.
ChangeLine change_line(std::string what, const std::string& before, const std::string& after);

/// One value for a line of the plan: compact JSON, cut to a readable length.
std::string shown(const Json* value);

}  // namespace plumbline::reconciler
