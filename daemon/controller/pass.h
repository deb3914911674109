#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "daemon/telemetry/status_names.h"
#include "reconciler/reconcile.h"

/// One pass over a source, as `plan`, `apply` and `run` make it.
namespace plumbline::daemon {

/// What a pass came to. Without `plan` the account could not be read.
struct PassReport {
  std::string reconcile_id;
  std::string revision;
  reconciler::Refresh refresh = reconciler::Refresh::full;
  std::optional<reconciler::Plan> plan;
  std::optional<reconciler::PassError> error;
  bool fetch_first = false;  ///< somebody else may have applied a newer revision: nothing was made of the plan
  reconciler::ApplyReport applied;
  /// The source of the same account that has to be fetched before anything is deleted; empty: nothing waits for that.
  std::string deletes_wait_for{};
  std::chrono::nanoseconds observing{0};
  std::chrono::nanoseconds applying{0};
  TimePoint started;
  TimePoint finished;

  /// The error that concerns every Worker of the account, if there is one.
  [[nodiscard]] const api::Error* account_error() const;
};

}  // namespace plumbline::daemon
