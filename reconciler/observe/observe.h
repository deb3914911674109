#pragma once

#include "api/workers.h"
#include "reconciler/journal/journal.h"
#include "reconciler/model/live.h"
#include "reconciler/plan/missing.h"

namespace plumbline::reconciler {

/// Joins the list of an account with the journal's memory; shares both. Pure.
LiveState live_from_list(const std::shared_ptr<const JsonArray>& list, const Observations& memory, TimePoint now);

/// Adds the Workers that are `unlisted` and that `list`, a later reading, shows. About the others nothing is decided,
/// because no read shows all of their data. Pure.
void add_unlisted(LiveState& live, const std::shared_ptr<const JsonArray>& list, const Observations& memory);

/// The first of an answer of GET deployments, which is the active one. Pure.
Known<Deployment> active_deployment(const JsonArray& deployments);

/// Makes the reads that `missing()` names, side by side, and stores their results in `live`, which must outlive the
/// task. A read that fails marks its Worker and does not affect the others. If the beta list fails, each Worker is read
/// by itself. Begins no further read once `goes_on` says no; may be empty.
Awaitable<> read_parts(api::Account account, std::vector<Read> reads, LiveState* live,
                       std::function<bool()> goes_on = {});

/// The observations for the journal: one for each Worker that this pass has read completely.
std::map<std::string, Observation> observed(const LiveState& live, TimePoint now);

}  // namespace plumbline::reconciler
