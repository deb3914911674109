#pragma once

#include "base/json.h"
#include "reconciler/model/live.h"

/// What the account's list of workflows tells.
namespace plumbline::reconciler {

/// What GET …/workflows lists.
Workflows workflows_of(const JsonArray& list);

/// Notes the workflows of an account, and at each Worker which of them it holds.
void set_workflows(LiveState& live, Workflows workflows);

}  // namespace plumbline::reconciler
