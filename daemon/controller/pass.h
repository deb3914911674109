#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>

#include "daemon/controller/decisions.h"
#include "daemon/telemetry/status_names.h"
#include "reconciler/reconcile.h"

/// One pass over a source, as `plan`, `apply` and `run` make it.
namespace plumbline::daemon {

/// The result of a pass. Without `plan` the account could not be read.
struct PassReport {
  std::string reconcile_id;
  std::string revision;
  reconciler::Refresh zones = reconciler::Refresh::full;  ///< whether zones that were not there were looked up again
  std::optional<reconciler::Plan> plan;
  std::optional<reconciler::PassError> error;
  std::string mend{};                     ///< how to mend the error, where it is known
  std::optional<Suspension> suspended{};  ///< nothing may be written
  bool superseded = false;                ///< a newer revision came while the account was read: there is no plan
  bool fetch_first = false;  ///< somebody else may have applied a newer revision: nothing of the plan was applied
  reconciler::ApplyReport applied;
  /// The source of the same account that must be fetched before anything may be deleted; empty: deletes wait for no
  /// source.
  std::string deletes_wait_for{};
  /// The number of exchanges with the API so far, including repetitions.
  std::shared_ptr<std::size_t> requests = std::make_shared<std::size_t>(0);
  std::chrono::nanoseconds observing{0};
  std::chrono::nanoseconds applying{0};
  TimePoint started;
  TimePoint finished;

  /// Why there is no plan, and how to mend it.
  [[nodiscard]] std::string why_no_plan() const;

  /// The error that affects every Worker of the account; nullptr if there is none. Points into this report.
  [[nodiscard]] const api::Error* account_error() const;
};

}  // namespace plumbline::daemon
