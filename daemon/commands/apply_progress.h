#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/time_point.h"
#include "reconciler/reconcile.h"

namespace plumbline::daemon {

/// How far an apply is, as its changes end. What ends is told by lines; a stop is told once, and not for each change
/// that it leaves.
class ApplyProgress {
 public:
  using Instant = std::chrono::steady_clock::time_point;

  /// Changes that `plan` writes: Workers with what leads to them, and ZoneWorkers. `plan` outlives this object.
  ApplyProgress(const reconciler::Plan& plan, Instant begun);

  /// The lines to print as a change ends.
  std::vector<std::string> ended(const reconciler::WorkerResult& result);
  std::vector<std::string> ended(const reconciler::AddressedResult& result);

  /// From now on no write is begun.
  void stop() { is_stopping_ = true; }

  /// `84 of 200 changes ended, about 31 s left`, with what it waits for. `waits_until`: until when no call gets a turn
  /// in the budget.
  [[nodiscard]] std::string line(Instant now, const std::optional<TimePoint>& waits_until) const;

  /// What a stop has left and how to go on; empty if nothing was stopped, or nothing is left.
  [[nodiscard]] std::string left_line() const;

 private:
  /// Whether it is told: what a stop leaves is counted alone.
  template <class Result>
  bool take(const std::string& address, const Result& result);

  std::map<std::string_view, const reconciler::WorkerChange*> changes_;  ///< those of Workers
  std::size_t total_ = 0;
  Instant begun_;
  std::set<std::string> ended_;  ///< addresses; a later round may end one again
  bool is_stopping_ = false;
};

}  // namespace plumbline::daemon
