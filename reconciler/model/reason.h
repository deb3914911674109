#pragma once

#include <array>
#include <string_view>

namespace plumbline::reconciler {

/// Why a change is held back: the words in plans, status and metrics. The digest of a plan covers some of them.
enum class Reason {
  approval_required,     ///< the source applies only plans that a person approved
  budget_exhausted,      ///< the calls of this window are used up
  create_uncertain,      ///< the Worker to be made may have existed before
  data_loss,             ///< a class, a workflow or a consumer would end, and nobody allowed it
  dependency_not_ready,  ///< something that it needs does not exist, and this plan does not make it
  drifted,               ///< somebody changed it, and drift is only reported
  empty_desired_state,   ///< the source asks for nothing
  flapping,              ///< somebody changes it again each time it is healed
  foreign_rollout,       ///< somebody's gradual rollout is in progress
  manifest_vanished,     ///< its file exists, but is no longer read as a manifest
  migration_history,     ///< the history of its classes does not match that of the live Worker
  ownership_conflict,    ///< this source does not own it
  ownership_lost,        ///< this source owned it, but its mark is gone
  perpetual_diff,        ///< the same difference is back after it was fixed
  plan_changed,          ///< it is not part of the plan that was approved
  read_failed,           ///< the live state could not be read
  rolled_back,           ///< somebody made an older version active again
  secret_missing,        ///< a value that it needs is in no store
  source_incomplete,     ///< not all of the source could be read
  suspended,             ///< a person has suspended it
  threshold_exceeded,    ///< more would be deleted than the limit allows
  twin_daemon,           ///< another daemon of the same instance and source writes
  unsupported_trigger,   ///< the service does not accept such a trigger
};

inline constexpr std::array kReasons{
    Reason::approval_required,    Reason::budget_exhausted,  Reason::create_uncertain,    Reason::data_loss,
    Reason::dependency_not_ready, Reason::drifted,           Reason::empty_desired_state, Reason::flapping,
    Reason::foreign_rollout,      Reason::manifest_vanished, Reason::migration_history,   Reason::ownership_conflict,
    Reason::ownership_lost,       Reason::perpetual_diff,    Reason::plan_changed,        Reason::read_failed,
    Reason::rolled_back,          Reason::secret_missing,    Reason::source_incomplete,   Reason::suspended,
    Reason::threshold_exceeded,   Reason::twin_daemon,       Reason::unsupported_trigger};

/// `OwnershipConflict`
std::string_view to_string(Reason reason);

}  // namespace plumbline::reconciler
