#pragma once

#include <functional>
#include <vector>

#include "api/workers.h"
#include "net/awaitable.h"
#include "reconciler/journal/journal.h"
#include "reconciler/model/live.h"
#include "reconciler/model/policy.h"
#include "reconciler/model/target.h"
#include "reconciler/observe/list_reader.h"
#include "reconciler/plan/diff.h"

namespace plumbline::reconciler {

/// How the Workers of an account are read. Pointers outlive the task.
struct WorkerReading {
  api::Account account;
  ListReader* lists = nullptr;
  const Policy* policy = nullptr;
  Refresh refresh = Refresh::full;
  Audience audience = Audience::watcher;
  net::Executor pool;             ///< what is to be read next is found out there: that takes long for many Workers
  std::function<bool()> goes_on;  ///< no further read begins once it says no; may be empty
};

/// Makes the reads that missing() names, round after round until it names none, and stores their results in `live`.
/// Names in `targets` are replaced by ids on the way. `diffs` gets the differences that were found; it is empty if too
/// many rounds were needed. Nobody else may use `targets` and `live` meanwhile.
Awaitable<> read_workers(WorkerReading reading, const Observations* memory, TargetList* targets, LiveState* live,
                         Diffs* diffs);

}  // namespace plumbline::reconciler
