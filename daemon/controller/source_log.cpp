#include "daemon/controller/source_log.h"

#include <utility>

#include "base/text.h"
#include "daemon/controller/result_words.h"
#include "daemon/controller/verdict.h"

namespace plumbline::daemon {
namespace {

using namespace std::chrono_literals;

std::int64_t milliseconds_of(std::chrono::nanoseconds duration) {
  return duration / 1ms;
}

LogLevel level_of(PassResult result) {
  switch (result) {
    case PassResult::error:
      return LogLevel::error;
    case PassResult::blocked:
      return LogLevel::warning;
    default:
      return LogLevel::info;
  }
}

// Whether the daemon would try it again if it went on.
template <class Result>
bool is_left(const Result& result) {
  return result.status == reconciler::ChangeStatus::skipped || result.tries > 0;
}

}  // namespace

// Constant messages for what is not done.
struct SourceLog::OutcomeWords {
  std::string_view open;
  std::string_view failed;
  std::string_view skipped;
};

void SourceLog::new_revision(const manifests::DesiredState& desired, const Source::Update& update) {
  logger_.info("new revision", {{"source", source_},
                                {"revision", desired.revision},
                                {"signer", update.commit.signer},
                                {"workers", desired.workers.size()},
                                {"files", desired.manifest_files},
                                {"fetch_ms", milliseconds_of(update.fetching)},
                                {"parse_ms", milliseconds_of(update.loading)}});
  for (const auto& diagnostic : desired.diagnostics) {
    const LogField fields[] = {{"source", source_}, {"diagnostic", to_text(diagnostic)}};
    logger_.write(diagnostic.severity == Severity::error ? LogLevel::error : LogLevel::warning, "manifest problem",
                  fields);
  }
}

void SourceLog::fetch_failed(const FetchProblem& problem, std::size_t failures, const std::string& revision_in_force,
                             std::chrono::nanoseconds until_next) {
  const bool refused = problem.kind == FetchProblem::Kind::verification;
  const LogField fields[] = {{"source", source_},
                             {"error", problem.message},
                             {"failures", failures},
                             {"in_force", revision_in_force},
                             {"next_ms", milliseconds_of(until_next)}};
  logger_.write(refused ? LogLevel::error : LogLevel::warning, refused ? "commit not verified" : "fetch failed",
                fields);
}

void SourceLog::recalled(const std::string& revision) {
  logger_.info("last good revision is in force again", {{"source", source_}, {"revision", revision}});
}

void SourceLog::remembered(const Result<void>& outcome) {
  if (outcome) return;
  logger_.warning("revision not remembered", {{"source", source_}, {"error", outcome.error().message}});
}

void SourceLog::mirror_problem(const std::string& problem) {
  logger_.warning("mirror stays large", {{"source", source_}, {"error", problem}});
}

void SourceLog::fetch_works_again() {
  logger_.info("fetch works again", {{"source", source_}});
}

void SourceLog::worker(const reconciler::WorkerResult& result, const std::string& reconcile_id, Daemon daemon) {
  using Status = reconciler::WorkerResult::Status;
  for (const auto& led : result.exposure) exposure(led, reconcile_id, daemon);
  // For a Worker that was already as desired, only its exposure was written.
  const bool untouched = result.action == reconciler::Action::no_op && !result.exposure.empty();
  if (untouched && result.own == Status::done) return;
  if (result.status == Status::done) {
    logger_.info(
        "worker written",
        {{"source", source_}, {"worker", result.name}, {"what", done_word(result)}, {"reconcile", reconcile_id}});
    return;
  }
  if (daemon == Daemon::stops && is_left(result)) {
    logger_.info("worker left for the next start", {{"source", source_}, {"worker", result.name}});
    return;
  }
  static constexpr OutcomeWords kWords{"worker not settled yet", "worker failed", "worker not applied"};
  not_done(kWords, {"worker", result.name}, result, reconcile_id);
}

// What is still open is planned again at once, until it is given up.
template <class Result>
void SourceLog::not_done(const OutcomeWords& words, LogField subject, const Result& result,
                         const std::string& reconcile_id) {
  const bool is_open = result.status == reconciler::ChangeStatus::replan && result.tries == 0;
  const bool is_skipped = result.status == reconciler::ChangeStatus::skipped;
  std::vector<LogField> fields{{"source", source_}, std::move(subject)};
  if (result.tries > 0) fields.push_back({"attempts", result.tries});
  fields.push_back({"error", result.message});
  fields.push_back({"reconcile", reconcile_id});
  logger_.write(is_open ? LogLevel::warning : LogLevel::error,
                is_open      ? words.open
                : is_skipped ? words.skipped
                             : words.failed,
                fields);
}

void SourceLog::exposure(const reconciler::AddressedResult& result, const std::string& reconcile_id, Daemon daemon) {
  using Status = reconciler::ChangeStatus;
  if (result.status == Status::done) {
    logger_.info(
        "resource written",
        {{"source", source_}, {"address", result.address}, {"what", done_word(result)}, {"reconcile", reconcile_id}});
    return;
  }
  if (daemon == Daemon::stops && is_left(result)) {
    logger_.info("resource left for the next start", {{"source", source_}, {"address", result.address}});
    return;
  }
  static constexpr OutcomeWords kWords{"resource not settled yet", "resource failed", "resource not applied"};
  not_done(kWords, {"address", result.address}, result, reconcile_id);
}

void SourceLog::drift(const DriftedWorker& worker, const std::string& reconcile_id) {
  JsonArray what(worker.what.begin(), worker.what.end());
  logger_.warning("drift found", {{"source", source_},
                                  {"worker", worker.name},
                                  {"what", std::move(what)},
                                  {"changed_by", worker.changed_by},
                                  {"handling", worker.is_overwritten ? "overwritten" : "held"},
                                  {"reconcile", reconcile_id}});
}

void SourceLog::problems(std::set<std::string> standing) {
  for (const auto& problem : standing) {
    if (!told_.contains(problem)) logger_.warning("held back", {{"source", source_}, {"problem", problem}});
  }
  told_ = std::move(standing);
}

void SourceLog::pass(const PassReport& report, std::size_t requests) {
  const auto result = result_of(report);
  const LogField fields[] = {{"source", source_},
                             {"result", to_string(result)},
                             {"revision", report.revision},
                             {"refresh", report.refresh == reconciler::Refresh::full ? "full" : "list"},
                             {"summary", summary_of(report)},
                             {"requests", requests},
                             {"duration_ms", milliseconds_of(report.finished - report.started)},
                             {"reconcile", report.reconcile_id}};
  logger_.write(level_of(result), "reconciled", fields);
}

void SourceLog::pass_interrupted(const PassReport& report) {
  logger_.info("pass interrupted",
               {{"source", source_}, {"summary", summary_of(report)}, {"reconcile", report.reconcile_id}});
}

void SourceLog::fetches_first(const PassReport& report) {
  logger_.info("another process has applied a revision that is not known here; fetching before anything is written",
               {{"source", source_}, {"reconcile", report.reconcile_id}});
}

void SourceLog::token_not_verified(const std::string& account, const api::Error& error) {
  logger_.warning("token could not be verified", {{"account", account}, {"error", api::to_text(error)}});
}

void SourceLog::account_stopped(const std::string& account, const api::Error& error) {
  logger_.error("account stopped until its credentials change, or for five minutes",
                {{"account", account}, {"error", api::to_text(error)}});
}

void SourceLog::fault(const std::string& what) {
  logger_.error("internal fault", {{"source", source_}, {"fault", what}});
}

std::set<std::string> held_back(const reconciler::Plan& plan) {
  std::set<std::string> lines;
  for (const auto& blocked : held_up(plan)) lines.insert(blocked_line(blocked));
  return lines;
}

}  // namespace plumbline::daemon
