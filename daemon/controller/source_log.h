#pragma once

#include <chrono>
#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "daemon/controller/pass.h"
#include "daemon/controller/source_feed.h"
#include "daemon/controller/status.h"
#include "daemon/telemetry/log.h"

namespace plumbline::daemon {

/// What the log says of one source. Every event is told once, at the border of the task; a problem that stays is not
/// told again.
class SourceLog {
 public:
  SourceLog(Logger& logger, std::string source) : logger_(logger), source_(std::move(source)) {}

  void new_revision(const manifests::DesiredState& desired, const SourceFeed::Update& update);
  void fetch_failed(const FetchProblem& problem, std::size_t failures, const std::string& revision_in_force,
                    std::chrono::nanoseconds until_next);
  /// Nothing can be fetched; what was in force when the daemon ran last is so again.
  void recalled(const std::string& revision);
  /// Told only if it failed.
  void remembered(const Result<void>& outcome);
  void fetch_works_again();
  void mirror_problem(const std::string& problem);

  /// One Worker of an apply has ended. While it `stops`, what was skipped is no error.
  enum class Daemon { runs, stops };
  void worker(const reconciler::WorkerResult& result, const std::string& reconcile_id, Daemon daemon);

  /// One route, domain or ZoneWorker of an apply has ended.
  void exposure(const reconciler::AddressedResult& result, const std::string& reconcile_id, Daemon daemon);

  void drift(const DriftedWorker& worker, const std::string& reconcile_id);
  /// The problems that stand after a pass; those that stood after the one before are left out.
  void problems(std::set<std::string> standing);
  void pass(const PassReport& report, std::size_t requests);
  void pass_interrupted(const PassReport& report);
  /// Somebody else may have applied a newer revision.
  void fetches_first(const PassReport& report);

  void token_not_verified(const std::string& account, const api::Error& error);
  void account_stopped(const std::string& account, const api::Error& error);
  void fault(const std::string& what);

 private:
  Logger& logger_;
  std::string source_;
  std::set<std::string> told_;
};

/// What a plan holds back, one line each; drift that is only reported is told apart.
std::set<std::string> held_back(const reconciler::Plan& plan);

}  // namespace plumbline::daemon
