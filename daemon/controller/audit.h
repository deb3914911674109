#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/time_point.h"
#include "reconciler/model/live.h"
#include "reconciler/model/target.h"

/// What the audit of a source reads next. Pure.
namespace plumbline::daemon {

/// How many Workers one turn of the audit reads: few enough that their list is still new when they have been read, and
/// so many that the beta list of a large account costs less than asking for each subdomain.
inline constexpr std::size_t kAuditBatch = 400;
/// An interval has so many turns at most, as long as none of them is full: Workers that become due one after the other
/// are read together.
inline constexpr int kAuditTurns = 64;

struct AuditInput {
  const reconciler::TargetList* targets = nullptr;
  const reconciler::Observations* memory = nullptr;
  /// Live Workers that the last pass left to the audit: they come first.
  const std::set<std::string>* deferred = nullptr;
  /// Live Workers that the last pass found to be not ours: nobody reads them.
  const std::set<std::string>* foreign = nullptr;
  /// Workers that could not be read, with the time until which they are left alone.
  const std::map<std::string, TimePoint>* resting = nullptr;
  std::chrono::milliseconds interval{};  ///< a Worker is read about so often
  std::optional<TimePoint> last;         ///< when the last turn began; nothing: there was none
  TimePoint now;
};

struct AuditTurn {
  std::set<std::string> batch;      ///< empty: nothing is due
  std::optional<TimePoint> due;     ///< without a batch: when there will be one; nothing: no Worker is known
  std::optional<TimePoint> oldest;  ///< when the Worker was read that was read longest ago; nothing: none was
};

/// Those that were deferred, then those that were read longest ago, once that is `interval` ago.
AuditTurn next_audit(const AuditInput& input);

}  // namespace plumbline::daemon
