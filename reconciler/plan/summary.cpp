#include "reconciler/plan/summary.h"

#include <algorithm>
#include <cmath>

#include "reconciler/parts/assets.h"

namespace plumbline::reconciler {
namespace {

void count(PlanSummary& summary, Action action, bool importing, bool blocked) {
  switch (action) {
    case Action::create:
      ++summary.add;
      break;
    case Action::update:
      ++(importing ? summary.import : summary.change);
      break;
    case Action::remove:
      ++summary.destroy;
      break;
    case Action::no_op:
      if (!blocked) ++summary.unchanged;
      break;
    case Action::forget:
      break;
  }
}

void count(PlanSummary& summary, const WorkerChange& change) {
  count(summary, change.action, change.importing, change.block.has_value() || change.deferred);
  if (change.writes()) {
    summary.api_calls += change.calls.size();
    if (std::ranges::any_of(change.calls, &PlannedCall::has_uploads)) {
      summary.asset_uploads += distinct_files(change.target->assets->listing);
    }
  }
  for (const auto& exposure : change.exposure) {
    count(summary, exposure.action, exposure.importing, exposure.block.has_value());
    if (exposure.writes()) ++summary.api_calls;
  }
}

}  // namespace

void summarise(Plan& plan, double calls_per_second) {
  auto& summary = plan.summary;
  summary = {};
  for (const auto& change : plan.workers) count(summary, change);
  for (const auto& change : plan.zone_workers) {
    count(summary, change.action, change.importing, change.block.has_value());
    if (change.writes()) summary.api_calls += change.calls.size();
  }
  // Whole calls at the configured rate: the same plan has the same figure.
  summary.seconds = std::ceil(static_cast<double>(summary.api_calls) / std::max(calls_per_second, 0.1));
}

}  // namespace plumbline::reconciler
