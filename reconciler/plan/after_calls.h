#pragma once

#include "reconciler/model/live.h"
#include "reconciler/model/plan.h"

namespace plumbline::reconciler {

/// What the journal remembers of a Worker once the calls of `change` have succeeded: the state that they leave behind.
/// `upload_answer`: of the upload, if there was one. It tells the new list entry; without it the Worker has to be read
/// again.
Observation after_calls(const WorkerChange& change, const JsonObject* upload_answer, TimePoint now);

/// The version that is active once the calls of `change` have succeeded: the one that they make, as far as the answer
/// to its upload tells (null: there is none), or the one that was active before.
ActiveVersion version_after(const WorkerChange& change, const JsonObject* upload_answer);

}  // namespace plumbline::reconciler
