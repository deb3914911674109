#include <algorithm>

#include "reconciler/apply_errors.h"
#include "reconciler/reconcile.h"

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
    for (const auto& resource : result.resources) count(resource.action, resource.importing, resource.status, *this);
  }
}

bool ApplyReport::failed() const {
  return std::ranges::any_of(workers, [](const auto& result) { return result.status != ChangeStatus::done; });
}

bool ApplyReport::needs_replan() const {
  return std::ranges::any_of(workers, [](const auto& result) { return result.status == ChangeStatus::replan; });
}

const api::Error* ApplyReport::account_error() const {
  for (const auto& result : workers) {
    if (result.error && is_of_account(*result.error)) return &*result.error;
  }
  return nullptr;
}

}  // namespace plumbline::reconciler
