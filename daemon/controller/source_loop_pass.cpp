#include <malloc.h>

#include <algorithm>
#include <boost/asio/post.hpp>
#include <optional>
#include <utility>

#include "base/digest.h"
#include "base/time_point.h"
#include "daemon/controller/account_mend.h"
#include "daemon/controller/source_loop.h"
#include "daemon/controller/verdict.h"
#include "daemon/controller/worker_status.h"
#include "net/run_on.h"
#include "reconciler/apply/rounds.h"

// A pass over a source, from the turn of its account to the conclusions.
namespace plumbline::daemon {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::system_clock;
using namespace std::chrono_literals;

// How long an account is left alone after an error that affects all of it.
constexpr auto kAccountStop = 5min;
// How soon new credentials are noticed while it is stopped.
constexpr auto kCredentialsLook = 15s;

// How old a list may be that another source of the account has read.
constexpr auto kSameTick = 10s;
// How many Workers a pass reads one by one before it writes: some seconds' worth. The audit reads the rest.
constexpr std::size_t kMostReads = 64;

bool is_foreign(const reconciler::WorkerChange& change) {
  return change.block && (change.block->reason == reconciler::Reason::ownership_conflict ||
                          change.block->reason == reconciler::Reason::ownership_lost);
}

constexpr std::string_view kAppliedRevision = "lastAppliedRevision";

// With a plan goes all that was read of the account. For thousands of Workers that takes longer than the loop may be
// away, and what is left in pieces is given back to the system.
template <class Held>
void drop_on(const net::Executor& pool, Held held) {
  boost::asio::post(pool, [held = std::move(held)]() mutable {
    held = {};
    ::malloc_trim(0);
  });
}

}  // namespace

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
      for (const auto& name : names_of(*sibling->source_.desired())) {
        neighbours.names.emplace(name, sibling->config_.name);
      }
    }
  }
  return neighbours;
}

// What other sources of the account write meanwhile is seen Worker by Worker (Journal::is_written_since()).
Awaitable<> SourceLoop::pass(reconciler::Refresh zones) {
  PassReport report{.reconcile_id = random_hex(4), .revision = source_.desired()->revision, .zones = zones};
  co_await make_pass(&report);
  if (report.plan && !report.plan->unchanged) drop_on(context_->runtime->pool(), *std::move(report.plan));
}

Awaitable<> SourceLoop::make_pass(PassReport* report) {
  auto& account = access_.account();
  enter(Activity::reading);
  // A commit that waits may use what ticks leave of the budget.
  const auto priority = schedule_.has_news() ? api::Priority::apply : api::Priority::observe;
  schedule_.pass_begins();
  take_decisions();
  const auto asked = fetch_ended_;
  reverting_ = revert_;

  report->suspended = decided_.suspension;
  report->started = system_clock::now();
  co_await recall_status();
  // New credentials end a stop of the account, so they are read before the stop is checked.
  const auto opened = co_await access_.open();
  if (const auto stopped = account.stopped(Clock::now())) {
    schedule_.hold_passes(std::min(*stopped, Clock::now() + kCredentialsLook));
    handled(asked);
    co_return;
  }
  schedule_.release_passes();
  status_.started(report->started, report->reconcile_id);
  metrics_->attempted(report->started);
  publish_conditions();
  if (opened) {
    co_await verify_token();
    co_await observe_and_apply(report, priority);
  } else {
    // Keys or stores cannot be read; without them nothing can be done for the account.
    report->error = own_error(api::ErrorKind::forbidden, opened.error().message);
  }
  report->finished = system_clock::now();
  // A newer revision may have been applied elsewhere, so this pass does not count: after the fetch there is another
  // one.
  if (report->fetch_first) {
    schedule_.fetch_first(Clock::now());
    fetch_timer_.cancel();
    log_.fetches_first(*report);
    co_return;
  }
  if (report->superseded) {
    log_.superseded(*report);
    metrics_->finished(PassResult::superseded, report->finished - report->started, report->finished);
    co_return;
  }
  if (is_stopping() && is_interrupted(*report)) {
    // Work that was dropped because the daemon ends says nothing about the source.
    log_.pass_interrupted(*report);
    co_return;
  }
  finish(*report);
  reconciler::ReconcileRecord record{.reconcile_id = report->reconcile_id,
                                     .source = config_.name,
                                     .revision = report->revision,
                                     .result = std::string(to_string(result_of(*report))),
                                     .summary = summary_of(*report),
                                     .started = report->started,
                                     .finished = report->finished};
  co_await keep_plan(report);
  handled(asked);
  look_at_asked(asked);
  co_await remember_status();
  co_await context_->runtime->journal().record(std::move(record));
}

