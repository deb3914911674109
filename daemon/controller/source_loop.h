#pragma once

#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "daemon/config/config.h"
#include "daemon/controller/audit.h"
#include "daemon/controller/decisions.h"
#include "daemon/controller/events.h"
#include "daemon/controller/pass.h"
#include "daemon/controller/schedule.h"
#include "daemon/controller/source.h"
#include "daemon/controller/source_access.h"
#include "daemon/controller/source_events.h"
#include "daemon/controller/source_log.h"
#include "daemon/controller/status.h"
#include "daemon/controller/twin.h"
#include "daemon/telemetry/lasting_log.h"
#include "daemon/telemetry/log.h"
#include "daemon/telemetry/metrics.h"
#include "net/awaitable.h"
#include "reconciler/pass_memory.h"

namespace plumbline::daemon {

/// Shared by the loops of all sources, and outlives them.
struct LoopContext {
  Runtime* runtime = nullptr;
  Logger* logger = nullptr;
  LastingLog* lasting = nullptr;
  Metrics* metrics = nullptr;
  const Decisions* decisions = nullptr;
  EventLog* events = nullptr;
  net::Executor io;
  std::string mirrors;
  Jitter jitter;
  bool stopping = false;
  std::function<void()> moved;  ///< called when a loop begins or ends an activity
};

/// Watches one source as long as the daemon runs: fetch, load, plan and apply, each when the schedule says so. Fetches,
/// passes and the audit run side by side, one of each at a time. On the loop thread.
class SourceLoop {
 public:
  /// Watches the source of this name in `config`, whose account the runtime has.
  SourceLoop(std::shared_ptr<const Config> config, const std::string& source, LoopContext* context);

  /// Sets the other sources of the same account: names in their manifests are not deleted here. They must outlive the
  /// loop.
  void set_siblings(std::vector<SourceLoop*> siblings) { siblings_ = std::move(siblings); }

  /// Runs until the context says `stopping` and wake() is called, or until retire(). A call in progress is finished
  /// first.
  Awaitable<> run();
  void wake();
  /// The source is not in the configuration any more, or another one there: the loop ends, and no write is begun.
  void retire();
  /// Whether another loop may watch the source of this name: this one neither reads its account nor writes to it.
  [[nodiscard]] bool has_left() const { return passing_ == Activity::ended; }

  // What persons ask for.

  /// Fetches and compares now. Returns what `lastHandledReconcileAt` of the status is, or is later than, once that was
  /// done: a time of fixed width.
  std::string ask_reconcile();
  /// Something that a pass reads may have changed: one is due.
  void look_again();
  /// The next pass undoes the drift of these Workers, whatever the source says about drift.
  void ask_revert(std::set<std::string> workers);
  /// Decisions about the source have changed: a pass makes room, and the next one is due.
  void decided();

  enum class Activity {
    idle,
    reading,  ///< fetching or observing: may be cut off at any time
    writing,  ///< calls that change the account are in progress
    ended,
  };
  [[nodiscard]] Activity activity() const;

  [[nodiscard]] const SourceConfig& config() const { return config_; }
  [[nodiscard]] const SourceStatus& status() const { return status_; }
  /// Returns once the last plan was made after the last write, for whoever asks what is so and not what is open; at the
  /// latest after some seconds. A plan that was applied shows the account as it was before.
  Awaitable<> catch_up();
  /// Whether something was written since the account was read for the last plan.
  [[nodiscard]] bool is_behind() const { return is_behind_; }
  /// What is open of the last plan; null: there was none yet.
  [[nodiscard]] const std::shared_ptr<const reconciler::Plan>& plan() const { return plan_; }
  /// The manifests in force; null: none yet.
  [[nodiscard]] const std::shared_ptr<const manifests::DesiredState>& desired() const { return source_.desired(); }
  /// For single calls about the source's Workers, of a person who waits. Valid only if is_open().
  [[nodiscard]] const SourceAccess& access() const { return access_; }
  /// Updates the status with the time until which the API wants no call.
  void look_at_limits();
  /// How long ago the Worker was read that the audit has left longest; 0 if there is none.
  [[nodiscard]] std::chrono::seconds audit_age() const;
  /// Why the last fetch failed; empty if it did not.
  [[nodiscard]] const std::string& fetch_problem() const { return fetch_problem_; }
  /// Why the last pass could not compare anything; empty if it could.
  [[nodiscard]] const std::string& pass_problem() const { return pass_problem_; }

 private:
  Awaitable<> keep_fetching();
  Awaitable<> keep_passing();
  Awaitable<> keep_auditing();
  Awaitable<> fetch_when_due();
  Awaitable<> pass_when_due();
  void resume_deletes();
  void enter(Activity activity);
  /// A pass, of this or another source, met an error that affects the whole account.
  void account_stopped(const api::Error& error);
  void publish_conditions();

