#include "daemon/source_loop.h"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <exception>
#include <utility>

#include "base/digest.h"
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

// An error that is ours and not the API's: keys or stores that cannot be read.
api::Error local_error(std::string message) {
  api::Error error;
  error.kind = api::ErrorKind::forbidden;
  error.message = std::move(message);
  return error;
}

// Workers of ours without a manifest, which this plan leaves alone.
bool has_leftovers(const reconciler::Plan& plan) {
  return std::ranges::any_of(plan.workers,
                             [](const auto& change) { return change.action == reconciler::Action::forget; });
}

}  // namespace

SourceLoop::SourceLoop(const SourceConfig& source, LoopContext* context)
    : source_(source),
      context_(context),
      log_(*context->logger, source.name),
      feed_(source, context->runtime->environment(), context->mirrors, context->runtime->pool(), Reading::again),
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
      log_.fault(fault);
      schedule_.fetch_failed(Clock::now());
      schedule_.passed(Clock::now(), std::nullopt, PassEnd::retry);
    }
    enter(Activity::idle);
  }
  enter(Activity::ended);
}

void SourceLoop::resume_deletes() {
  if (deletes_wait_for_.empty() || !neighbours().unknown.empty()) return;
  deletes_wait_for_.clear();
  schedule_.passed(Clock::now(), std::nullopt, PassEnd::interrupted);
}

Awaitable<> SourceLoop::step() {
  resume_deletes();
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
    fetched(*update, started);
    if (update->revision == Schedule::Revision::changed) log_.remembered(co_await feed_.remember());
  } else {
    fetch_failed(update.error(), Clock::now() - started);
    if (!feed_.desired()) co_await recall();
  }
}

// The last good revision stays in force beyond the life of a daemon.
Awaitable<> SourceLoop::recall() {
  const auto update = co_await feed_.recall();
  if (!update) co_return;
  schedule_.recalled(Clock::now());
  log_.recalled(feed_.desired()->revision);
  take_revision(*update);
}

void SourceLoop::fetched(const SourceFeed::Update& update, Instant started) {
  fetched_at_ = started;
  const auto now = system_clock::now();
  schedule_.fetched(Clock::now(), update.revision);
  status_.fetched(now, update.commit);
  publish_conditions();
  git_metrics_->fetched(update.fetching, now);
  metrics_->phase(Phase::fetch, update.fetching);
  if (!std::exchange(fetch_problem_, {}).empty()) log_.fetch_works_again();
  // One of them may wait to learn what is named here.
  for (auto* sibling : siblings_) sibling->wake();
  if (update.revision == Schedule::Revision::changed) take_revision(update);
}

void SourceLoop::take_revision(const SourceFeed::Update& update) {
  revision_at_ = Clock::now();
  const auto& desired = *feed_.desired();
  status_.loaded(desired.revision, desired.workers.size() + desired.zone_workers.size());
  metrics_->phase(Phase::parse, update.parsing);
  metrics_->revision(desired.revision);
  log_.new_revision(desired, update);
}

void SourceLoop::fetch_failed(const FetchProblem& problem, std::chrono::nanoseconds duration) {
  const auto now = Clock::now();
  schedule_.fetch_failed(now);
  status_.fetch_failed(system_clock::now(), problem);
  git_metrics_->fetch_failed(problem.kind, duration);
  publish_conditions();
  fetch_problem_ = problem.message;
  log_.fetch_failed(problem, schedule_.fetch_failures(), feed_.desired() ? feed_.desired()->revision : "nothing",
                    schedule_.fetch_due() - now);
}

// A manifest that has gone from here may have moved to a sibling, which knows of it only once it has fetched as well:
// to delete the Worker before would be an outage.
Neighbours SourceLoop::neighbours() const {
  Neighbours neighbours;
  // Of what a revision of an earlier life does not name nobody knows whether a newer one does.
  if (fetched_at_ == Instant()) neighbours.unknown = source_.name;
  for (const auto* sibling : siblings_) {
    if (!sibling->feed_.desired() || sibling->fetched_at_ < revision_at_) {
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
  publish_conditions();
  if (opened) {
    co_await verify_token();
    co_await observe_and_apply(&report);
  } else {
    report.error = local_error(opened.error().message);
  }
  report.finished = system_clock::now();
  if (context_->stopping && is_interrupted(report)) {
    // What was not carried out because the daemon ends says nothing about the source.
    log_.pass_interrupted(report);
    co_return;
  }
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
  if (!account.wants_check() || !account.config().api_token.given()) co_return;
  const auto answer = co_await api::verify_token(account.api(api::Priority::interactive));
  if (!answer) {
    // The list decides: a token that may not look at itself may still do its work.
    log_.token_not_verified(account.config().name, answer.error());
    co_return;
  }
  account.set_verified();
  if (const auto expiry = parse_rfc3339(string_member(*answer, "expires_on"))) {
    context_->metrics->token_expiry(account.config().name, *expiry);
  }
}

Awaitable<> SourceLoop::observe_and_apply(PassReport* report) {
  auto known = neighbours();
  const auto unknown = known.unknown;
  auto policy = with_neighbours(session_.policy(), std::move(known));
  policy.brake = true;
  auto scope = session_.scope(std::move(policy), report->refresh, api::Priority::apply);
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
  const bool held = source_.policy == reconciler::Prune::sync && has_leftovers(*plan);
  deletes_wait_for_ = held ? unknown : "";
  report->plan = *plan;
  for (const auto& drifted : status_.new_drift(*plan)) {
    log_.drift(drifted, report->reconcile_id);
    metrics_->drift_detected(1);
  }
  if (!plan->has_writes() || context_->stopping) co_return;

  enter(Activity::writing);
  RoundOptions options;
  options.apply.stopping = [context = context_] { return context->stopping; };
  options.apply.progress = [this, report](const reconciler::WorkerResult& result) {
    log_.worker(result, report->reconcile_id,
                context_->stopping ? SourceLog::Phase::stopping : SourceLog::Phase::running);
  };
  options.apply.resource_progress = [this, report](const reconciler::ResourceResult& result) {
    log_.resource(result, report->reconcile_id,
                  context_->stopping ? SourceLog::Phase::stopping : SourceLog::Phase::running);
  };
  const auto applying = Clock::now();
  report->applied = co_await apply_in_rounds(std::move(scope), desired, std::move(*plan), std::move(options));
  report->applying = Clock::now() - applying;
}

void SourceLoop::finish(const PassReport& report, std::size_t requests) {
  status_.finished(report);
  schedule_next(report);
  measure(report);
  log_.problems(standing_problems(report));
  log_.pass(report, requests);
}

std::set<std::string> SourceLoop::standing_problems(const PassReport& report) const {
  std::set<std::string> problems(session_.warnings().begin(), session_.warnings().end());
  if (report.plan) problems.merge(held_back(*report.plan));
  if (!deletes_wait_for_.empty()) {
    problems.insert("nothing is deleted until source " + deletes_wait_for_ + ", of the same account, has been fetched");
  }
  return problems;
}

void SourceLoop::schedule_next(const PassReport& report) {
  const auto now = Clock::now();
  const auto observed = report.plan ? std::optional(report.refresh) : std::nullopt;
  schedule_.passed(now, observed, end_of(report));
  if (const auto* error = report.account_error()) {
    session_.account().stop_until(now + kAccountStop);
    log_.account_stopped(source_.account, *error);
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
  publish_conditions();
}

void SourceLoop::publish_conditions() {
  for (const auto& [type, condition] : status_.conditions()) metrics_->condition(type, condition.status);
}

}  // namespace plumbline::daemon
