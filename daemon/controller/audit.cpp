#include "daemon/controller/audit.h"

#include <algorithm>
#include <utility>

namespace plumbline::daemon {
namespace {

bool is_resting(const std::string& name, const AuditInput& input) {
  const auto found = input.resting->find(name);
  return found != input.resting->end() && found->second > input.now;
}

}  // namespace

AuditTurn next_audit(const AuditInput& input) {
  AuditTurn turn;
  std::vector<std::pair<TimePoint, const std::string*>> read;
  for (const auto& target : *input.targets) {
    const auto& name = target.manifest->name;
    if (input.foreign->contains(name)) continue;
    const bool waits = input.deferred->contains(name);
    if (waits && !is_resting(name, input) && turn.batch.size() < kAuditBatch) turn.batch.insert(name);
    // One that is not remembered is not live, not ours, or deferred; what is dirty is for the next pass.
    const auto found = input.memory->find(name);
    if (waits || found == input.memory->end() || found->second->dirty) continue;
    const auto at = found->second->observed_at;
    turn.oldest = std::min(turn.oldest.value_or(at), at);
    if (!is_resting(name, input)) read.emplace_back(at, &name);
  }
  std::ranges::sort(read);
  if (!read.empty()) turn.due = read.front().first + input.interval;
  for (const auto& [at, name] : read) {
    if (at + input.interval > input.now || turn.batch.size() >= kAuditBatch) break;
    turn.batch.insert(*name);
  }
  const bool is_urgent = turn.batch.size() >= kAuditBatch || std::ranges::any_of(turn.batch, [&](const auto& name) {
                           return input.deferred->contains(name);
                         });
  const auto next = input.last ? *input.last + input.interval / kAuditTurns : input.now;
  if (!is_urgent && next > input.now) {
    turn.batch.clear();
    turn.due = std::max(turn.due.value_or(next), next);
  }
  return turn;
}

}  // namespace plumbline::daemon
