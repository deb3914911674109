#pragma once

#include "reconciler/reconcile.h"

namespace plumbline::reconciler {

/// Makes the calls of one ZoneWorker, each with its intent before and its outcome after. A plan that is older than
/// `fresh_for` is not applied but made anew. `calls` counts what was sent. What is pointed at outlives the task.
Awaitable<AddressedResult> apply_zone_worker(const Scope* scope, std::shared_ptr<const manifests::DesiredState> desired,
                                             const Plan* plan, const ZoneWorkerChange* change,
                                             const ApplyOptions* options, std::size_t* calls);

}  // namespace plumbline::reconciler
