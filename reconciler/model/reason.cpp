#include "reconciler/model/reason.h"

namespace plumbline::reconciler {

std::string_view to_string(Reason reason) {
  switch (reason) {
    case Reason::approval_required:
      return "ApprovalRequired";
    case Reason::budget_exhausted:
      return "BudgetExhausted";
    case Reason::create_uncertain:
      return "CreateUncertain";
    case Reason::data_loss:
      return "DataLoss";
    case Reason::dependency_not_ready:
      return "DependencyNotReady";
    case Reason::drifted:
      return "Drifted";
    case Reason::empty_desired_state:
      return "EmptyDesiredState";
    case Reason::flapping:
      return "Flapping";
    case Reason::foreign_rollout:
      return "ForeignRollout";
    case Reason::manifest_vanished:
      return "ManifestVanished";
    case Reason::migration_history:
      return "MigrationHistory";
    case Reason::ownership_conflict:
      return "OwnershipConflict";
    case Reason::ownership_lost:
      return "OwnershipLost";
    case Reason::perpetual_diff:
      return "PerpetualDiff";
    case Reason::plan_changed:
      return "PlanChanged";
    case Reason::read_failed:
      return "ReadFailed";
    case Reason::rolled_back:
      return "RolledBack";
    case Reason::secret_missing:
      return "SecretMissing";
    case Reason::source_incomplete:
      return "SourceIncomplete";
    case Reason::suspended:
      return "Suspended";
    case Reason::threshold_exceeded:
      return "ThresholdExceeded";
    case Reason::twin_daemon:
      return "TwinDaemon";
    case Reason::unsupported_trigger:
      return "UnsupportedTrigger";
  }
  return "OwnershipConflict";
}

}  // namespace plumbline::reconciler
