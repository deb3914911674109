#include "reconciler/plan/deferral.h"

#include <algorithm>
#include <span>
#include <string_view>
#include <utility>

#include "reconciler/plan/gates.h"

namespace plumbline::reconciler {
namespace {

bool is_urgent(const Target& target, const LiveWorker& live, const ReadLimit& limit) {
  if (limit.urgent.contains(live.name)) return true;
  return live.memory && !live.memory->applied.empty() && live.memory->applied != target.identity;
}

// The smaller, the earlier it is read.
int place_of(const LiveWorker& live) {
  if (!live.memory) return 2;
  return live.memory->dirty ? 0 : 1;
}

}  // namespace

void defer_reads(const TargetList& targets, const Policy& policy, const ReadLimit& limit, LiveState& live) {
  std::vector<LiveWorker*> waiting;
  for (const auto& target : targets) {
    const auto found = live.workers.find(target.desired->name);
    if (found == live.workers.end() || found->second.clean || !is_in_scope(found->first, policy)) continue;
    // One that is not to be touched is not read either.
    if (ownership_block(target, found->second, policy) || is_urgent(target, found->second, limit)) continue;
    waiting.push_back(&found->second);
  }
  if (waiting.size() <= limit.workers) return;
  std::ranges::sort(waiting, {}, [](const LiveWorker* worker) {
    return std::pair(place_of(*worker), std::string_view(worker->name));
  });
  for (auto* worker : std::span(waiting).subspan(limit.workers)) worker->deferred = true;
}

}  // namespace plumbline::reconciler
