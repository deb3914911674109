#include "daemon/controller/status.h"

#include <algorithm>
#include <utility>

#include "base/time_point.h"
#include "daemon/controller/result_words.h"
#include "daemon/controller/worker_status.h"

namespace plumbline::daemon {
namespace {

// `name` is that of a Worker, or the address of a ZoneWorker.
bool is_done(const reconciler::ApplyReport& report, const std::string& name) {
  using Status = reconciler::ChangeStatus;
  return std::ranges::any_of(
             report.workers,
             [&name](const auto& result) { return result.name == name && result.status == Status::done; }) ||
         std::ranges::any_of(report.zone_workers, [&name](const auto& result) {
           return result.address == name && result.status == Status::done;
         });
}

// Flux's name for it.
std::string_view reason_of(FetchProblem::Kind kind) {
  switch (kind) {
    case FetchProblem::Kind::fetch:
      return "GitOperationFailed";
    case FetchProblem::Kind::verification:
      return "VerificationError";
  }
  return "GitOperationFailed";
}

}  // namespace

std::vector<DriftedWorker> drift_of(const reconciler::Plan& plan) {
  std::vector<DriftedWorker> drifted;
  for (const auto& change : plan.workers) {
    DriftedWorker worker{.name = change.name, .address = address_of(change), .changed_by = change.edit.source};
    const bool has_drift = reconciler::has_drift(change.origin);
    if (has_drift) {
      worker.is_overwritten = change.writes() && plan.policy != reconciler::Prune::report;
      for (const auto& line : change.lines) {
        if (line.is_drift()) worker.what.push_back(line.what);
      }
    }
    for (const auto& exposure : change.exposure) {
      if (!exposure.drift) continue;
      worker.what.push_back(address_of(exposure));
      worker.is_overwritten = worker.is_overwritten || exposure.writes();
    }
    if (has_drift || !worker.what.empty()) drifted.push_back(std::move(worker));
  }
  for (const auto& change : plan.zone_workers) {
    if (!change.drift) continue;
    DriftedWorker worker{.name = address_of(change), .address = address_of(change), .is_overwritten = change.writes()};
    for (const auto& line : change.lines) worker.what.push_back(line.what);
    drifted.push_back(std::move(worker));
  }
  return drifted;
}

SourceStatus::SourceStatus(std::string name, std::string account, TimePoint now)
    : name_(std::move(name)), account_(std::move(account)) {
  for (const auto type : kConditionTypes) set(type, {Truth::unknown, "Progressing", "not yet reconciled"}, now);
}

void SourceStatus::set(std::string_view type, Judgement judgement, TimePoint now) {
  auto& condition = conditions_[std::string(type)];
  const bool moved = condition.status != judgement.status || condition.reason.empty();
  condition = {judgement.status, std::move(judgement.reason), std::move(judgement.message),
               moved ? now : condition.last_transition};
}

void SourceStatus::fetched(TimePoint now, const SourceCommit& commit) {
  // The fetch no longer fails; the results of passes stay until the next pass.
  if (fetch_problem_) {
    set("Ready", {Truth::unknown, "Progressing", "the source was fetched again; the next pass decides"}, now);
    fetch_problem_.reset();
  }
  if (commit.signer.empty()) {
    set("SourceVerified",
        {Truth::unknown, "NotConfigured", "signatures are not checked: the source has no verify.keys"}, now);
  } else {
    set("SourceVerified", {Truth::yes, "Succeeded", "commit " + commit.id + " is signed by " + commit.signer}, now);
  }
  last_fetch_ = now;
}

void SourceStatus::fetch_failed(TimePoint now, const FetchProblem& problem) {
  fetch_problem_ = problem;
  set("Ready", {Truth::no, std::string(reason_of(problem.kind)), problem.message}, now);
  if (problem.kind == FetchProblem::Kind::verification) {
    set("SourceVerified", {Truth::no, std::string(reason_of(problem.kind)), problem.message}, now);
  }
}

void SourceStatus::loaded(const std::string& revision, std::size_t workers) {
  attempted_revision_ = revision;
  is_compared_ = false;
  desired_workers_ = workers;
}

void SourceStatus::started(TimePoint now, const std::string& reconcile_id) {
  reconcile_id_ = reconcile_id;
  last_attempt_ = now;
  set("Reconciling", {Truth::yes, "Progressing", "a pass is under way"}, now);
}

void SourceStatus::finished(const PassReport& report) {
  const auto now = report.finished;
  const auto result = result_of(report);
  const bool failed = result == PassResult::error;
  consecutive_failures_ = failed ? consecutive_failures_ + 1 : 0;
  last_summary_ = summary_of(report);
  if (result == PassResult::success || result == PassResult::noop) last_success_ = now;
  sync_ = sync_of(report);
  is_compared_ = attempted_revision_.empty() || attempted_revision_ == report.revision;
  if (sync_ == SyncStatus::synced) applied_revision_ = report.revision;
  set("Reconciling", {Truth::no, failed ? "ProgressingWithRetry" : "Succeeded", last_summary_}, now);
  set("RateLimited", rate_limited_of(report), now);
  set("Stalled", stalled_of(report), now);
  set_ready(report);
  if (!report.plan) return;
  set_workers(report);
  set("Blocked", blocked_of(*report.plan), now);
  set_drift(report);
}

// What could not be read this time was read at some earlier time.
void SourceStatus::set_workers(const PassReport& report) {
  if (report.plan->unchanged) {
    for (auto& worker : workers_) worker.read_at = report.plan->observed_at;
    return;
  }
  const auto before = std::exchange(workers_, worker_statuses(report));
  std::map<std::string_view, const WorkerStatus*> known;
  for (const auto& worker : before) known.emplace(worker.name, &worker);
  for (auto& worker : workers_) {
    const auto found = worker.read_at ? known.end() : known.find(worker.name);
    if (found != known.end()) worker.read_at = found->second->read_at;
  }
}

void SourceStatus::limited(const std::optional<TimePoint>& until, TimePoint now) {
  if (until) {
    set("RateLimited",
        {Truth::yes, "BudgetExhausted", "the API limits calls: Plumbline sends none until " + to_rfc3339(*until)}, now);
  } else if (is_limited_) {
    set("RateLimited", {Truth::no, "Succeeded", {}}, now);
  }
  is_limited_ = until.has_value();
}

// A problem of the pass takes precedence over one of the fetch, because it concerns what is live.
void SourceStatus::set_ready(const PassReport& report) {
  auto ready = ready_of(report);
  if (ready.status != Truth::no && fetch_problem_) {
    ready = {Truth::no, std::string(reason_of(fetch_problem_->kind)), fetch_problem_->message};
  } else if (ready.status == Truth::yes && report.suspended) {
    ready = {Truth::yes, "Suspended", "suspended " + describe(*report.suspended) + "; nothing is written"};
  }
  set("Ready", std::move(ready), report.finished);
}

void SourceStatus::account_stopped(TimePoint now, const api::Error& error) {
  sync_ = SyncStatus::unknown;
  set("Ready", {Truth::no, "ReconciliationFailed", "account " + account_ + " is stopped: " + api::to_text(error)}, now);
}

std::vector<DriftedWorker> SourceStatus::new_drift(const reconciler::Plan& plan) const {
  auto drifted = drift_of(plan);
  std::erase_if(drifted, [this](const DriftedWorker& worker) {
    const auto before = drift_.find(worker.address);
    return before != drift_.end() && before->second == worker.what;
  });
  return drifted;
}

std::set<std::string> SourceStatus::drifted_addresses() const {
  std::set<std::string> addresses;
  for (const auto& [address, what] : drift_) addresses.insert(address);
  return addresses;
}

void SourceStatus::set_drift(const PassReport& report) {
  std::map<std::string, std::vector<std::string>> left;
  for (auto& worker : drift_of(*report.plan)) {
    if (!is_done(report.applied, worker.name)) left.emplace(std::move(worker.address), std::move(worker.what));
  }
  drift_ = std::move(left);
  const auto now = report.finished;
  if (drift_.empty()) {
    set("Drifted", {Truth::no, "Succeeded", {}}, now);
  } else {
    const auto drifted = drifted_addresses();
    const std::vector<std::string> addresses(drifted.begin(), drifted.end());
    set("Drifted", {Truth::yes, "Drifted", "changed behind Plumbline's back: " + listed(addresses)}, now);
  }
}

// While no pass has compared the revision, or the newest revision is unknown, only what is already known to be wrong is
// reported.
SyncStatus SourceStatus::sync() const {
  const bool is_head = is_compared_ && !fetch_problem_;
  return sync_ == SyncStatus::synced && !is_head ? SyncStatus::unknown : sync_;
}

std::string SourceStatus::to_json_text() const {
  JsonArray conditions;
  for (const auto& [type, condition] : conditions_) {
    conditions.push_back({{"type", type},
                          {"status", to_string(condition.status)},
                          {"reason", condition.reason},
                          {"message", condition.message},
                          {"lastTransitionTime", to_rfc3339(condition.last_transition)}});
  }
  JsonObject counts{{"desired", desired_workers_}, {"drifted", drift_.size()}};
  for (const auto status : kSyncStatuses) {
    counts[to_string(status)] = std::ranges::count(workers_, status, &WorkerStatus::sync);
  }
  Json suspension(nullptr);
  if (suspension_) {
    suspension = {{"since", to_rfc3339(suspension_->since)},
                  {"until", time_or_null(suspension_->until)},
                  {"reason", suspension_->reason}};
  }
  const JsonObject head{{"name", name_},
                        {"account", account_},
                        {"sync", to_string(sync())},
                        {"health", suspension_ ? "Suspended" : "Unknown"},
                        {"suspended", suspension_.has_value()},
                        {"suspension", std::move(suspension)},
                        {"lastAppliedRevision", applied_revision_},
                        {"lastAttemptedRevision", attempted_revision_},
                        {"lastHandledReconcileAt", handled_},
                        {"lastFetchTime", time_or_null(last_fetch_)},
                        {"lastAttemptTime", time_or_null(last_attempt_)},
                        {"lastSuccessTime", time_or_null(last_success_)},
                        {"lastReconcileId", reconcile_id_},
                        {"lastSummary", last_summary_},
                        {"consecutiveFailures", consecutive_failures_},
                        {"counts", std::move(counts)},
                        {"conditions", std::move(conditions)}};
  auto out = to_text(Json(head));
  out.pop_back();
  out += ",\"workers\":[";
  for (const auto& worker : workers_) {
    if (out.back() != '[') out += ',';
    append_json(out, worker);
  }
  out += "]}";
  return out;
}

}  // namespace plumbline::daemon
