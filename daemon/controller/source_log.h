#pragma once

#include <chrono>
#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "daemon/controller/pass.h"
#include "daemon/controller/source.h"
#include "daemon/controller/status.h"
#include "daemon/telemetry/log.h"

namespace plumbline::daemon {

/// The log lines about one source. Every event is logged once, by the outermost task. A problem that persists is not
/// logged again.
class SourceLog {
 public:
  SourceLog(Logger& logger, std::string source) : logger_(logger), source_(std::move(source)) {}

  void new_revision(const manifests::DesiredState& desired, const Source::Update& update);
  void fetch_failed(const FetchProblem& problem, std::size_t failures, const std::string& revision_in_force,
                    std::chrono::nanoseconds until_next);
  /// Nothing can be fetched; the revision from the daemon's previous run is in force again.
  void recalled(const std::string& revision);
  /// Logged only if it failed.
  void remembered(const Result<void>& outcome);
  void fetch_works_again();
  void mirror_problem(const std::string& problem);

  /// One Worker of an apply has ended. While the daemon `stops`, a skipped Worker is not an error.
  enum class Daemon { runs, stops };
  void worker(const reconciler::WorkerResult& result, const std::string& reconcile_id, Daemon daemon);

  /// One route, domain or ZoneWorker of an apply has ended.
  void exposure(const reconciler::AddressedResult& result, const std::string& reconcile_id, Daemon daemon);

  void drift(const DriftedWorker& worker, const std::string& reconcile_id);
  /// The problems that exist after a pass. Only those that did not exist after the previous pass are logged.
  void problems(std::set<std::string> standing);
  void pass(const PassReport& report, std::size_t requests);
  void pass_interrupted(const PassReport& report);
  /// Somebody else may have applied a newer revision.
  void fetches_first(const PassReport& report);

  void token_not_verified(const std::string& account, const api::Error& error);
  void account_stopped(const std::string& account, const api::Error& error);
  void fault(const std::string& what);

 private:
  struct OutcomeWords;

  template <class Result>
  void not_done(const OutcomeWords& words, LogField subject, const Result& result, const std::string& reconcile_id);

  Logger& logger_;
  std::string source_;
  std::set<std::string> told_;
};

/// What a plan holds back, one line each. Drift that is only reported is left out, because it is logged separately.
std::set<std::string> held_back(const reconciler::Plan& plan);

}  // namespace plumbline::daemon
