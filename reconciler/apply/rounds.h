#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <set>
#include <string>

#include "net/awaitable.h"
#include "reconciler/reconcile.h"

/// An apply in rounds: each round plans and applies again what the one before has left open.
namespace plumbline::reconciler {

enum class Approval {
  not_asked,
  of_this_plan,  ///< a person has approved it: later rounds do nothing that is not in it (PlanChanged)
};

struct RoundOptions {
  std::size_t rounds = 3;                 ///< the first included
  std::chrono::milliseconds pause{1000};  ///< before each later round: reads may lag behind writes
  /// Says whether a later plan may be carried out; else the next pass has to plan. May be empty: each may.
  std::function<bool(const Plan&)> may_go_on;
  Approval approval = Approval::not_asked;
  ApplyOptions apply;
};

/// Applies `plan`. Nobody knows what became of a Worker whose answer was lost, or that somebody else wrote at the same
/// time. Later rounds observe, plan and apply such Workers alone, until all are settled or the rounds are used up. The
/// report has one result for each Worker, under the action that was planned first. What is still open at the end has
/// `tries`, and is told as progress once more.
Awaitable<ApplyReport> apply_in_rounds(Scope scope, std::shared_ptr<const manifests::DesiredState> desired, Plan plan,
                                       RoundOptions options);

/// Names the Workers, and the addresses of ZoneWorkers, that a round has left open. Empty: nothing asks for another
/// round.
std::set<std::string> open_workers(const ApplyReport& report);

/// Takes all but the open Workers out of a plan that was made anew.
void keep_only(Plan& plan, const std::set<std::string>& names);

/// The plan without what the apply has done: what is still open of it. Its digest is still that of the whole plan.
Plan what_is_open(Plan plan, const ApplyReport& report, double calls_per_second);

/// Blocks what a plan that was made anew would change beyond the one that a person has approved (PlanChanged).
void hold_back_additions(Plan& plan, const Plan& approved);

/// Puts the results of another round over the open Workers into `report`. If the new plan finds a Worker as it should
/// be, that Worker is done. If it holds a Worker back, that Worker has failed with the block's message.
void merge_round(ApplyReport& report, const Plan& plan, const ApplyReport& round);

/// Sets `tries` of whatever is still open after so many rounds and gets no further one.
void give_up(ApplyReport& report, std::size_t rounds);

}  // namespace plumbline::reconciler
