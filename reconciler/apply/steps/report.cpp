#include "reconciler/apply/steps/report.h"

#include <algorithm>

#include "api/reaction.h"

namespace plumbline::reconciler {
namespace {

void count(Action action, bool importing, ChangeStatus status, ApplyReport& report) {
  if (status != ChangeStatus::done) return;
  if (action == Action::create) ++report.added;
  if (action == Action::update) ++(importing ? report.imported : report.changed);
  if (action == Action::remove) ++report.destroyed;
}

}  // namespace

void ApplyReport::tally() {
  added = changed = destroyed = imported = 0;
  for (const auto& result : workers) {
    count(result.action, result.importing, result.own, *this);
    for (const auto& exposure : result.exposure) count(exposure.action, exposure.importing, exposure.status, *this);
  }
  for (const auto& result : zone_workers) count(result.action, result.importing, result.status, *this);
}

const WorkerResult* ApplyReport::find(const std::string& name) const {
  const auto found = std::ranges::find(workers, name, &WorkerResult::name);
  return found == workers.end() ? nullptr : &*found;
}

bool ApplyReport::failed() const {
  const auto open = [](const auto& result) { return result.status != ChangeStatus::done; };
  return std::ranges::any_of(workers, open) || std::ranges::any_of(zone_workers, open);
}

bool ApplyReport::needs_replan() const {
  const auto again = [](const auto& result) { return result.status == ChangeStatus::replan; };
  return std::ranges::any_of(workers, again) || std::ranges::any_of(zone_workers, again);
}

const api::Error* ApplyReport::account_error() const {
  for (const auto& result : workers) {
    if (result.error && api::concerns_account(*result.error)) return &*result.error;
  }
  return nullptr;
}

}  // namespace plumbline::reconciler
