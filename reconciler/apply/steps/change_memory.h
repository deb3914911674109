#pragma once

#include <map>
#include <optional>
#include <string>

#include "reconciler/model/live.h"
#include "reconciler/model/plan.h"

/// What the journal remembers of a change that was applied. Pure.
namespace plumbline::reconciler {

/// What it remembers of a create or an update once all calls are made. `upload_answer` is that of the last upload, if
/// there was one.
Observation memory_of_applied(const WorkerChange& change, const std::optional<JsonObject>& upload_answer,
                              TimePoint now);

/// What it remembers of a Worker whose newest version is not the active one.
Observation memory_of_undeployed(const WorkerChange& change);

/// What it remembers of a ZoneWorker, by key in LiveZones::memory.
std::map<std::string, std::optional<ExposureMemory>> memory_of_applied(const ZoneWorkerChange& change, TimePoint now);

}  // namespace plumbline::reconciler
