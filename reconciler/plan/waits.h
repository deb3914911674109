#pragma once

#include "reconciler/model/plan.h"
#include "reconciler/model/plan_input.h"

/// Who really has to wait for whom. A Worker that is live counts as there, however its own change is held back or
/// fails: whoever binds it goes on. Only what is not live yet makes others wait: a Worker that is to be created, a
/// class, an entrypoint or a workflow that a pending change of a live one brings; and who loses a queue, a workflow or
/// a route waits until it is taken. Who needs what will not come to be is blocked. Pure.
namespace plumbline::reconciler {

/// Fills `needs` of all creates and updates from their `after`, and blocks (DependencyNotReady) those that cannot go. A
/// Worker that a manifest names, and that neither is live nor made, is told where it stops nothing.
void plan_waits(Plan& plan, const PlanInput& input);

/// The same for deletes, once all their blocks are known: they need whatever comes before them.
void plan_waits_of_deletes(Plan& plan);

}  // namespace plumbline::reconciler
