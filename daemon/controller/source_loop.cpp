#include "daemon/controller/source_loop.h"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <exception>
#include <utility>

#include "base/digest.h"
#include "base/time_point.h"
#include "daemon/controller/verdict.h"
#include "reconciler/apply/rounds.h"

namespace plumbline::daemon {
namespace {

namespace asio = boost::asio;

using Clock = std::chrono::steady_clock;
using std::chrono::system_clock;
using namespace std::chrono_literals;

// How long an account is left alone after an error that affects all of it.
constexpr auto kAccountStop = 5min;
// How soon new credentials are noticed while it is stopped.
constexpr auto kCredentialsLook = 15s;
// A twin must be silent for this many observations of the account before its versions are replaced.
constexpr int kTwinLooks = 6;
constexpr std::chrono::milliseconds kTwinPatience = 30s;

constexpr std::string_view kAppliedRevision = "lastAppliedRevision";

// How long the first fetch may take before the revision of the previous run is put in force again.
constexpr auto kFirstFetch = 5s;

// Runs a step of a loop. Returns the text of its exception; empty if there was none. A fault of one source must not end
// the others.
Awaitable<std::string> fault_of(Awaitable<> step) {
  try {
    co_await std::move(step);
  } catch (const std::exception& exception) {
    co_return exception.what();
  }
  co_return std::string();
}

// Whether Workers of ours without a manifest exist that this plan leaves alone.
bool has_leftovers(const reconciler::Plan& plan) {
  return std::ranges::any_of(plan.workers,
                             [](const auto& change) { return change.action == reconciler::Action::forget; });
}

}  // namespace

SourceLoop::SourceLoop(const SourceConfig& source, LoopContext* context)
    : config_(source),
      context_(context),
      log_(*context->logger, source.name),
      source_(source, context->runtime->fetch_context(context->mirrors)),
      access_(source, *context->config, *context->runtime),
      schedule_({source.interval, source.observe_interval, source.audit_interval}, context->jitter, Clock::now()),
      status_(source.name, source.account, source.suspend, system_clock::now()),
      twins_(system_clock::now(), std::max(kTwinPatience, kTwinLooks * source.observe_interval)),
      metrics_(context->metrics->reconcile_metrics(source.name, source.account)),
      git_metrics_(context->metrics->git_metrics(source.name)),
      fetch_timer_(context->io),
      pass_timer_(context->io),
      recall_due_(Clock::now() + kFirstFetch) {
  metrics_->suspended(source.suspend);
}

void SourceLoop::enter(Activity activity) {
  passing_ = activity;
  context_->moved();
}

SourceLoop::Activity SourceLoop::activity() const {
  if (passing_ == Activity::writing) return Activity::writing;
  if (is_fetching_ || passing_ == Activity::reading) return Activity::reading;
  return !fetching_ && passing_ == Activity::ended ? Activity::ended : Activity::idle;
}

void SourceLoop::wake() {
  fetch_timer_.cancel();
  pass_timer_.cancel();
}

Awaitable<> SourceLoop::run() {
  asio::co_spawn(context_->io, keep_fetching(), asio::detached);
  co_await keep_passing();
}

Awaitable<> SourceLoop::keep_fetching() {
  while (!context_->stopping) {
    const auto fault = co_await fault_of(fetch_when_due());
    is_fetching_ = false;
    if (!fault.empty()) {
      log_.fault(fault);
      schedule_.fetch_failed(Clock::now());
    }
    context_->moved();
  }
  fetching_ = false;
  context_->moved();
}

Awaitable<> SourceLoop::keep_passing() {
  while (!context_->stopping) {
    const auto fault = co_await fault_of(pass_when_due());
    if (!fault.empty()) {
      log_.fault(fault);
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

Awaitable<> SourceLoop::fetch_when_due() {
  if (schedule_.fetch_due() <= Clock::now()) co_return co_await fetch();
  fetch_timer_.expires_at(schedule_.fetch_due());
  co_await fetch_timer_.async_wait(asio::as_tuple(asio::use_awaitable));
}

Awaitable<> SourceLoop::pass_when_due() {
  resume_deletes();
  const auto now = Clock::now();
  const auto next = schedule_.next(now);
  if (next.kind == Schedule::Step::Kind::pass) co_return co_await pass(next.refresh);
  if (source_.desired()) recall_due_.reset();
  if (recall_due_ && *recall_due_ <= now) co_return co_await recall();
  pass_timer_.expires_at(recall_due_ ? std::min(next.until, *recall_due_) : next.until);
  co_await pass_timer_.async_wait(asio::as_tuple(asio::use_awaitable));
}

Awaitable<> SourceLoop::fetch() {
  is_fetching_ = true;
  schedule_.fetch_begins();
  context_->moved();
  const auto started = Clock::now();
  const auto update = co_await source_.fetch();
  if (update) {
    fetched(*update, started);
  } else if (!context_->stopping) {
    // A fetch that was cut off because the daemon ends says nothing about the source.
    fetch_failed(update.error(), Clock::now() - started);
    if (!source_.desired()) recall_due_ = Clock::now();
  }
  pass_timer_.cancel();
}

// The last good revision stays in force across restarts of the daemon.
Awaitable<> SourceLoop::recall() {
  recall_due_.reset();
  enter(Activity::reading);
  const auto update = co_await source_.recall();
  if (!update || update->revision == Schedule::Revision::same) co_return;
  schedule_.recalled(Clock::now());
  log_.recalled(source_.desired()->revision);
  take_revision(*update);
}

void SourceLoop::fetched(const Source::Update& update, Instant started) {
  fetched_at_ = started;
  const auto now = system_clock::now();
  schedule_.fetched(Clock::now(), update.revision);
  status_.fetched(now, update.commit);
  publish_conditions();
  git_metrics_->fetched(update.fetching, now);
  metrics_->phase(Phase::fetch, update.fetching);
  if (!std::exchange(fetch_problem_, {}).empty()) log_.fetch_works_again();
  if (!update.commit.mirror_problem.empty()) log_.mirror_problem(update.commit.mirror_problem);
  // A sibling may wait to learn which names this source holds.
  for (auto* sibling : siblings_) sibling->wake();
  if (update.revision == Schedule::Revision::changed) take_revision(update);
}

void SourceLoop::take_revision(const Source::Update& update) {
  revision_at_ = Clock::now();
  const auto& desired = *source_.desired();
  twins_.in_force(desired.revision);
  status_.loaded(desired.revision, desired.workers.size() + desired.broken_names.size() + desired.zone_workers.size());
  metrics_->phase(Phase::parse, update.loading);
  metrics_->revision(desired.revision);
  log_.new_revision(desired, update);
  log_.remembered(update.remembered);
}

void SourceLoop::fetch_failed(const FetchProblem& problem, std::chrono::nanoseconds duration) {
  const auto now = Clock::now();
  schedule_.fetch_failed(now);
  status_.fetch_failed(system_clock::now(), problem);
  git_metrics_->fetch_failed(problem.kind, duration);
  publish_conditions();
  fetch_problem_ = problem.message;
  log_.fetch_failed(problem, schedule_.fetch_failures(), source_.desired() ? source_.desired()->revision : "nothing",
                    schedule_.fetch_due() - now);
}

// A manifest that disappeared here may have moved to a sibling, which knows it only after its own fetch. Deleting the
// Worker before that would be an outage.
Neighbours SourceLoop::neighbours() const {
  Neighbours neighbours;
  // The revision of an earlier run does not show whether a newer one names the Worker.
  if (fetched_at_ == Instant()) neighbours.unknown = config_.name;
  for (const auto* sibling : siblings_) {
    if (!sibling->source_.desired() || sibling->fetched_at_ < revision_at_) {
      neighbours.unknown = sibling->config_.name;
    } else {
      neighbours.names.merge(names_of(*sibling->source_.desired()));
    }
  }
  return neighbours;
}

Awaitable<> SourceLoop::pass(reconciler::Refresh refresh) {
  auto& account = access_.account();
  // One pass at a time: two sources that list and write at once would each see only half of the other's work.
  const auto turn = co_await account.turn().enter();
  if (!turn || context_->stopping) co_return;
  enter(Activity::reading);
  schedule_.pass_begins();

  PassReport report{.reconcile_id = random_hex(4), .revision = source_.desired()->revision, .refresh = refresh};
  report.started = system_clock::now();
  const auto requests = account.requests();
  co_await recall_status();
  // New credentials end a stop of the account, so they are read before the stop is checked.
  const auto opened = co_await access_.open();
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
    // Keys or stores cannot be read; without them nothing can be done for the account.
    report.error = own_error(api::ErrorKind::forbidden, opened.error().message);
  }
  report.finished = system_clock::now();
  // A newer revision may have been applied elsewhere, so this pass does not count: after the fetch there is another
  // one.
  if (report.fetch_first) {
    schedule_.fetch_first(Clock::now());
    fetch_timer_.cancel();
    log_.fetches_first(report);
    co_return;
  }
  if (context_->stopping && is_interrupted(report)) {
    // Work that was dropped because the daemon ends says nothing about the source.
    log_.pass_interrupted(report);
    co_return;
  }
  finish(report, account.requests() - requests);
  co_await remember_status();
  co_await context_->runtime->journal().record({.reconcile_id = report.reconcile_id,
                                                .source = config_.name,
                                                .revision = report.revision,
                                                .result = std::string(to_string(result_of(report))),
                                                .summary = summary_of(report),
                                                .started = report.started,
                                                .finished = report.finished});
}

// The newest revision of which everything was live is remembered across restarts.
Awaitable<> SourceLoop::recall_status() {
  if (std::exchange(is_status_recalled_, true)) co_return;
  const auto notes = co_await context_->runtime->journal().notes(status_notes());
  const auto found = notes.find(std::string(kAppliedRevision));
  if (found == notes.end()) co_return;
  remembered_revision_ = found->second;
  status_.recall(found->second);
}

Awaitable<> SourceLoop::remember_status() {
  if (status_.applied_revision() == remembered_revision_) co_return;
  remembered_revision_ = status_.applied_revision();
  reconciler::NoteChanges changes{{std::string(kAppliedRevision), remembered_revision_}};
  co_await context_->runtime->journal().remember_notes(status_notes(), std::move(changes));
}

reconciler::NoteKey SourceLoop::status_notes() const {
  return {
      .account = access_.account().config().account_id, .source = to_string(access_.policy().owner), .kind = "status"};
}

void SourceLoop::account_stopped(const api::Error& error) {
  status_.account_stopped(system_clock::now(), error);
  publish_conditions();
}

// A token knows its own expiry; a global key has nothing to verify.
Awaitable<> SourceLoop::verify_token() {
  auto& account = access_.account();
  if (!account.wants_check() || !account.config().api_token.given()) co_return;
  const auto answer = co_await api::verify_token(account.api(api::Priority::interactive));
  if (!answer) {
    // The list of Workers decides: a token that may not verify itself may still work.
    log_.token_not_verified(account.config().name, answer.error());
    co_return;
  }
  account.set_verified();
  if (const auto expiry = parse_rfc3339(string_member(*answer, "expires_on"))) {
    context_->metrics->token_expiry(account.config().name, *expiry);
  }
}

Awaitable<TwinWatch::Verdict> SourceLoop::look_for_twin(const reconciler::Plan* plan) {
  std::map<std::string, Kinship> kin;
  if (auto commits = twins_.commits_in_question(*plan); !commits.empty()) {
    kin = co_await source_.kinship(std::move(commits));
  }
  co_return twins_.judge(*plan, kin, Clock::now());
}

Awaitable<> SourceLoop::observe_and_apply(PassReport* report) {
  auto known = neighbours();
  const auto unknown = known.unknown;
  auto policy = with_neighbours(access_.policy(), std::move(known));
  // Nobody watches a daemon: drift that comes back each time must not be healed without end.
  policy.brake = true;
  auto scope = access_.scope(std::move(policy), report->refresh, api::Priority::apply);
  scope.reconcile_id = report->reconcile_id;
  // A fetch may put a newer revision in force while this pass runs.
  const auto desired = source_.desired();
  report->revision = desired->revision;
  const auto started = Clock::now();
  auto plan = co_await reconciler::plan_pass(scope, desired);
  report->observing = Clock::now() - started;
  if (!plan) {
    report->error = std::move(plan.error());
    co_return;
  }
  // The account could be read, so the credentials work.
  access_.account().set_verified();
  // Before any write, because another daemon of this source may have newer manifests.
  const auto verdict = co_await look_for_twin(&*plan);
  report->fetch_first = verdict == TwinWatch::Verdict::fetch_first;
  if (report->fetch_first) co_return;
  if (verdict == TwinWatch::Verdict::hold_back) hold_back(*plan, twins_.block());
  // Workers without a manifest stay while a sibling's manifests are unknown: they may have moved there.
  const bool held = config_.policy == reconciler::Prune::sync && has_leftovers(*plan);
  deletes_wait_for_ = held ? unknown : "";
  report->deletes_wait_for = deletes_wait_for_;
  report->plan = *plan;
  for (const auto& drifted : status_.new_drift(*plan)) {
    log_.drift(drifted, report->reconcile_id);
    metrics_->drift_detected(1);
  }
  if (!plan->has_writes() || context_->stopping) co_return;

  enter(Activity::writing);
  reconciler::RoundOptions options;
  // Each further round is checked as well: a twin may have written since the first one.
  options.may_go_on = [this](const reconciler::Plan& again) { return twins_.may_write(again); };
  options.apply.stopping = [context = context_] { return context->stopping; };
  options.apply.progress = [this, report](const reconciler::WorkerResult& result) {
    log_.worker(result, report->reconcile_id, context_->stopping ? SourceLog::Daemon::stops : SourceLog::Daemon::runs);
  };
  options.apply.exposure_progress = [this, report](const reconciler::AddressedResult& result) {
    log_.exposure(result, report->reconcile_id,
                  context_->stopping ? SourceLog::Daemon::stops : SourceLog::Daemon::runs);
  };
  const auto applying = Clock::now();
  report->applied = co_await apply_in_rounds(std::move(scope), desired, std::move(*plan), std::move(options));
  report->applying = Clock::now() - applying;
}

void SourceLoop::look_at_limits() {
  status_.limited(access_.account().blocked_until(), system_clock::now());
  publish_conditions();
}

void SourceLoop::finish(const PassReport& report, std::size_t requests) {
  pass_problem_ = report.error ? api::to_text(*report.error) : std::string();
  status_.finished(report);
  status_.limited(access_.account().blocked_until(), report.finished);
  schedule_next(report);
  measure(report);
  log_.problems(standing_problems(report));
  log_.pass(report, requests);
}

std::set<std::string> SourceLoop::standing_problems(const PassReport& report) const {
  std::set<std::string> problems(access_.warnings().begin(), access_.warnings().end());
  if (report.plan) problems.merge(held_back(*report.plan));
  if (!report.deletes_wait_for.empty()) problems.insert(wait_of(report));
  return problems;
}

void SourceLoop::schedule_next(const PassReport& report) {
  const auto now = Clock::now();
  const auto observed = report.plan ? std::optional(report.refresh) : std::nullopt;
  schedule_.passed(now, observed, end_of(report));
  if (const auto* error = report.account_error()) {
    access_.account().stop_until(now + kAccountStop);
    log_.account_stopped(config_.account, *error);
    account_stopped(*error);
    for (auto* sibling : siblings_) sibling->account_stopped(*error);
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
