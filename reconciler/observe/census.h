#pragma once

#include <chrono>
#include <memory>
#include <set>
#include <string>

#include "api/workers.h"
#include "net/awaitable.h"
#include "reconciler/journal/journal.h"
#include "reconciler/observe/list_reader.h"

namespace plumbline::reconciler {

/// The Workers of an account according to its list.
struct Census {
  std::shared_ptr<const Listing> listing;  ///< never null
  Observations memory;
  /// Workers that the journal remembers, or that an earlier reading showed, and that the list lacks: deleted, or lost
  /// by the list.
  std::set<std::string> lost;
};

/// What a census needs.
struct CensusOptions {
  api::Account account;
  Journal* journal = nullptr;   ///< outlives the task
  ListReader* lists = nullptr;  ///< the same
  TimePoint not_before;         ///< a list that was begun earlier is not taken
  std::chrono::milliseconds read_lag{};
};

/// Reads the list. If it lacks what the journal remembers, it is read once more; and if our own writes are so recent
/// that reads may lag behind them (`read_lag` after each write), it is read until that time is over. So a Worker that
/// we wrote a moment ago does not look absent. Fails if any reading fails.
Awaitable<api::Result<Census>> take_census(CensusOptions options);

}  // namespace plumbline::reconciler
