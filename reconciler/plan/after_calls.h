#pragma once

#include "reconciler/model/live.h"
#include "reconciler/model/plan.h"

namespace plumbline::reconciler {

/// What the journal remembers of a Worker once the calls of `change` have succeeded: the state that they leave behind.
/// `upload_answer`: of the upload, if there was one. It tells the new list entry; without it the Worker has to be read
/// again.
Observation after_calls(const WorkerChange& change, const JsonObject* upload_answer, TimePoint now);

}  // namespace plumbline::reconciler
