#pragma once

#include "api/workers.h"
#include "net/awaitable.h"
#include "reconciler/model/live.h"
#include "reconciler/plan/missing_zones.h"

namespace plumbline::reconciler {

using net::Awaitable;

/// `{id, pattern, script?}` of the service. A list of which an entry is not whole, or in which two have the same
/// pattern or hostname, is an error. Pure.
api::Result<std::vector<LiveRoute>> routes_from_list(const JsonArray& list);
api::Result<std::vector<LiveDomain>> domains_from_list(const JsonArray& list);

/// Makes the reads that missing_zones() names, round after round until it names none, and fills their results in. A
/// failed read leaves its failure in place of its result. What is pointed at outlives the task.
Awaitable<> read_zones(api::Account account, const std::vector<Target>* targets, const manifests::DesiredState* desired,
                       const Policy* policy, LiveState* live);

}  // namespace plumbline::reconciler
