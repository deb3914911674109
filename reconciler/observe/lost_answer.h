#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "api/workers.h"
#include "net/awaitable.h"
#include "reconciler/model/plan.h"

/// A write whose answer was lost may have happened. A read that comes too early does not show it, because the service's
/// reads lag behind its writes by seconds. So the write is looked for until it is seen, or until reads can no longer
/// lag; only then may its Worker be planned again. The write is never simply repeated, because that would make a second
/// version.
namespace plumbline::reconciler {

using net::Awaitable;

/// A write whose answer was lost.
struct LostWrite {
  api::Account account;
  std::string worker;
  const PlannedCall* call = nullptr;  ///< must outlive the task
  bool creates = false;               ///< the Worker did not exist before
  /// Versions that existed before the write, as far as they are known; dashes in the ids do not count.
  std::vector<std::string> known_versions;
};

/// The pause before look number `attempt`, counted from 1. There is none before the first look; each further pause is
/// twice as long, and the last one ends at `bound`. Nothing if `waited` has reached `bound`.
std::optional<std::chrono::milliseconds> pause_before_look(int attempt, std::chrono::milliseconds waited,
                                                           std::chrono::milliseconds bound);

/// Looks for the write. Returns true once it is seen; false when `bound` is over, or when `stopping` (may be empty)
/// returns true. A read that fails counts as not seen.
Awaitable<bool> await_lost_write(LostWrite write, std::chrono::milliseconds bound, std::function<bool()> stopping);

}  // namespace plumbline::reconciler
