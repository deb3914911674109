#pragma once

#include <cstddef>
#include <set>
#include <string>
#include <vector>

#include "reconciler/model/live.h"
#include "reconciler/model/policy.h"
#include "reconciler/model/target.h"

namespace plumbline::reconciler {

/// How much a pass may read before it writes. What is left over is read by the audit, so that a commit is written
/// within seconds although thousands of Workers are still to be read.
struct ReadLimit {
  std::size_t workers = 0;       ///< live Workers that are read one by one
  std::set<std::string> urgent;  ///< those that the newest commits have changed: read beyond the limit
};

/// Marks the live Workers that this pass leaves to the audit (LiveWorker::deferred): of those that the memory does not
/// stand for, the ones beyond the limit. A Worker whose manifest asks for something else than what was applied last is
/// urgent as well. First come those with a write whose outcome is unknown, then those whose list entry has moved, then
/// those without any memory. Pure.
void defer_reads(const TargetList& targets, const Policy& policy, const ReadLimit& limit, LiveState& live);

}  // namespace plumbline::reconciler
