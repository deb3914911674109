#pragma once

#include <array>
#include <string_view>

namespace plumbline::reconciler {

/// Why a change is held back: the words of plans, of status and of metrics. A plan's digest is made of some of them.
enum class Reason {
  approval_required,     ///< the source applies only plans that a person approved
  budget_exhausted,      ///< the calls of this window are used up
  create_uncertain,      ///< what was to be made may have been there before
  data_loss,             ///< a class, a workflow or a consumer would end, and nobody said that it may
  dependency_not_ready,  ///< what it needs is not there and does not come with this plan
  drifted,               ///< somebody changed it, and drift is only reported
  empty_desired_state,   ///< the source asks for nothing at all
  flapping,              ///< it is changed again each time it is put right
  foreign_rollout,       ///< somebody's gradual rollout is under way
  manifest_vanished,     ///< its file is there and is not read as a manifest any more
  migration_history,     ///< the history of its classes does not fit that of the live Worker
  ownership_conflict,    ///< it is not this source's to write
  ownership_lost,        ///< it was this source's, and is not marked so any more
  perpetual_diff,        ///< the same difference is there after it was mended
  plan_changed,          ///< it is no part of the plan that was approved
  read_failed,           ///< what is live could not be read
  rolled_back,           ///< somebody made an older version active again
  secret_missing,        ///< a value that it needs is in no store
  source_incomplete,     ///< not all of the source could be read
  threshold_exceeded,    ///< more would be deleted than the bound allows
  twin_daemon,           ///< another daemon of the same instance and source writes
  unsupported_trigger,   ///< the service takes no such trigger
};

inline constexpr std::array kReasons{Reason::approval_required,    Reason::budget_exhausted,
                                     Reason::create_uncertain,     Reason::data_loss,
                                     Reason::dependency_not_ready, Reason::drifted,
                                     Reason::empty_desired_state,  Reason::flapping,
                                     Reason::foreign_rollout,      Reason::manifest_vanished,
                                     Reason::migration_history,    Reason::ownership_conflict,
                                     Reason::ownership_lost,       Reason::perpetual_diff,
                                     Reason::plan_changed,         Reason::read_failed,
                                     Reason::rolled_back,          Reason::secret_missing,
                                     Reason::source_incomplete,    Reason::threshold_exceeded,
                                     Reason::twin_daemon,          Reason::unsupported_trigger};

/// `OwnershipConflict`
std::string_view to_string(Reason reason);

}  // namespace plumbline::reconciler
