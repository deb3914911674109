#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "daemon/controller/decisions.h"
#include "daemon/controller/pass.h"
#include "daemon/controller/source_fetch.h"
#include "daemon/controller/verdict.h"
#include "daemon/telemetry/status_names.h"

/// What is known about a source between passes, in the form of Argo CD's two axes and Flux's conditions.
namespace plumbline::daemon {

struct Condition {
  Truth status = Truth::unknown;
  std::string reason;
  std::string message;
  TimePoint last_transition;  ///< when `status` got its present value
};

/// A Worker that somebody changed without Plumbline.
struct DriftedWorker {
  std::string name;
  std::string address;              ///< `worker.checkout`, `zone_worker.example.com`
  std::vector<std::string> what{};  ///< names of the changed parts, never a value
  std::string changed_by{};         ///< as far as the service reports it; may be empty
  bool is_overwritten = false;      ///< the plan writes over it; otherwise it is held back
};

/// The state of one source. It changes only through events; every pass ends with finished(). On the loop thread.
class SourceStatus {
 public:
  SourceStatus(std::string name, std::string account, TimePoint now);

  /// Nothing may be written until it ends; nothing: it is not suspended.
  void suspend(std::optional<Suspension> suspension) { suspension_ = std::move(suspension); }
  /// What was asked for up to this one (SourceLoop::ask_reconcile()) has been done.
  void handled(std::string asked) { handled_ = std::move(asked); }

  void fetched(TimePoint now, const SourceCommit& commit);
  /// The last good revision stays in force, but the source is not ready until a fetch succeeds.
  void fetch_failed(TimePoint now, const FetchProblem& problem);
  /// Manifests of a new revision were read. `workers` is the number of desired Workers, including ZoneWorkers.
  void loaded(const std::string& revision, std::size_t workers);
  void started(TimePoint now, const std::string& reconcile_id);
  void finished(const PassReport& report);
  /// An error that affects the whole account ended a pass, of this or another source. No source of the account can be
  /// compared.
  void account_stopped(TimePoint now, const api::Error& error);
  /// The journal's memory of an earlier run: the newest revision of which everything was seen live.
  void recall(std::string applied_revision) { applied_revision_ = std::move(applied_revision); }
  /// Until when the API wants no call, so that passes wait; nothing: it takes calls.
  void limited(const std::optional<TimePoint>& until, TimePoint now);

  /// Workers of a plan whose drift is new or different since the previous pass.
  [[nodiscard]] std::vector<DriftedWorker> new_drift(const reconciler::Plan& plan) const;

  [[nodiscard]] const std::map<std::string, Condition, std::less<>>& conditions() const { return conditions_; }
  [[nodiscard]] const std::vector<WorkerStatus>& workers() const { return workers_; }
  [[nodiscard]] std::size_t drifted() const { return drift_.size(); }
  [[nodiscard]] std::set<std::string> drifted_addresses() const;
  [[nodiscard]] std::size_t consecutive_failures() const { return consecutive_failures_; }
  [[nodiscard]] const std::string& applied_revision() const { return applied_revision_; }
  [[nodiscard]] const std::string& attempted_revision() const { return attempted_revision_; }
  [[nodiscard]] const std::optional<Suspension>& suspension() const { return suspension_; }
  [[nodiscard]] bool has_fetched() const { return last_fetch_.has_value(); }
  /// An entry of `sources` in /api/v1/status, as text: with 10,000 Workers a document as a value would cost more than
  /// all else.
  [[nodiscard]] std::string to_json_text() const;

 private:
  void set(std::string_view type, Judgement judgement, TimePoint now);
  void set_ready(const PassReport& report);
  void set_drift(const PassReport& report);
  void set_workers(const PassReport& report);
  [[nodiscard]] SyncStatus sync() const;

  std::string name_;
  std::string account_;
  std::optional<Suspension> suspension_;
  std::string handled_;
  std::map<std::string, Condition, std::less<>> conditions_;
  std::vector<WorkerStatus> workers_;
  std::map<std::string, std::vector<std::string>> drift_;  ///< what changed, by address
  SyncStatus sync_ = SyncStatus::unknown;                  ///< of the last pass
  std::string attempted_revision_;
  bool is_compared_ = false;      ///< the last pass compared the revision that was loaded last
  std::string applied_revision_;  ///< the newest revision of which everything was seen live
  std::string reconcile_id_;
  std::string last_summary_;
  bool is_limited_ = false;  ///< the last argument of limited()
  std::size_t desired_workers_ = 0;
  std::size_t consecutive_failures_ = 0;
  std::optional<TimePoint> last_fetch_;
  std::optional<FetchProblem> fetch_problem_;  ///< of the last fetch
  std::optional<TimePoint> last_attempt_;
  std::optional<TimePoint> last_success_;
};

/// The Workers whose live state was changed by others since the last apply, whether or not it was healed.
std::vector<DriftedWorker> drift_of(const reconciler::Plan& plan);

}  // namespace plumbline::daemon
