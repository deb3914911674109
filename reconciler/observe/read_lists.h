#pragma once

#include "api/workers.h"
#include "net/awaitable.h"
#include "reconciler/model/live.h"

/// Reads the lists of an account beside its Workers. A list that cannot be read whole is noted as failed.
namespace plumbline::reconciler {

using net::Awaitable;

Awaitable<> read_resources(api::Account account, ResourceKind kind, LiveState* live);

/// Tells each Worker its consumers as well.
Awaitable<> read_queues(api::Account account, LiveState* live);

/// Tells each Worker its workflows as well.
Awaitable<> read_workflows(api::Account account, LiveState* live);

Awaitable<> read_durable_classes(api::Account account, LiveState* live);

}  // namespace plumbline::reconciler
