#pragma once

#include "api/workers.h"
#include "net/awaitable.h"
#include "reconciler/model/plan.h"

namespace plumbline::reconciler {

using net::Awaitable;

/// Looks, right before a call that ends or takes over what it meets, whether it still is what was planned (`expected`
/// of the call): the consumer of a queue that is to go, the holder of a workflow that is to be put, the filter of a
/// zone that is to go. False: what was to go is gone already, and the call has nothing to do. Something else than
/// planned is ErrorKind::conflict.
Awaitable<api::Result<bool>> is_still_there(api::Account account, const PlannedCall* call);

}  // namespace plumbline::reconciler
