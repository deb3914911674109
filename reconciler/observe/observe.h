#pragma once

#include "api/workers.h"
#include "reconciler/journal/journal.h"
#include "reconciler/model/live.h"
#include "reconciler/plan/missing.h"

namespace plumbline::reconciler {

/// The list of an account joined with the journal's memory. Pure.
LiveState live_from_list(JsonArray list, const Observations& memory, TimePoint now);

/// Makes out of an account's Workers those that are `unlisted` and that `list`, a later reading, shows; of the others
/// nothing is decided, because no read tells all of them. Pure.
void add_unlisted(LiveState& live, JsonArray list, const Observations& memory);

/// The first of an answer of GET deployments, which is the active one. Pure.
Known<Deployment> active_deployment(const JsonArray& deployments);

/// Makes the reads that `missing()` names, at the same time, and fills their results in. A failed
/// read marks its Worker and leaves the others alone; a failed beta list falls back to one read per
/// Worker.
Awaitable<> read_parts(api::Account account, std::vector<Read> reads, LiveState* live);

/// What the journal should remember of the Workers that were read to the end in this pass.
std::map<std::string, Observation> observed(const LiveState& live, TimePoint now);

}  // namespace plumbline::reconciler
