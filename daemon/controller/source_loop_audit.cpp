#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <utility>

#include "daemon/controller/audit.h"
#include "daemon/controller/source_loop.h"

// The audit of a source: it reads Workers again that the list shows as unchanged, beside the passes, which never wait
// for it.
namespace plumbline::daemon {
namespace {

namespace asio = boost::asio;

using Clock = std::chrono::steady_clock;
using std::chrono::system_clock;
using namespace std::chrono_literals;

// An audit that takes so much longer than its interval is told of.
constexpr double kMuchLonger = 1.5;
// How long the audit leaves an account alone that cannot be read.
constexpr auto kRest = 1min;

}  // namespace

AuditTurn SourceLoop::audit_turn(const reconciler::Observations& memory) const {
  return next_audit({.targets = memory_.prepared.targets.get(),
                     .memory = &memory,
                     .deferred = &deferred_,
                     .foreign = &foreign_,
                     .resting = &resting_,
                     .interval = config_.audit_interval,
                     .last = last_audit_,
                     .now = system_clock::now()});
}

Awaitable<> SourceLoop::audit_when_due() {
  if (!memory_.prepared.targets || access_.account().stopped(Clock::now())) {
    co_return co_await sleep_audit(Clock::now() + kRest);
  }
  const auto memory = co_await context_->runtime->journal().observations(access_.account().config().account_id);
  auto turn = audit_turn(memory);
  note_oldest(turn.oldest);
  if (turn.batch.empty()) {
    const auto wait = turn.due ? std::max<system_clock::duration>(*turn.due - system_clock::now(), 1s) : kRest;
    co_return co_await sleep_audit(Clock::now() + std::min<system_clock::duration>(wait, config_.audit_interval));
  }
  // One of the account at a time, so that the sources take turns.
  const auto place = co_await access_.account().audit_turn().enter();
  if (place && !is_stopping()) co_await audit(std::move(turn.batch));
}

// A pass that ends wakes it, because there may be more to read then.
Awaitable<> SourceLoop::sleep_audit(Instant until) {
  audit_timer_.expires_at(until);
  co_await audit_timer_.async_wait(asio::as_tuple(asio::use_awaitable));
}

Awaitable<> SourceLoop::audit(std::set<std::string> batch) {
  last_audit_ = system_clock::now();
  // Of Workers that no pass has read, nobody knows how they are.
  const bool unknown = std::ranges::any_of(batch, [this](const auto& name) { return deferred_.contains(name); });
  auto scope = access_.scope(access_.policy(), reconciler::Refresh::full,
                             unknown ? api::Priority::observe : api::Priority::audit);
  scope.lists = &access_.account().lists();
  scope.superseded = [this] { return is_stopping(); };
  const auto result = co_await reconciler::audit_workers(std::move(scope), memory_.prepared.targets, batch);
  if (is_stopping()) co_return;
  if (!result) {
    log_.audit_failed(result.error());
    co_return co_await sleep_audit(Clock::now() + kRest);
  }
  log_.audited(*result);
  const bool were_deferred = !deferred_.empty();
  for (const auto& name : batch) deferred_.erase(name);
  rest(batch, *result);
  // What was found is for a pass to judge.
  const bool all_read = were_deferred && deferred_.empty();
  if (!result->open.empty() || all_read) schedule_.look_again(Clock::now());
  pass_timer_.cancel();
}

// What could not be read would be due again at once. Where a pass looks, that is soon enough; what no pass reads
// either, because it is not ours any more, has had its turn.
void SourceLoop::rest(const std::set<std::string>& batch, const reconciler::AuditResult& result) {
  const auto now = system_clock::now();
  std::erase_if(resting_, [now](const auto& entry) { return entry.second <= now; });
  for (const auto& name : batch) {
    if (result.read.contains(name)) continue;
    resting_[name] = now + (result.open.contains(name) ? config_.observe_interval : config_.audit_interval);
  }
}

void SourceLoop::note_oldest(std::optional<TimePoint> oldest) {
  // What was never read is as old as this process.
  if (!deferred_.empty()) oldest = std::min(oldest.value_or(started_), started_);
  oldest_read_ = oldest;
  const auto age = audit_age();
  log_.audit_stretched(age > config_.audit_interval * kMuchLonger ? std::optional(age) : std::nullopt,
                       config_.audit_interval);
}

std::chrono::seconds SourceLoop::audit_age() const {
  if (!oldest_read_) return 0s;
  return std::max(0s, std::chrono::floor<std::chrono::seconds>(system_clock::now() - *oldest_read_));
}

}  // namespace plumbline::daemon
