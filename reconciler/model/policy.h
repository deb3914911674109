#pragma once

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
  report,  ///< what was changed behind our back is shown and left
  heal,    ///< it is put back
};

/// How much of the account is read.
enum class Refresh {
  full,  ///< every Worker in scope is read
  list,  ///< only those that moved since the journal last saw them
};

/// What may be done with the differences that a plan finds.
struct Policy {
  Owner owner;
  Prune prune = Prune::upsert_only;
  DriftAction drift = DriftAction::heal;
  /// Leave drift alone that comes back each time it is healed: for who heals without being asked.
  bool brake = false;
  bool adopt_unowned = false;  ///< for every Worker; a manifest can say so for itself
  std::size_t max_deletes = 3;
  double max_delete_percent = 50;
  std::vector<std::string> allow_names{"*"};            ///< `*` stands for any letters
  std::optional<std::vector<std::string>> allow_zones;  ///< by name or id; nothing: any
  std::set<std::string> allow_data_loss;                ///< Workers whose data may be destroyed, by whatever road
  std::set<std::string> named_elsewhere;                ///< Workers that another source of this instance names
  std::set<std::string> only;    ///< if not empty: these Workers alone; the plan is incomplete then
  std::string confirmed_digest;  ///< the plan digest that lifts the bound on deletes; may be empty
};

/// Whether --only leaves this Worker in.
inline bool is_in_scope(const std::string& worker, const Policy& policy) {
  return policy.only.empty() || policy.only.contains(worker);
}

}  // namespace plumbline::reconciler
