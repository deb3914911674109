#include "daemon/controller/source_log.h"

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "daemon/controller/result_words.h"
#include "daemon/controller/verdict.h"
#include "daemon/controller/worker_status.h"

namespace plumbline::daemon {
namespace {

using namespace std::chrono_literals;

constexpr LastingKind kManifest{"manifest problem", "manifest problem is mended"};
constexpr LastingKind kNote{"plan note", "plan note no longer holds"};
constexpr LastingKind kFetch{"fetch failed", "fetch works again"};
constexpr LastingKind kVerification{"commit not verified", "commit verified again"};
constexpr LastingKind kMirror{"mirror stays large", "mirror is small again"};
constexpr LastingKind kRemember{"revision not remembered", "revision remembered again"};
constexpr LastingKind kDrift{"drift found", "drift is over"};
constexpr LastingKind kHeld{"held back", "no longer held back"};
constexpr LastingKind kPass{"reconciled"};
constexpr LastingKind kStretched{"audit takes longer than its interval", "audit keeps its interval again"};
constexpr LastingKind kToken{"token could not be verified", "token is verified"};
constexpr LastingKind kAccount{"account stopped until its credentials change, or for five minutes",
                               "account works again"};
constexpr LastingKind kFailed{"worker failed", "worker no longer fails"};
constexpr LastingKind kSkipped{"worker not applied", "worker no longer waits"};
constexpr LastingKind kResourceFailed{"resource failed", "resource no longer fails"};
constexpr LastingKind kResourceSkipped{"resource not applied", "resource no longer waits"};

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

// What an apply has left, by address.
struct NotDone {
  void add(const std::string& address, reconciler::ChangeStatus status) {
    using Status = reconciler::ChangeStatus;
    if (status != Status::done) (status == Status::skipped ? skipped : failed).insert(address);
  }
  std::set<std::string> failed;
  std::set<std::string> skipped;
};

LastingState state_of(const Diagnostic& diagnostic, const std::string& source) {
  const auto text = to_text(diagnostic);
  return {.scope = source,
          .key = text,
          .level = diagnostic.severity == Severity::error ? LogLevel::error : LogLevel::warning,
          .subject = {{"source", source}, {"diagnostic", text}}};
}

// Whether the daemon would try it again if it went on.
template <class Result>
bool is_left(const Result& result) {
  return result.status == reconciler::ChangeStatus::skipped || result.tries > 0;
}

}  // namespace

// How it is told that something is not done.
struct SourceLog::OutcomeWords {
  std::string_view subject;  // name of the field
  std::string_view open;
  const LastingKind& failed;
  const LastingKind& skipped;
};

void SourceLog::new_revision(const manifests::DesiredState& desired, const Source::Update& update) {
  logger_.info("new revision", {{"source", source_},
                                {"revision", desired.revision},
                                {"signer", update.commit.signer},
                                {"workers", desired.workers.size()},
                                {"files", desired.manifest_files},
                                {"fetch_ms", milliseconds_of(update.fetching)},
                                {"parse_ms", milliseconds_of(update.loading)}});
  std::vector<LastingState> problems;
  problems.reserve(desired.diagnostics.size());
  for (const auto& diagnostic : desired.diagnostics) problems.push_back(state_of(diagnostic, source_));
  lasting_.hold_only(kManifest, source_, std::move(problems));
}

void SourceLog::fetch_failed(const FetchProblem& problem, std::size_t failures, const std::string& revision_in_force,
                             std::chrono::nanoseconds until_next) {
  const bool is_refused = problem.kind == FetchProblem::Kind::verification;
  // What is refused was fetched.
  if (is_refused) lasting_.end(kFetch, source_);
  lasting_.hold(
      is_refused ? kVerification : kFetch,
      {.scope = source_,
       .level = is_refused ? LogLevel::error : LogLevel::warning,
       .subject = {{"source", source_}},
       .cause = {{"error", problem.message}},
       .details = {{"failures", failures}, {"in_force", revision_in_force}, {"next_ms", milliseconds_of(until_next)}}});
}

void SourceLog::fetched(const std::string& mirror_problem) {
  lasting_.end(kFetch, source_);
  lasting_.end(kVerification, source_);
  if (mirror_problem.empty()) {
    lasting_.end(kMirror, source_);
  } else {
    lasting_.hold(kMirror, {.scope = source_, .subject = {{"source", source_}}, .cause = {{"error", mirror_problem}}});
  }
}

void SourceLog::recalled(const std::string& revision) {
  logger_.info("last good revision is in force again", {{"source", source_}, {"revision", revision}});
}

void SourceLog::remembered(const Result<void>& outcome) {
  if (outcome) return lasting_.end(kRemember, source_);
  lasting_.hold(kRemember,
                {.scope = source_, .subject = {{"source", source_}}, .cause = {{"error", outcome.error().message}}});
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
  static constexpr OutcomeWords kWords{"worker", "worker not settled yet", kFailed, kSkipped};
  not_done(kWords, result.name, result, reconcile_id);
}

// What is still open is planned again at once, until it is given up. Where that has failed in the passes before, it is
// no news.
template <class Result>
void SourceLog::not_done(const OutcomeWords& words, const std::string& address, const Result& result,
                         const std::string& reconcile_id) {
  const std::vector<LogField> subject{{"source", source_}, {words.subject, address}};
  const std::vector<LogField> cause{{"error", result.message}};
  if (result.status == reconciler::ChangeStatus::replan && result.tries == 0) {
    const bool is_news = !lasting_.holds(words.failed, source_, address);
    std::vector<LogField> fields = subject;
    fields.insert(fields.end(), cause.begin(), cause.end());
    fields.emplace_back("reconcile", reconcile_id);
    logger_.write(is_news ? LogLevel::warning : LogLevel::debug, words.open, fields);
    return;
  }
  std::vector<LogField> details{{"reconcile", reconcile_id}};
  if (result.tries > 0) details.insert(details.begin(), {"attempts", result.tries});
  const bool is_skipped = result.status == reconciler::ChangeStatus::skipped;
  lasting_.hold(is_skipped ? words.skipped : words.failed, {.scope = source_,
                                                            .key = address,
                                                            .level = LogLevel::error,
                                                            .subject = subject,
                                                            .cause = cause,
                                                            .details = std::move(details)});
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
  static constexpr OutcomeWords kWords{"address", "resource not settled yet", kResourceFailed, kResourceSkipped};
  not_done(kWords, result.address, result, reconcile_id);
}

void SourceLog::drift(const DriftedWorker& worker, const std::string& reconcile_id) {
  JsonArray what(worker.what.begin(), worker.what.end());
  lasting_.hold(kDrift, {.scope = source_,
                         .key = worker.address,
                         .subject = {{"source", source_}, {"worker", worker.name}},
                         .cause = {{"what", std::move(what)},
                                   {"changed_by", worker.changed_by},
                                   {"handling", worker.is_overwritten ? "overwritten" : "held"}},
                         .details = {{"reconcile", reconcile_id}}});
}

// Changes by their address, everything else by its text.
void SourceLog::held_back(const PassReport& report, const std::vector<std::string>& warnings) {
  std::vector<LastingState> states;
  const auto add = [&](const std::string& problem) {
    states.push_back({.scope = source_, .key = problem, .subject = {{"source", source_}, {"problem", problem}}});
  };
  for (const auto& warning : warnings) add(warning);
  if (!report.deletes_wait_for.empty()) add(wait_of(report));
  for (const auto& held : report.plan ? held_up(*report.plan) : std::vector<reconciler::AddressedBlock>()) {
    states.push_back({.scope = source_,
                      .key = held.address,
                      .subject = {{"source", source_}, {"address", held.address}},
                      .cause = {{"problem", blocked_line(held)}}});
  }
  lasting_.hold_only(kHeld, source_, std::move(states));
}

// What the plan says beside the problems of the manifests, which are told with their revision.
void SourceLog::notes(const reconciler::Plan& plan) {
  std::vector<LastingState> states;
  for (const auto& diagnostic : plan.diagnostics) {
    auto state = state_of(diagnostic, source_);
    if (!lasting_.holds(kManifest, source_, state.key)) states.push_back(std::move(state));
  }
  lasting_.hold_only(kNote, source_, std::move(states));
}

// Whatever failed in an earlier pass, and does not any more.
void SourceLog::end_outcomes(const reconciler::ApplyReport& applied) {
  NotDone workers;
  NotDone resources;
  const auto add_resource = [&resources](const auto& result) { resources.add(result.address, result.status); };
  for (const auto& result : applied.workers) {
    workers.add(result.name, result.status);
    std::ranges::for_each(result.exposure, add_resource);
  }
  std::ranges::for_each(applied.zone_workers, add_resource);
  lasting_.keep(kFailed, source_, workers.failed);
  lasting_.keep(kSkipped, source_, workers.skipped);
  lasting_.keep(kResourceFailed, source_, resources.failed);
  lasting_.keep(kResourceSkipped, source_, resources.skipped);
}

void SourceLog::pass(const PassReport& report, std::size_t requests, const std::vector<std::string>& warnings,
                     const std::set<std::string>& drifted) {
  // Nothing has moved: what lasts goes on.
  if (report.plan && !report.plan->unchanged) {
    held_back(report, warnings);
    notes(*report.plan);
    end_outcomes(report.applied);
    lasting_.keep(kDrift, source_, drifted);
  }
  reconciled(report, requests);
}

// A pass that wrote is news; one that came to the same as the one before is not.
void SourceLog::reconciled(const PassReport& report, std::size_t requests) {
  const auto result = result_of(report);
  const auto summary = summary_of(report);
  LastingState state{.scope = source_,
                     .key = report.revision + " " + std::string(to_string(result)) + " " + summary,
                     .level = level_of(result),
                     .subject = {{"source", source_},
                                 {"result", to_string(result)},
                                 {"revision", report.revision},
                                 {"summary", summary}},
                     .details = {{"requests", requests},
                                 {"duration_ms", milliseconds_of(report.finished - report.started)},
                                 {"reconcile", report.reconcile_id}}};
  const auto keys = result == PassResult::success ? std::set<std::string>() : std::set<std::string>{state.key};
  lasting_.keep(kPass, source_, keys);
  auto fields = state.subject;
  fields.insert(fields.end(), state.details.begin(), state.details.end());
  if (!lasting_.hold(kPass, std::move(state))) logger_.write(LogLevel::debug, kPass.begins, fields);
}

void SourceLog::pass_interrupted(const PassReport& report) {
  logger_.info("pass interrupted",
               {{"source", source_}, {"summary", summary_of(report)}, {"reconcile", report.reconcile_id}});
}

void SourceLog::superseded(const PassReport& report) {
  logger_.info("pass makes room for a newer revision",
               {{"source", source_}, {"revision", report.revision}, {"reconcile", report.reconcile_id}});
}

void SourceLog::audited(const reconciler::AuditResult& result) {
  logger_.debug(
      "audited",
      {{"source", source_}, {"read", result.read.size()}, {"moved", result.moved}, {"open", result.open.size()}});
}

void SourceLog::audit_failed(const api::Error& error) {
  logger_.debug("audit could not read the account", {{"source", source_}, {"error", api::to_text(error)}});
}

void SourceLog::audit_stretched(std::optional<std::chrono::seconds> age, std::chrono::milliseconds interval) {
  if (!age) return lasting_.end(kStretched, source_);
  lasting_.hold(kStretched, {.scope = source_,
                             .level = LogLevel::info,
                             .subject = {{"source", source_},
                                         {"interval_s", interval / 1s},
                                         {"mend", "raise the share of the budget, or set a longer audit_interval"}},
                             .details = {{"oldest_s", age->count()}}});
}

void SourceLog::fetches_first(const PassReport& report) {
  logger_.info("another process has applied a revision that is not known here; fetching before anything is written",
               {{"source", source_}, {"reconcile", report.reconcile_id}});
}

void SourceLog::token_not_verified(const std::string& account, const api::Error& error) {
  lasting_.hold(kToken,
                {.scope = account, .subject = {{"account", account}}, .cause = {{"error", api::to_text(error)}}});
}

void SourceLog::token_verified(const std::string& account) {
  lasting_.end(kToken, account);
}

void SourceLog::account_stopped(const std::string& account, const api::Error& error) {
  lasting_.hold(kAccount, {.scope = account,
                           .level = LogLevel::error,
                           .subject = {{"account", account}},
                           .cause = {{"error", api::to_text(error)}}});
}

void SourceLog::account_works(const std::string& account) {
  lasting_.end(kAccount, account);
}

void SourceLog::fault(const std::string& what) {
  logger_.error("internal fault", {{"source", source_}, {"fault", what}});
}

}  // namespace plumbline::daemon
