#pragma once

#include "reconciler/model/plan.h"
#include "reconciler/model/policy.h"

/// What persons have decided about the changes of a plan: a suspension, an approval. Pure. Neither is part of a plan's
/// digest: the same plan is reviewed where nobody knows of them.
namespace plumbline::reconciler {

/// Holds back what would change a suspended Worker, or what leads to it. May be called again when more is planned.
void hold_suspended(Plan& plan, const Policy& policy);

/// Whether all that the plan changes was approved: the plan itself, or one that had all of its changes. Only after
/// digest_plan().
bool is_approved(const Plan& plan, const Policy& policy);

/// Where the source needs an approval, holds back every change that has none. New values of secrets that are there
/// already need none.
void hold_unapproved(Plan& plan, const Policy& policy);

}  // namespace plumbline::reconciler