  // source_loop_control.cpp
  [[nodiscard]] bool is_stopping() const { return context_->stopping || retired_; }
  [[nodiscard]] bool makes_room() const { return schedule_.has_news() || retired_ || decisions_moved_; }
  bool take_decisions();
  [[nodiscard]] reconciler::Policy decided_policy() const;
  void handled(const std::string& asked);
  void look_at_asked(const std::string& answered);
  void tell_events(const PassReport& report);
  void say(std::string_view type, std::string message);

  // source_loop_fetch.cpp
  Awaitable<> fetch();
  Awaitable<> recall();
  void fetched(const Source::Update& update, Instant started);
  void take_revision(const Source::Update& update);
  void fetch_failed(const FetchProblem& problem, std::chrono::nanoseconds duration);

  // source_loop_audit.cpp
  [[nodiscard]] AuditTurn audit_turn(const reconciler::Observations& memory) const;
  Awaitable<> audit_when_due();
  Awaitable<> audit(std::set<std::string> batch);
  Awaitable<> sleep_audit(Instant until);
  void rest(const std::set<std::string>& batch, const reconciler::AuditResult& result);
  void note_oldest(std::optional<TimePoint> oldest);

  // source_loop_pass.cpp
  Awaitable<> pass(reconciler::Refresh zones);
  Awaitable<> make_pass(PassReport* report);
  [[nodiscard]] TimePoint oldest_list_to_use() const;
  void note_list(const reconciler::Plan& plan, TimePoint started);
  /// Another source of the account has read the list; this one may use it too.
  void list_was_read();
  Awaitable<> verify_token();
  Awaitable<> observe_and_apply(PassReport* report, api::Priority priority);
  Awaitable<TwinWatch::Verdict> look_for_twin(const reconciler::Plan* plan);
  [[nodiscard]] Neighbours neighbours() const;
  Awaitable<> recall_status();
  Awaitable<> remember_status();
  [[nodiscard]] reconciler::NoteKey status_notes() const;
  void finish(const PassReport& report);
  Awaitable<> keep_plan(PassReport* report);
  void schedule_next(const PassReport& report);
  void measure(const PassReport& report);

  std::shared_ptr<const Config> whole_config_;
  const SourceConfig& config_;
  LoopContext* context_;
  SourceLog log_;
  Source source_;
  SourceAccess access_;
  Schedule schedule_;
  SourceStatus status_;
  TwinWatch twins_;
  std::unique_ptr<PassMetrics> metrics_;
  std::unique_ptr<FetchMetrics> fetch_metrics_;
  boost::asio::steady_timer fetch_timer_;
  boost::asio::steady_timer pass_timer_;
  boost::asio::steady_timer audit_timer_;
  std::vector<SourceLoop*> siblings_;
  Instant fetched_at_;   ///< when the last successful fetch began
  Instant revision_at_;  ///< when the current revision was first seen
  reconciler::PassMemory memory_;
  TimePoint list_begun_;                      ///< of the list that the last pass used
  std::set<std::string> deferred_;            ///< Workers that the last pass left to the audit
  std::set<std::string> foreign_;             ///< live Workers that the last pass found to be not ours
  std::map<std::string, TimePoint> resting_;  ///< Workers that the audit leaves alone until then: a pass looks at them
  std::optional<TimePoint> oldest_read_;      ///< see audit_age()
  std::optional<TimePoint> last_audit_;       ///< when the last turn of the audit began
  TimePoint started_ = std::chrono::system_clock::now();
  std::string deletes_wait_for_;  ///< the sibling that kept the last pass from deleting; empty: none
  bool is_status_recalled_ = false;
  std::string remembered_revision_;    ///< status_.applied_revision() as stored in the journal
  std::optional<Instant> recall_due_;  ///< when to look for the revision of an earlier run, if no newer one has come
  bool fetching_ = true;               ///< keep_fetching() has not ended
  bool is_fetching_ = false;           ///< a fetch is in progress
  bool auditing_ = true;               ///< keep_auditing() has not ended
  Activity passing_ = Activity::idle;  ///< of keep_passing()
  std::string fetch_problem_;
  std::string pass_problem_;
  std::shared_ptr<const reconciler::Plan> plan_;
  bool is_behind_ = false;
  SourceDecisions decided_;       ///< as the last pass found them
  bool decisions_moved_ = false;  ///< and no pass has begun since
  // Of ask_reconcile(), which one was the newest; empty: none.
  std::string asked_;        ///< of all
  std::string fetch_began_;  ///< when the fetch began that is running, or was last
  std::string fetch_ended_;  ///< the same, once that fetch has ended
  std::set<std::string> revert_;
  std::set<std::string> reverting_;  ///< those of `revert_` that the pass knows which is under way, or was last
  SourceEvents events_;
  bool retired_ = false;
};

}  // namespace plumbline::daemon
