#pragma once

#include "reconciler/model/plan.h"
#include "reconciler/model/plan_input.h"
#include "reconciler/plan/diff.h"

namespace plumbline::reconciler {

/// The cheapest calls that make live equal to desired, in a safe order, gated by the policy.
///
///   manifest | live Worker         | what happens
///   ---------+---------------------+-----------------------------------------------------------
///   yes      | none                | create
///   yes      | ours                | update, or nothing
///   yes      | nobody's            | blocked (OwnershipConflict), or import where adopt says so
///   yes      | another source's    | blocked (OwnershipConflict), or transfer where adopt says so
///   none     | ours                | delete under `sync`, else reported
///   none     | not ours            | not ours to look at
///   broken   | any                 | nothing
///
/// `diffs`, of missing(), are made here for the targets that they lack.
Plan make_plan(const PlanInput& input, Diffs diffs = {});

}  // namespace plumbline::reconciler
