#include <utility>

#include "daemon/controller/source_loop.h"

// The fetches of a source, and what follows from a new revision.
namespace plumbline::daemon {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::system_clock;

}  // namespace

Awaitable<> SourceLoop::fetch() {
  is_fetching_ = true;
  schedule_.fetch_begins();
  fetch_began_ = asked_;
  context_->moved();
  const auto started = Clock::now();
  const auto update = co_await source_.fetch();
  if (update) {
    fetched(*update, started);
  } else if (!is_stopping()) {
    // A fetch that was cut off because the daemon ends says nothing about the source.
    fetch_failed(update.error(), Clock::now() - started);
    if (!source_.desired()) recall_due_ = Clock::now();
  }
  // A pass answers those who asked before this fetch began.
  if (fetch_ended_ != fetch_began_) {
    fetch_ended_ = fetch_began_;
    schedule_.passed(Clock::now(), std::nullopt, PassEnd::interrupted);
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
  fetch_metrics_->fetched(update.fetching, now);
  metrics_->phase(Phase::fetch, update.fetching);
  fetch_problem_.clear();
  log_.fetched(update.commit.mirror_problem);
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
  say("revision", "revision " + desired.revision + " is in force");
}

void SourceLoop::fetch_failed(const FetchProblem& problem, std::chrono::nanoseconds duration) {
  const auto now = Clock::now();
  schedule_.fetch_failed(now);
  status_.fetch_failed(system_clock::now(), problem);
  fetch_metrics_->fetch_failed(problem.kind, duration);
  publish_conditions();
  fetch_problem_ = problem.message;
  // Nothing is in force that a pass could compare.
  if (!source_.desired()) handled(fetch_began_);
  say("failed", "the repository could not be fetched: " + problem.message);
  log_.fetch_failed(problem, schedule_.fetch_failures(), source_.desired() ? source_.desired()->revision : "nothing",
                    schedule_.fetch_due() - now);
}

}  // namespace plumbline::daemon
