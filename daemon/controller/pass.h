#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "daemon/telemetry/status_names.h"
#include "net/awaitable.h"
#include "reconciler/reconcile.h"

/// One pass over a source, as `plan`, `apply` and `run` make it.
namespace plumbline::daemon {

using net::Awaitable;

struct RoundOptions {
  std::size_t rounds = 3;                 ///< the first included
  std::chrono::milliseconds pause{1000};  ///< before looking again: reads may lag behind writes
  /// Asked of each later plan; may be empty. One that may not be carried out is left to the next pass.
  std::function<bool(const reconciler::Plan&)> may_go_on;
  bool as_approved = false;  ///< a person has seen the plan: later rounds do nothing that is not in it
  reconciler::ApplyOptions apply;
};

/// Applies `plan`. What became of a Worker whose answer was lost, or that somebody else wrote at the same time, is not
/// known: it is observed, planned and applied again, alone, until it is settled or the rounds are used up. The report
/// has one result a Worker, under the action that was planned first.
Awaitable<reconciler::ApplyReport> apply_in_rounds(reconciler::Scope scope,
                                                   std::shared_ptr<const manifests::DesiredState> desired,
                                                   reconciler::Plan plan, RoundOptions options);

/// The names of Workers that are open after a round; empty if nothing asks for another one.
std::set<std::string> open_workers(const reconciler::ApplyReport& report);

/// Leaves only the open Workers in a plan that was made anew.
void keep_only(reconciler::Plan& plan, const std::set<std::string>& names);

/// Blocks what a plan that was made anew would change beyond the one that a person has approved (PlanChanged).
void hold_back_additions(reconciler::Plan& plan, const reconciler::Plan& approved);

/// Takes the results of another round over the open Workers into `report`. A Worker that the new plan finds as it
/// should be is done; one that it holds back has failed with the block's message.
void merge_round(reconciler::ApplyReport& report, const reconciler::Plan& plan, const reconciler::ApplyReport& round);

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
