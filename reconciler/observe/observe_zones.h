#pragma once

#include "api/workers.h"
#include "net/awaitable.h"
#include "reconciler/model/live.h"
#include "reconciler/plan/missing_zones.h"

namespace plumbline::reconciler {

using net::Awaitable;

/// Reads the service's `{id, pattern, script?}`. A list is an error if an entry is incomplete, or if two entries share
/// a pattern or hostname. Pure.
api::Result<std::vector<LiveRoute>> routes_from_list(const JsonArray& list);
api::Result<std::vector<LiveDomain>> domains_from_list(const JsonArray& list);

/// Makes these reads, all at the same time, and stores their results. `live` must outlive the task.
Awaitable<> read_zones_again(api::Account account, std::vector<ZoneRead> reads, LiveZones* live);

/// Makes the reads that missing_zones() names, round after round until it names none, and stores their results. A
/// failed read stores its error instead. Adds what was read to `made`. All pointers must outlive the task.
Awaitable<> read_zones(api::Account account, const TargetList* targets, const manifests::DesiredState* desired,
                       const Policy* policy, LiveState* live, std::vector<ZoneRead>* made);

}  // namespace plumbline::reconciler
