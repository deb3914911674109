#pragma once

#include <chrono>
#include <map>
#include <set>
#include <string>

#include "api/workers.h"
#include "net/awaitable.h"
#include "reconciler/journal/journal.h"

namespace plumbline::reconciler {

/// The Workers that an account has, as far as a list tells.
struct Census {
  JsonArray list;
  TimePoint begun;  ///< when the reading of `list` began
  Observations memory;
  /// What the journal remembers, or an earlier reading showed, and `list` does not: gone, or lost by the list.
  std::set<std::string> lost;
};

/// Reads the list. One that lacks what the journal remembers is read again, once, and as long as reads may be behind
/// our own writes, which is `read_lag` after each: what we wrote a moment ago is not absent because a read does not
/// show it yet. Fails if a reading fails.
Awaitable<api::Result<Census>> take_census(api::Account account, Journal* journal, std::chrono::milliseconds read_lag);

}  // namespace plumbline::reconciler
