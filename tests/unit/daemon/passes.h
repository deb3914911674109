#pragma once

#include <string>
#include <utility>
#include <vector>

#include "base/json.h"
#include "daemon/controller/pass.h"
#include "daemon/controller/status.h"
#include "daemon/controller/worker_status.h"
#include "tests/unit/reconciler/results.h"

/// Passes and what they are made of, as tests of their meaning need them.
namespace plumbline::daemon::test {

using reconciler::Action;
using reconciler::WorkerChange;
using reconciler::WorkerResult;
using Status = WorkerResult::Status;

using reconciler::test::blocked;
using reconciler::test::change;
using reconciler::test::drifted;
using reconciler::test::error_of;
using reconciler::test::result;
using reconciler::test::zone;

// A pass over these changes in which nothing was applied.
inline PassReport observed(std::vector<WorkerChange> changes) {
  PassReport report;
  report.revision = "main@sha1:aaaa";
  report.plan.emplace();
  report.plan->workers = std::move(changes);
  report.finished = TimePoint(std::chrono::seconds(1000));
  return report;
}

inline PassReport unreachable(api::ErrorKind kind) {
  PassReport report;
  report.error = error_of(kind);
  report.finished = TimePoint(std::chrono::seconds(1000));
  return report;
}

// As /api/v1/status has them.
inline Json json_of(const SourceStatus& status) {
  return *parse_json(status.to_json_text());
}
inline Json json_of(const WorkerStatus& status) {
  std::string text;
  append_json(text, status);
  return *parse_json(text);
}

}  // namespace plumbline::daemon::test
