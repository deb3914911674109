#pragma once

#include "api/workers.h"
#include "net/awaitable.h"
#include "reconciler/model/live.h"

/// Reads the lists of an account beside its Workers. A list that cannot be read whole is stored as a failure. `live`
/// must outlive the task.
namespace plumbline::reconciler {

using net::Awaitable;

Awaitable<> read_resources(api::Account account, ResourceKind kind, LiveState* live);

/// Also stores each Worker's consumers in the Worker.
Awaitable<> read_queues(api::Account account, LiveState* live);

/// Also stores each Worker's workflows in the Worker.
Awaitable<> read_workflows(api::Account account, LiveState* live);

Awaitable<> read_durable_classes(api::Account account, LiveState* live);

}  // namespace plumbline::reconciler
