#include "reconciler/observe/read_workers.h"

#include <chrono>
#include <utility>

#include "net/run_on.h"
#include "reconciler/observe/observe.h"
#include "reconciler/parts/ignored.h"
#include "reconciler/parts/names.h"
#include "reconciler/plan/missing.h"

namespace plumbline::reconciler {
namespace {

// Whether a Worker is there, by the beta list and by name, settings, proof by deployment, by version, by content,
// deployment of what is to be written, its version by the beta API, first one and then all: each round needs what the
// one before has read. One more than there can be; a further one would be a fault of missing().
constexpr int kMostRounds = 12;

// A Worker that is there although the list does not show it: only another reading tells all of it.
Awaitable<> read_unlisted(const WorkerReading* reading, const Observations* memory, LiveState* live) {
  if (live->unlisted.empty()) co_return;
  const auto listing = co_await reading->lists->read(reading->account, std::chrono::system_clock::now());
  // What cannot be read now shows nothing either.
  add_unlisted(*live, listing ? (*listing)->items : std::make_shared<const JsonArray>(), *memory);
}

Missing next_reads(const WorkerReading& reading, TargetList& targets, const LiveState& live) {
  resolve_names(targets, live);
  resolve_ignored(targets, live);
  return missing(targets, live, *reading.policy, reading.refresh, reading.audience);
}

}  // namespace

Awaitable<> read_workers(WorkerReading reading, const Observations* memory, TargetList* targets, LiveState* live,
                         Diffs* diffs) {
  for (int round = 0; round < kMostRounds; ++round) {
    auto next =
        co_await net::run_on(reading.pool, [&reading, targets, live] { return next_reads(reading, *targets, *live); });
    *diffs = std::move(next.diffs);
    if (next.reads.empty() || (reading.goes_on && !reading.goes_on())) co_return;
    co_await read_parts(reading.account, std::move(next.reads), live, reading.goes_on);
    co_await read_unlisted(&reading, memory, live);
  }
  // They are of what was known before the last reads.
  diffs->clear();
}

}  // namespace plumbline::reconciler