// For whoever asks what is open, or where something comes from.
Awaitable<> SourceLoop::keep_plan(PassReport* report) {
  if (!report->plan || report->plan->unchanged) co_return;
  for (const auto& name : reverting_) revert_.erase(name);
  is_behind_ = report->applied.calls > 0;
  auto kept = co_await net::run_on(context_->runtime->pool(), [report, rate = access_.account().calls_per_second()] {
    return std::make_shared<const reconciler::Plan>(what_is_open(*std::move(report->plan), report->applied, rate));
  });
  report->plan.reset();
  drop_on(context_->runtime->pool(), std::exchange(plan_, std::move(kept)));
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
  log_.token_verified(account.config().name);
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

Awaitable<> SourceLoop::observe_and_apply(PassReport* report, api::Priority priority) {
  auto known = neighbours();
  const auto unknown = known.unknown;
  auto policy = with_neighbours(decided_policy(), std::move(known));
  // Nobody watches a daemon: drift that comes back each time must not be healed without end.
  policy.brake = true;
  auto scope = access_.scope(std::move(policy), reconciler::Refresh::list, priority);
  scope.reconcile_id = report->reconcile_id;
  scope.account.tally = report->requests;
  scope.zone_refresh = report->zones;
  scope.lists = &access_.account().lists();
  scope.list_not_before = oldest_list_to_use();
  scope.memory = &memory_;
  scope.most_reads = kMostReads;
  scope.superseded = [this] { return makes_room(); };
  // A fetch may put a newer revision in force while this pass runs.
  const auto desired = source_.desired();
  report->revision = desired->revision;
  const auto started = Clock::now();
  auto plan = co_await reconciler::plan_pass(scope, desired);
  report->observing = Clock::now() - started;
  report->superseded = !plan && makes_room();
  if (report->superseded) co_return;
  if (!plan) {
    report->mend = account_mend(plan.error(), access_.account().config());
    report->error = std::move(plan.error());
    co_return;
  }
  // The account could be read, so the credentials work.
  access_.account().set_verified();
  log_.account_works(config_.account);
  note_list(*plan, report->started);
  // Before any write, because another daemon of this source may have newer manifests.
  const auto verdict = co_await look_for_twin(&*plan);
  report->fetch_first = verdict == TwinWatch::Verdict::fetch_first;
  if (report->fetch_first) co_return;
  if (verdict == TwinWatch::Verdict::hold_back) hold_back(*plan, twins_.block());
  // Workers without a manifest stay while a sibling's manifests are unknown: they may have moved there.
  const bool held = config_.policy == reconciler::Prune::sync && std::ranges::any_of(plan->workers, is_leftover);
  deletes_wait_for_ = held ? unknown : "";
  report->deletes_wait_for = deletes_wait_for_;
  if (held) memory_.settled.reset();
  for (const auto& drifted : drift_of(*plan)) log_.drift(drifted, report->reconcile_id);
  metrics_->drift_detected(status_.new_drift(*plan).size());
  if (!plan->has_writes() || is_stopping()) {
    report->plan = std::move(*plan);
    co_return;
  }
  report->plan = *plan;

  enter(Activity::writing);
  reconciler::RoundOptions options;
  // Each further round is checked as well: a twin may have written since the first one.
  options.may_go_on = [this](const reconciler::Plan& again) { return twins_.may_write(again); };
  scope.account.priority = api::Priority::apply;
  options.apply.superseded = [this] { return makes_room(); };
  options.apply.stopping = [this] { return is_stopping(); };
  options.apply.progress = [this, report](const reconciler::WorkerResult& result) {
    log_.worker(result, report->reconcile_id, is_stopping() ? SourceLog::Daemon::stops : SourceLog::Daemon::runs);
  };
  options.apply.exposure_progress = [this, report](const reconciler::AddressedResult& result) {
    log_.exposure(result, report->reconcile_id, is_stopping() ? SourceLog::Daemon::stops : SourceLog::Daemon::runs);
  };
  const auto applying = Clock::now();
  report->applied = co_await apply_in_rounds(std::move(scope), desired, std::move(*plan), std::move(options));
  report->applying = Clock::now() - applying;
}

// A list that another source has read a moment ago serves this one too, unless somebody has written since. No list is
// used twice: whoever asks again wants to see what has happened.
TimePoint SourceLoop::oldest_list_to_use() const {
  const auto& account = access_.account().config().account_id;
  return std::max({system_clock::now() - kSameTick, list_begun_ + TimePoint::duration(1),
                   context_->runtime->journal().last_write(account)});
}

void SourceLoop::note_list(const reconciler::Plan& plan, TimePoint started) {
  list_begun_ = plan.observed_at;
  if (!plan.unchanged) {
    deferred_.clear();
    foreign_.clear();
    for (const auto& change : plan.workers) {
      if (change.deferred) deferred_.insert(change.name);
      if (is_foreign(change)) foreign_.insert(change.name);
    }
  }
  audit_timer_.cancel();
  if (list_begun_ < started) return;
  for (auto* sibling : siblings_) sibling->list_was_read();
}

void SourceLoop::list_was_read() {
  schedule_.list_was_read(Clock::now());
  pass_timer_.cancel();
}

void SourceLoop::finish(const PassReport& report) {
  pass_problem_ = report.error ? report.why_no_plan() : std::string();
  tell_events(report);
  status_.finished(report);
  status_.limited(access_.account().blocked_until(), report.finished);
  schedule_next(report);
  measure(report);
  log_.pass(report, *report.requests, access_.warnings(), status_.drifted_addresses());
}

void SourceLoop::schedule_next(const PassReport& report) {
  const auto now = Clock::now();
  const auto zones = report.plan ? std::optional(report.zones) : std::nullopt;
  schedule_.passed(now, zones, end_of(report));
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
  if (report.plan && !report.plan->unchanged) metrics_->planned(*report.plan);
  metrics_->consecutive_failures(status_.consecutive_failures());
  metrics_->drifted_workers(status_.drifted());
  if (!report.plan || !report.plan->unchanged) metrics_->workers(status_.workers());
  publish_conditions();
}

}  // namespace plumbline::daemon
