#include "daemon/source_loop.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <exception>
#include <utility>

#include "base/digest.h"
#include "base/text.h"
#include "daemon/report.h"
#include "daemon/rfc3339.h"

namespace plumbline::daemon {
namespace {

namespace asio = boost::asio;

using Clock = std::chrono::steady_clock;
using std::chrono::system_clock;
using namespace std::chrono_literals;

// How long an account is left alone after an error that concerns all of it.
constexpr auto kAccountStop = 5min;
// How soon new credentials are noticed while it is.
constexpr auto kCredentialsLook = 15s;

double milliseconds_of(std::chrono::nanoseconds duration) {
  return static_cast<double>(std::chrono::duration_cast<std::chrono::milliseconds>(duration).count());
}

// An error that is ours and not the API's: keys or stores that cannot be read.
api::Error local_error(std::string message) {
  api::Error error;
  error.kind = api::ErrorKind::forbidden;
  error.message = std::move(message);
  return error;
}

}  // namespace

SourceLoop::SourceLoop(const SourceConfig& source, LoopContext* context)
    : source_(source),
      context_(context),
      logger_(*context->logger),
      feed_(source, context->runtime->environment(), context->mirrors, context->runtime->pool()),
      session_(source, *context->config, *context->runtime),
      schedule_({source.interval, source.observe_interval, source.audit_interval}, context->jitter, Clock::now()),
      status_(source.name, source.account, source.suspend, system_clock::now()),
      metrics_(context->metrics->reconcile_metrics(source.name, source.account)),
      git_metrics_(context->metrics->git_metrics(source.name)),
      timer_(context->io) {
  metrics_->suspended(source.suspend);
}

void SourceLoop::enter(Activity activity) {
  activity_ = activity;
  context_->moved();
}

Awaitable<> SourceLoop::run() {
  while (!context_->stopping) {
    std::string fault;
    try {
      co_await step();
    } catch (const std::exception& exception) {
      fault = exception.what();
    }
    if (!fault.empty()) {
      // A fault of one source must not end the others.
      logger_.error("internal fault", {{"source", source_.name}, {"fault", fault}});
      schedule_.fetch_failed(Clock::now());
      schedule_.passed(Clock::now(), std::nullopt, PassEnd::retry);
    }
    enter(Activity::idle);
  }
  enter(Activity::ended);
}

Awaitable<> SourceLoop::step() {
  const auto next = schedule_.next(Clock::now());
  switch (next.kind) {
    case Schedule::Step::Kind::wait:
      timer_.expires_at(next.until);
      co_await timer_.async_wait(asio::as_tuple(asio::use_awaitable));
      co_return;
    case Schedule::Step::Kind::fetch:
      co_await fetch();
      co_return;
    case Schedule::Step::Kind::pass:
      co_await pass(next.refresh);
      co_return;
  }
}

Awaitable<> SourceLoop::fetch() {
  enter(Activity::reading);
  const auto started = Clock::now();
  const auto update = co_await feed_.refresh();
  if (update) {
    fetched(*update);
  } else {
    fetch_failed(update.error().message, Clock::now() - started);
  }
}

void SourceLoop::fetched(const SourceFeed::Update& update) {
  const auto now = system_clock::now();
  schedule_.fetched(Clock::now(), update.revision);
  status_.fetched(now);
  git_metrics_->fetched(update.fetching, now);
  metrics_->phase(Phase::fetch, update.fetching);
  if (!std::exchange(fetch_problem_, {}).empty()) {
    logger_.info("fetching works again", {{"source", source_.name}});
  }
  if (update.revision == Schedule::Revision::same) return;

  const auto& desired = *feed_.desired();
  status_.loaded(desired.revision, desired.workers.size());
  metrics_->phase(Phase::parse, update.parsing);
  metrics_->revision(desired.revision);
  logger_.info("new revision", {{"source", source_.name},
                                {"revision", desired.revision},
                                {"workers", desired.workers.size()},
                                {"files", desired.manifest_files},
                                {"fetch_ms", milliseconds_of(update.fetching)},
                                {"parse_ms", milliseconds_of(update.parsing)}});
  for (const auto& diagnostic : desired.diagnostics) {
    logger_.warning("manifest problem", {{"source", source_.name}, {"diagnostic", to_text(diagnostic)}});
  }
}

void SourceLoop::fetch_failed(const std::string& problem, std::chrono::nanoseconds duration) {
  const auto now = Clock::now();
  schedule_.fetch_failed(now);
  status_.fetch_failed(system_clock::now(), problem);
  git_metrics_->fetch_failed(duration);
  metrics_->condition("Ready", Truth::no);
  fetch_problem_ = problem;
  const auto next = schedule_.next(now);
  logger_.warning("fetch failed",
                  {{"source", source_.name},
                   {"error", problem},
                   {"failures", schedule_.fetch_failures()},
                   {"in_force", feed_.desired() ? feed_.desired()->revision : std::string("nothing")},
                   {"next_ms", next.kind == Schedule::Step::Kind::wait ? milliseconds_of(next.until - now) : 0}});
}

Neighbours SourceLoop::neighbours() const {
  Neighbours neighbours;
  for (const auto* sibling : siblings_) {
    if (!sibling->feed_.desired()) {
      neighbours.unknown = sibling->source_.name;
    } else {
      neighbours.names.merge(names_of(*sibling->feed_.desired()));
    }
  }
  return neighbours;
}

Awaitable<> SourceLoop::pass(reconciler::Refresh refresh) {
  auto& account = session_.account();
  // One pass at a time: two sources that list and write at once would see each other's half.
  const auto turn = co_await account.turn().enter();
  if (!turn || context_->stopping) co_return;
  enter(Activity::reading);

  PassReport report{.reconcile_id = random_hex(4), .revision = feed_.desired()->revision, .refresh = refresh};
  report.started = system_clock::now();
  const auto requests = account.requests();
  const auto opened = co_await session_.open();
  if (const auto stopped = account.stopped(Clock::now())) {
    schedule_.hold_passes(std::min(*stopped, Clock::now() + kCredentialsLook));
    co_return;
  }
  schedule_.release_passes();
  status_.started(report.started, report.reconcile_id);
  metrics_->attempted(report.started);
  metrics_->condition("Reconciling", Truth::yes);
  if (opened) {
    co_await verify_token();
    co_await observe_and_apply(&report);
  } else {
    report.error = local_error(opened.error().message);
  }
  // A plan that was not carried out because the daemon ends says nothing about the source.
  if (context_->stopping && report.applied.workers.empty()) co_return;
  report.finished = system_clock::now();
  finish(report, account.requests() - requests);
  co_await context_->runtime->journal().record({.reconcile_id = report.reconcile_id,
                                                .source = source_.name,
                                                .revision = report.revision,
                                                .result = std::string(to_string(result_of(report))),
                                                .summary = summary_of(report),
                                                .started = report.started,
                                                .finished = report.finished});
}

// A token tells when it ends; a global key has nothing to ask about.
Awaitable<> SourceLoop::verify_token() {
  auto& account = session_.account();
  if (account.is_verified() || !account.config().api_token.given()) co_return;
  const auto answer = co_await api::verify_token(account.api(api::Priority::interactive));
  if (!answer) {
    // The list decides: a token that may not look at itself may still do its work.
    logger_.warning("token could not be verified",
                    {{"account", account.config().name}, {"error", api::to_text(answer.error())}});
    co_return;
  }
  account.set_verified();
  if (const auto expiry = parse_rfc3339(string_member(*answer, "expires_on"))) {
    context_->metrics->token_expiry(account.config().name, *expiry);
  }
}

Awaitable<> SourceLoop::observe_and_apply(PassReport* report) {
  auto scope = session_.scope(with_neighbours(session_.policy(), neighbours()), report->refresh, api::Priority::apply);
  scope.reconcile_id = report->reconcile_id;
  const auto desired = feed_.desired();
  const auto started = Clock::now();
  auto plan = co_await reconciler::plan_pass(scope, desired);
  report->observing = Clock::now() - started;
  if (!plan) {
    report->error = std::move(plan.error());
    co_return;
  }
  session_.account().set_verified();
  report->plan = *plan;
  if (!plan->has_writes() || context_->stopping) co_return;

  enter(Activity::writing);
  RoundOptions options;
  options.apply.stopping = [context = context_] { return context->stopping; };
  options.apply.progress = [this, report](const reconciler::WorkerResult& result) { log_worker(result, *report); };
  const auto applying = Clock::now();
  report->applied = co_await apply_in_rounds(std::move(scope), desired, std::move(*plan), std::move(options));
  report->applying = Clock::now() - applying;
}

void SourceLoop::finish(const PassReport& report, std::size_t requests) {
  for (const auto& drifted : status_.finished(report)) {
    JsonArray what(drifted.what.begin(), drifted.what.end());
    logger_.warning("drift found", {{"source", source_.name},
                                    {"worker", drifted.name},
                                    {"what", std::move(what)},
                                    {"changed_by", drifted.changed_by},
                                    {"reconcile", report.reconcile_id}});
    metrics_->drift_detected(1);
  }
  schedule_next(report);
  measure(report);
  log_problems(report);
  log_pass(report, requests);
}

void SourceLoop::schedule_next(const PassReport& report) {
  const auto now = Clock::now();
  const auto observed = report.plan ? std::optional(report.refresh) : std::nullopt;
  schedule_.passed(now, observed, end_of(report));
  if (const auto* error = report.account_error()) {
    session_.account().stop_until(now + kAccountStop);
    logger_.error("account stopped until its credentials change, or for five minutes",
                  {{"account", source_.account}, {"error", api::to_text(*error)}});
  }
}

void SourceLoop::measure(const PassReport& report) {
  metrics_->finished(result_of(report), report.finished - report.started, report.finished);
  metrics_->phase(Phase::observe, report.observing);
  if (report.applied.calls > 0) metrics_->phase(Phase::apply, report.applying);
  if (report.plan) metrics_->planned(*report.plan);
  metrics_->consecutive_failures(status_.consecutive_failures());
  metrics_->drifted_workers(status_.drifted());
  metrics_->workers(status_.workers());
  for (const auto& [type, condition] : status_.conditions()) metrics_->condition(type, condition.status);
}

void SourceLoop::log_problems(const PassReport& report) {
  std::set<std::string> now(session_.warnings().begin(), session_.warnings().end());
  if (report.plan) {
    for (const auto& change : report.plan->workers) {
      if (!change.block || is_reported_drift(change)) continue;
      now.insert("worker." + change.name + " is blocked (" + change.block->reason + "): " + change.block->message +
                 (change.block->override_with.empty() ? "" : "; to go on: " + change.block->override_with));
    }
  }
  if (const auto unknown = neighbours().unknown; !unknown.empty() && source_.policy == reconciler::Prune::sync) {
    now.insert("nothing is deleted until source " + unknown + ", of the same account, has been read");
  }
  for (const auto& problem : now) {
    if (!told_.contains(problem)) logger_.warning("held back", {{"source", source_.name}, {"problem", problem}});
  }
  told_ = std::move(now);
}

void SourceLoop::log_worker(const reconciler::WorkerResult& result, const PassReport& report) {
  if (result.status == reconciler::WorkerResult::Status::done) {
    logger_.info("worker written", {{"source", source_.name},
                                    {"worker", result.name},
                                    {"what", done_word(result)},
                                    {"reconcile", report.reconcile_id}});
    return;
  }
  // One that is open is looked at again at once.
  const bool open = result.status == reconciler::WorkerResult::Status::replan;
  const LogField fields[] = {
      {"source", source_.name}, {"worker", result.name}, {"error", result.message}, {"reconcile", report.reconcile_id}};
  logger_.write(open ? LogLevel::warning : LogLevel::error, open ? "worker not settled yet" : "worker not applied",
                fields);
}

void SourceLoop::log_pass(const PassReport& report, std::size_t requests) {
  const auto result = result_of(report);
  const auto level = result == PassResult::error     ? LogLevel::error
                     : result == PassResult::blocked ? LogLevel::warning
                                                     : LogLevel::info;
  const LogField fields[] = {{"source", source_.name},
                             {"result", to_string(result)},
                             {"revision", report.revision},
                             {"refresh", report.refresh == reconciler::Refresh::full ? "full" : "list"},
                             {"summary", summary_of(report)},
                             {"requests", requests},
                             {"duration_ms", milliseconds_of(report.finished - report.started)},
                             {"reconcile", report.reconcile_id}};
  logger_.write(level, "reconciled", fields);
}

}  // namespace plumbline::daemon
