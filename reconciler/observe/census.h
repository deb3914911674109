#pragma once

#include <chrono>
#include <map>
#include <set>
#include <string>

#include "api/workers.h"
#include "net/awaitable.h"
#include "reconciler/journal/journal.h"

namespace plumbline::reconciler {

/// The Workers of an account according to its list.
struct Census {
  JsonArray list;
  TimePoint begun;  ///< when reading `list` began
  Observations memory;
  /// Workers that the journal remembers, or that an earlier reading showed, and that `list` lacks: deleted, or lost by
  /// the list.
  std::set<std::string> lost;
};

/// Reads the list. If it lacks what the journal remembers, it is read once more; and if our own writes are so recent
/// that reads may lag behind them (`read_lag` after each write), it is read until that time is over. So a Worker that
/// we wrote a moment ago does not look absent. Fails if any reading fails. `journal` must outlive the task.
Awaitable<api::Result<Census>> take_census(api::Account account, Journal* journal, std::chrono::milliseconds read_lag);

}  // namespace plumbline::reconciler
