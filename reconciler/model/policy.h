#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "reconciler/model/ownership.h"

namespace plumbline::reconciler {

enum class Prune {
  report,       ///< nothing is written at all
  upsert_only,  ///< nothing is deleted
  sync,         ///< Workers with our tag and without a manifest are deleted
};

enum class DriftAction {
  report,  ///< changes that somebody else made are shown and left
  heal,    ///< they are undone
};

/// How much of the account is read.
enum class Refresh {
  full,  ///< every Worker in scope is read
  list,  ///< only Workers that have changed since the journal last saw them
};

/// For whom a plan is made.
enum class Audience {
  /// People who look at it once: the live modules of what changes are read, and a rollback is looked for only where
  /// something is to be written, or has moved since it was remembered.
  people,
  /// A process that watches the account: it looks for a rollback of each Worker that it does not remember, once.
  watcher,
};

/// A plan that a person has approved.
struct ApprovedPlan {
  std::string digest;  ///< `sha256:<64 hex>`; empty: none was approved
  /// Plan::change_digests of it: a plan that moved since may make those of its changes that were approved.
  std::map<std::string, std::string> changes{};

  friend bool operator==(const ApprovedPlan&, const ApprovedPlan&) = default;
};

/// What may be done about the differences that a plan finds.
struct Policy {
  Owner owner;
  Prune prune = Prune::upsert_only;
  DriftAction drift = DriftAction::heal;
  /// Leave drift alone if it comes back each time it is healed. For callers that heal without being asked.
  bool brake = false;
  bool adopt_unowned = false;  ///< for every Worker; a manifest can also state it for its own
  std::size_t max_deletes = 3;
  double max_delete_percent = 50;
  std::vector<std::string> allow_names{"*"};            ///< `*` matches any characters
  std::optional<std::vector<std::string>> allow_zones;  ///< by name or id; nothing: any
  std::set<std::string> allow_data_loss;                ///< Workers whose data may be destroyed, in whatever way
  std::map<std::string, std::string> named_elsewhere;   ///< names in another source of this instance: which one it is
  std::set<std::string> only;                    ///< if not empty, only these Workers; the plan is then incomplete
  bool needs_approval = false;                   ///< only what was approved is written
  ApprovedPlan approved;                         ///< it may also exceed the limit on deletes
  std::map<std::string, std::string> suspended;  ///< Workers that a person has suspended: `until …: moving the shop`
  std::set<std::string> revert;  ///< Workers whose drift a person wants undone, whatever `drift` and `brake` say

  friend bool operator==(const Policy&, const Policy&) = default;
};

/// Whether --only leaves this Worker in.
inline bool is_in_scope(const std::string& worker, const Policy& policy) {
  return policy.only.empty() || policy.only.contains(worker);
}

}  // namespace plumbline::reconciler
