#pragma once

#include <chrono>
#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "daemon/controller/pass.h"
#include "daemon/controller/source.h"
#include "daemon/controller/status.h"
#include "daemon/telemetry/lasting_log.h"
#include "daemon/telemetry/log.h"

namespace plumbline::daemon {

/// The log lines about one source. Every event is logged once, by the outermost task. What lasts over fetches and
/// passes is logged as LastingLog does.
class SourceLog {
 public:
  /// Both logs must outlive it.
  SourceLog(Logger& logger, LastingLog& lasting, std::string source)
      : logger_(logger), lasting_(lasting), source_(std::move(source)) {}

  void new_revision(const manifests::DesiredState& desired, const Source::Update& update);
  void fetch_failed(const FetchProblem& problem, std::size_t failures, const std::string& revision_in_force,
                    std::chrono::nanoseconds until_next);
  /// A fetch succeeded. `mirror_problem`: why the mirror could not be made smaller; empty: it could.
  void fetched(const std::string& mirror_problem);
  /// Nothing can be fetched; the revision from the daemon's previous run is in force again.
  void recalled(const std::string& revision);
  /// Logged only if it failed.
  void remembered(const Result<void>& outcome);

  /// One Worker of an apply has ended. While the daemon `stops`, a skipped Worker is not an error.
  enum class Daemon { runs, stops };
  void worker(const reconciler::WorkerResult& result, const std::string& reconcile_id, Daemon daemon);

  /// One route, domain or ZoneWorker of an apply has ended.
  void exposure(const reconciler::AddressedResult& result, const std::string& reconcile_id, Daemon daemon);

  void drift(const DriftedWorker& worker, const std::string& reconcile_id);
  /// A pass has ended. `warnings`: what is to be said of the source whatever the pass came to. `drifted`: addresses of
  /// the Workers whose drift is left.
  void pass(const PassReport& report, std::size_t requests, const std::vector<std::string>& warnings,
            const std::set<std::string>& drifted);
  void pass_interrupted(const PassReport& report);
  /// A newer revision came while the account was read.
  void superseded(const PassReport& report);
  void audited(const reconciler::AuditResult& result);
  /// The account could not be read.
  void audit_failed(const api::Error& error);
  /// `age`: how long ago the Worker was read that the audit has left longest, where that is much more than `interval`.
  void audit_stretched(std::optional<std::chrono::seconds> age, std::chrono::milliseconds interval);
  /// Somebody else may have applied a newer revision.
  void fetches_first(const PassReport& report);

  void token_not_verified(const std::string& account, const api::Error& error);
  void token_verified(const std::string& account);
  void account_stopped(const std::string& account, const api::Error& error);
  void account_works(const std::string& account);
  void fault(const std::string& what);

 private:
  struct OutcomeWords;

  template <class Result>
  void not_done(const OutcomeWords& words, const std::string& address, const Result& result,
                const std::string& reconcile_id);
  void reconciled(const PassReport& report, std::size_t requests);
  void held_back(const PassReport& report, const std::vector<std::string>& warnings);
  void notes(const reconciler::Plan& plan);
  void end_outcomes(const reconciler::ApplyReport& applied);

  Logger& logger_;
  LastingLog& lasting_;
  std::string source_;
};

}  // namespace plumbline::daemon
