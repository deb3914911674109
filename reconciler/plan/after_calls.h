#pragma once

#include <vector>

#include "reconciler/model/live.h"
#include "reconciler/model/plan.h"
#include "reconciler/model/target.h"

namespace plumbline::reconciler {

/// What the journal remembers after `calls` succeeded: the state that they leave behind.
/// `upload_answer` is the answer to the upload, if there was one: it tells the new list entry, and
/// without it the Worker has to be read again.
Observation after_calls(const Target& target, const LiveWorker* live, const std::vector<PlannedCall>& calls,
                        const JsonObject* upload_answer, TimePoint now);

}  // namespace plumbline::reconciler
