#include "daemon/status.h"

#include <algorithm>
#include <utility>

#include "base/text.h"

namespace plumbline::daemon {
namespace {

Json time_or_null(const std::optional<TimePoint>& time) {
  return time ? Json(to_rfc3339(*time)) : Json(nullptr);
}

const reconciler::Block* first_block(const PassReport& report) {
  if (!report.plan) return nullptr;
  const auto blocks = held_up(*report.plan);
  return blocks.empty() ? nullptr : blocks.front().block;
}

// `name` of a Worker, or address of a ZoneWorker.
bool is_done(const reconciler::ApplyReport& report, const std::string& name) {
  using Status = reconciler::ChangeStatus;
  return std::ranges::any_of(
             report.workers,
             [&name](const auto& result) { return result.name == name && result.status == Status::done; }) ||
         std::ranges::any_of(report.zone_workers, [&name](const auto& result) {
           return result.address == name && result.status == Status::done;
         });
}

// What a person should look at first.
std::string first_failure(const PassReport& report) {
  if (report.error) return api::to_text(*report.error);
  for (const auto& result : report.applied.workers) {
    if (!result.message.empty()) return "worker." + result.name + ": " + result.message;
  }
  for (const auto& result : report.applied.zone_workers) {
    if (!result.message.empty()) return result.address + ": " + result.message;
  }
  if (!report.plan) return {};
  for (const auto& diagnostic : report.plan->diagnostics) {
    if (diagnostic.severity == Severity::error) return to_text(diagnostic);
  }
  return {};
}

bool is_rate_limited(const PassReport& report) {
  if (report.error) return report.error->kind == api::ErrorKind::rate_limited;
  const auto is_limited = [](const auto& result) {
    return result.error && result.error->kind == api::ErrorKind::rate_limited;
  };
  return std::ranges::any_of(report.applied.workers, is_limited) ||
         std::ranges::any_of(report.applied.zone_workers, is_limited);
}

// As Flux calls it.
std::string_view reason_of(FetchProblem::Kind kind) {
  switch (kind) {
    case FetchProblem::Kind::fetch:
      return "GitOperationFailed";
    case FetchProblem::Kind::verification:
      return "VerificationError";
  }
  return "GitOperationFailed";
}

// Retrying cannot help until a person has changed something.
bool is_stalled(const PassReport& report, PassResult result) {
  return result == PassResult::error && end_of(report) == PassEnd::settled;
}

}  // namespace

std::vector<DriftedWorker> drift_of(const reconciler::Plan& plan) {
  std::vector<DriftedWorker> drifted;
  for (const auto& change : plan.workers) {
    DriftedWorker worker{.name = change.name, .changed_by = change.changed_by};
    if (change.drift) {
      for (const auto& line : change.lines) worker.what.push_back(line.what);
    }
    for (const auto& resource : change.resources) {
      if (resource.drift) worker.what.push_back(address_of(resource));
    }
    if (change.drift || !worker.what.empty()) drifted.push_back(std::move(worker));
  }
  for (const auto& change : plan.zone_workers) {
    if (!change.drift) continue;
    DriftedWorker worker{.name = address_of(change), .changed_by = {}};
    for (const auto& line : change.lines) worker.what.push_back(line.what);
    drifted.push_back(std::move(worker));
  }
  return drifted;
}

SourceStatus::SourceStatus(std::string name, std::string account, bool suspended, TimePoint now)
    : name_(std::move(name)), account_(std::move(account)), suspended_(suspended) {
  for (const auto type : kConditionTypes) set(type, Truth::unknown, "Progressing", "not yet reconciled", now);
}

void SourceStatus::set(std::string_view type, Truth status, std::string reason, std::string message, TimePoint now) {
  auto& condition = conditions_[std::string(type)];
  const bool moved = condition.status != status || condition.reason.empty();
  condition = {status, std::move(reason), std::move(message), moved ? now : condition.last_transition};
}

void SourceStatus::fetched(TimePoint now, const SourceCommit& commit) {
  // The failure of a fetch is over; what the passes found stands until the next one.
  if (fetch_problem_) {
    set("Ready", Truth::unknown, "Progressing", "fetched again; the next pass tells more", now);
    fetch_problem_.reset();
  }
  if (commit.signer.empty()) {
    set("SourceVerified", Truth::unknown, "NotConfigured", "nobody has to sign: the source has no verify.keys", now);
  } else {
    set("SourceVerified", Truth::yes, "Succeeded", "commit " + commit.id + " is signed by " + commit.signer, now);
  }
  last_fetch_ = now;
}

void SourceStatus::fetch_failed(TimePoint now, const FetchProblem& problem) {
  fetch_problem_ = problem;
  set("Ready", Truth::no, std::string(reason_of(problem.kind)), problem.message, now);
  if (problem.kind == FetchProblem::Kind::verification) {
    set("SourceVerified", Truth::no, std::string(reason_of(problem.kind)), problem.message, now);
  }
}

void SourceStatus::loaded(const std::string& revision, std::size_t workers) {
  attempted_revision_ = revision;
  desired_workers_ = workers;
}

void SourceStatus::started(TimePoint now, const std::string& reconcile_id) {
  reconcile_id_ = reconcile_id;
  last_attempt_ = now;
  set("Reconciling", Truth::yes, "Progressing", "a pass is under way", now);
}

void SourceStatus::finished(const PassReport& report) {
  const auto result = result_of(report);
  const auto now = report.finished;
  const bool failed = result == PassResult::error;
  consecutive_failures_ = failed ? consecutive_failures_ + 1 : 0;
  last_summary_ = summary_of(report);
  if (result == PassResult::success || result == PassResult::noop) last_success_ = now;
  if (report.plan) workers_ = worker_statuses(report);
  if (report.plan && !failed && result != PassResult::blocked && sync() == SyncStatus::synced) {
    applied_revision_ = report.revision;
  }
  set("Reconciling", Truth::no, failed ? "ProgressingWithRetry" : "Succeeded", last_summary_, now);
  set("RateLimited", is_rate_limited(report) ? Truth::yes : Truth::no,
      is_rate_limited(report) ? "BudgetExhausted" : "Succeeded", {}, now);
  const bool stalled = is_stalled(report, result);
  set("Stalled", stalled ? Truth::yes : Truth::no, stalled ? "ReconciliationFailed" : "Succeeded",
      stalled ? first_failure(report) : "", now);
  set_ready(report, result);
  if (report.plan) set_drift(report);
}

void SourceStatus::set_ready(const PassReport& report, PassResult result) {
  const auto now = report.finished;
  const auto* block = first_block(report);
  if (report.plan) {
    set("Blocked", block != nullptr ? Truth::yes : Truth::no, block != nullptr ? block->reason : "Succeeded",
        block != nullptr ? block->message : "", now);
  }
  if (result == PassResult::error) {
    set("Ready", Truth::no, "ReconciliationFailed", first_failure(report), now);
  } else if (result == PassResult::blocked) {
    set("Ready", Truth::no, block->reason, block->message, now);
  } else if (fetch_problem_) {
    set("Ready", Truth::no, std::string(reason_of(fetch_problem_->kind)), fetch_problem_->message, now);
  } else if (suspended_) {
    set("Ready", Truth::yes, "Suspended", "suspended by the configuration: nothing is written", now);
  } else {
    set("Ready", Truth::yes, "ReconciliationSucceeded", last_summary_, now);
  }
}

std::vector<DriftedWorker> SourceStatus::new_drift(const reconciler::Plan& plan) const {
  auto drifted = drift_of(plan);
  std::erase_if(drifted, [this](const DriftedWorker& worker) {
    const auto before = drift_.find(worker.name);
    return before != drift_.end() && before->second == worker.what;
  });
  return drifted;
}

void SourceStatus::set_drift(const PassReport& report) {
  std::map<std::string, std::vector<std::string>> left;
  for (auto& worker : drift_of(*report.plan)) {
    if (!is_done(report.applied, worker.name)) left.emplace(std::move(worker.name), std::move(worker.what));
  }
  drift_ = std::move(left);
  const auto now = report.finished;
  if (drift_.empty()) {
    set("Drifted", Truth::no, "Succeeded", {}, now);
  } else {
    set("Drifted", Truth::yes, "Drifted", counted(drift_.size(), "Worker") + " changed behind Plumbline's back", now);
  }
}

SyncStatus SourceStatus::sync() const {
  if (workers_.empty() && !last_success_) return SyncStatus::unknown;
  const auto is = [](SyncStatus status) {
    return [status](const WorkerStatus& worker) { return worker.sync == status; };
  };
  if (std::ranges::any_of(workers_, is(SyncStatus::out_of_sync))) return SyncStatus::out_of_sync;
  if (std::ranges::any_of(workers_, is(SyncStatus::unknown))) return SyncStatus::unknown;
  return SyncStatus::synced;
}

Json SourceStatus::to_json() const {
  JsonArray conditions;
  for (const auto& [type, condition] : conditions_) {
    conditions.push_back({{"type", type},
                          {"status", to_string(condition.status)},
                          {"reason", condition.reason},
                          {"message", condition.message},
                          {"lastTransitionTime", to_rfc3339(condition.last_transition)}});
  }
  JsonArray workers;
  for (const auto& worker : workers_) {
    workers.push_back({{"name", worker.name}, {"sync", to_string(worker.sync)}, {"health", to_string(worker.health)}});
  }
  JsonObject counts{{"desired", desired_workers_}, {"drifted", drift_.size()}};
  for (const auto status : kSyncStatuses) {
    counts[to_string(status)] = std::ranges::count(workers_, status, &WorkerStatus::sync);
  }
  return {{"name", name_},
          {"account", account_},
          {"sync", to_string(sync())},
          {"health", suspended_ ? "Suspended" : "Unknown"},
          {"suspended", suspended_},
          {"lastAppliedRevision", applied_revision_},
          {"lastAttemptedRevision", attempted_revision_},
          {"lastFetchTime", time_or_null(last_fetch_)},
          {"lastAttemptTime", time_or_null(last_attempt_)},
          {"lastSuccessTime", time_or_null(last_success_)},
          {"lastReconcileId", reconcile_id_},
          {"lastSummary", last_summary_},
          {"consecutiveFailures", consecutive_failures_},
          {"counts", std::move(counts)},
          {"conditions", std::move(conditions)},
          {"workers", std::move(workers)}};
}

}  // namespace plumbline::daemon
