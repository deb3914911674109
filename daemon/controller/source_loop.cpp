#include "daemon/controller/source_loop.h"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <exception>
#include <utility>

namespace plumbline::daemon {
namespace {

namespace asio = boost::asio;

using Clock = std::chrono::steady_clock;
using std::chrono::system_clock;
using namespace std::chrono_literals;

// A twin must be silent for this many observations of the account before its versions are replaced.
constexpr int kTwinLooks = 6;
constexpr std::chrono::milliseconds kTwinPatience = 30s;

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

}  // namespace

SourceLoop::SourceLoop(std::shared_ptr<const Config> config, const std::string& source, LoopContext* context)
    : whole_config_(std::move(config)),
      config_(whole_config_->sources.at(source)),
      context_(context),
      log_(*context->logger, *context->lasting, source),
      source_(config_, context->runtime->fetch_context(context->mirrors)),
      access_(config_, *whole_config_, *context->runtime),
      schedule_({config_.interval, config_.observe_interval, config_.audit_interval}, context->jitter, Clock::now()),
      status_(source, config_.account, system_clock::now()),
      twins_(system_clock::now(), std::max(kTwinPatience, kTwinLooks * config_.observe_interval)),
      metrics_(context->metrics->pass_metrics(source, config_.account)),
      fetch_metrics_(context->metrics->fetch_metrics(source)),
      fetch_timer_(context->io),
      pass_timer_(context->io),
      audit_timer_(context->io),
      recall_due_(Clock::now() + kFirstFetch) {
  take_decisions();
}

void SourceLoop::enter(Activity activity) {
  passing_ = activity;
  context_->moved();
}

SourceLoop::Activity SourceLoop::activity() const {
  if (passing_ == Activity::writing) return Activity::writing;
  if (is_fetching_ || passing_ == Activity::reading) return Activity::reading;
  return !fetching_ && !auditing_ && passing_ == Activity::ended ? Activity::ended : Activity::idle;
}

void SourceLoop::wake() {
  fetch_timer_.cancel();
  pass_timer_.cancel();
  audit_timer_.cancel();
}

Awaitable<> SourceLoop::run() {
  asio::co_spawn(context_->io, keep_fetching(), asio::detached);
  asio::co_spawn(context_->io, keep_auditing(), asio::detached);
  co_await keep_passing();
}

Awaitable<> SourceLoop::keep_fetching() {
  while (!is_stopping()) {
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
  while (!is_stopping()) {
    const auto fault = co_await fault_of(pass_when_due());
    if (!fault.empty()) {
      log_.fault(fault);
      schedule_.passed(Clock::now(), std::nullopt, PassEnd::retry);
    }
    enter(Activity::idle);
  }
  enter(Activity::ended);
}

Awaitable<> SourceLoop::keep_auditing() {
  while (!is_stopping()) {
    const auto fault = co_await fault_of(audit_when_due());
    if (fault.empty()) continue;
    log_.fault(fault);
    co_await sleep_audit(Clock::now() + 1min);
  }
  auditing_ = false;
  context_->moved();
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
  if (take_decisions()) schedule_.passed(Clock::now(), std::nullopt, PassEnd::interrupted);
  const auto now = Clock::now();
  const auto next = schedule_.next(now);
  if (next.kind == Schedule::Step::Kind::pass) co_return co_await pass(next.zones);
  if (source_.desired()) recall_due_.reset();
  if (recall_due_ && *recall_due_ <= now) co_return co_await recall();
  auto until = recall_due_ ? std::min(next.until, *recall_due_) : next.until;
  const auto wall = system_clock::now();
  if (const auto end = context_->decisions->next_end(config_.name, wall)) {
    until = std::min(until, now + std::chrono::ceil<Clock::duration>(*end - wall));
  }
  pass_timer_.expires_at(until);
  co_await pass_timer_.async_wait(asio::as_tuple(asio::use_awaitable));
}

void SourceLoop::account_stopped(const api::Error& error) {
  status_.account_stopped(system_clock::now(), error);
  publish_conditions();
}

void SourceLoop::look_at_limits() {
  status_.limited(access_.account().blocked_until(), system_clock::now());
  publish_conditions();
}

void SourceLoop::publish_conditions() {
  for (const auto& [type, condition] : status_.conditions()) metrics_->condition(type, condition.status);
}

}  // namespace plumbline::daemon
