#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <set>
#include <string>

#include "net/awaitable.h"
#include "reconciler/reconcile.h"

/// An apply in rounds: what a round leaves open is planned and applied again.
namespace plumbline::reconciler {

enum class Approval {
  not_asked,
  of_this_plan,  ///< a person has seen it: later rounds do nothing that is not in it (PlanChanged)
};

struct RoundOptions {
  std::size_t rounds = 3;                 ///< the first included
  std::chrono::milliseconds pause{1000};  ///< before looking again: reads may lag behind writes
  /// Asked of each later plan; may be empty. One that may not be carried out is left to the next pass.
  std::function<bool(const Plan&)> may_go_on;
  Approval approval = Approval::not_asked;
  ApplyOptions apply;
};

/// Applies `plan`. What became of a Worker whose answer was lost, or that somebody else wrote at the same time, is not
/// known: it is observed, planned and applied again, alone, until it is settled or the rounds are used up. The report
/// has one result a Worker, under the action that was planned first.
Awaitable<ApplyReport> apply_in_rounds(Scope scope, std::shared_ptr<const manifests::DesiredState> desired, Plan plan,
                                       RoundOptions options);

/// The names of Workers that are open after a round; empty if nothing asks for another one.
std::set<std::string> open_workers(const ApplyReport& report);

/// Leaves only the open Workers in a plan that was made anew.
void keep_only(Plan& plan, const std::set<std::string>& names);

/// Blocks what a plan that was made anew would change beyond the one that a person has approved (PlanChanged).
void hold_back_additions(Plan& plan, const Plan& approved);

/// Takes the results of another round over the open Workers into `report`. A Worker that the new plan finds as it
/// should be is done; one that it holds back has failed with the block's message.
void merge_round(ApplyReport& report, const Plan& plan, const ApplyReport& round);

}  // namespace plumbline::reconciler
