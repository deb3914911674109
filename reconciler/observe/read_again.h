#pragma once

#include "api/workers.h"
#include "net/awaitable.h"
#include "reconciler/model/plan.h"

namespace plumbline::reconciler {

using net::Awaitable;

/// Reads again, right before a call that ends or replaces something, whether it still is what was planned (`expected`
/// of the call): the consumer of a queue that will be removed, the holder of a workflow that will be put, the filter of
/// a zone that will be removed. False: it is already gone, so there is nothing to do. ErrorKind::conflict if it differs
/// from the plan. `call` must outlive the task.
Awaitable<api::Result<bool>> is_still_there(api::Account account, const PlannedCall* call);

}  // namespace plumbline::reconciler
