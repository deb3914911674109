#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "api/workers.h"
#include "net/awaitable.h"
#include "reconciler/model/plan.h"

/// A write whose answer was lost may have happened, and a read that comes too early does not show it: the service's
/// reads lag behind its writes by seconds. So the write is looked for until it is seen, or until reads can no longer be
/// behind; only then may its Worker be planned again. It is never repeated blindly, which would make a second version.
namespace plumbline::reconciler {

using net::Awaitable;

struct LostWrite {
  api::Account account;
  std::string worker;
  const PlannedCall* call = nullptr;  ///< outlives the task
  bool creates = false;               ///< the Worker was not there before
  /// Versions that were there before the write, as far as they are known; dashes in them do not count.
  std::vector<std::string> known_versions;
};

/// The pause before look number `attempt`, counted from 1, if `waited` is less than `bound`: none before the first,
/// then each twice as long, and the last one up to the bound.
std::optional<std::chrono::milliseconds> pause_before_look(int attempt, std::chrono::milliseconds waited,
                                                           std::chrono::milliseconds bound);

/// Looks for the write until it is seen (true), or `bound` is over or `stopping` (may be empty) says so (false). Reads
/// that fail see nothing.
Awaitable<bool> await_lost_write(LostWrite write, std::chrono::milliseconds bound, std::function<bool()> stopping);

}  // namespace plumbline::reconciler
