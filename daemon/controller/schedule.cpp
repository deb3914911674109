#include "daemon/controller/schedule.h"

#include <algorithm>
#include <utility>

namespace plumbline::daemon {

using namespace std::chrono_literals;

// While nothing is in force a long wait helps nobody: a network that starts with the machine is ready within seconds.
constexpr milliseconds kFirstRetry = 2s;
// A fetch that was asked for has ended by then, one way or the other.
constexpr auto kLongestFetch = 3min;

milliseconds backoff(milliseconds base, std::size_t failures, const Jitter& jitter) {
  constexpr milliseconds kCap = 15min;
  constexpr double kSpread = 0.2;
  const milliseconds cap = std::max(kCap, base);
  milliseconds delay = base;
  for (std::size_t i = 1; i < failures && delay < cap; ++i) delay *= 2;
  delay = std::min(delay, cap);
  const double factor = 1 - kSpread * jitter();
  return milliseconds(static_cast<milliseconds::rep>(static_cast<double>(delay.count()) * factor));
}

Schedule::Schedule(Intervals intervals, Jitter jitter, Instant now)
    : intervals_(intervals), jitter_(std::move(jitter)), fetch_due_(now), zones_due_(now) {}

Instant Schedule::pass_due() const {
  Instant due = *observe_due_;
  if (retry_due_) due = *retry_due_;
  if (held_until_) due = std::max(due, *held_until_);
  if (awaits_fetch_) due = std::max(due, fetch_due_ + kLongestFetch);
  return due;
}

Schedule::Step Schedule::next(Instant now) const {
  if (!observe_due_) return {};
  const Instant due = pass_due();
  if (due > now) return {.kind = Step::Kind::wait, .until = due};
  const bool anew = zones_due_ <= now;
  return {.kind = Step::Kind::pass, .zones = anew ? reconciler::Refresh::full : reconciler::Refresh::list};
}

void Schedule::look_again(Instant now) {
  is_look_asked_ = true;
  if (observe_due_ && !retry_due_) observe_due_ = now;
}

void Schedule::list_was_read(Instant now) {
  if (observe_due_ && !retry_due_ && *observe_due_ - now <= intervals_.observe / 2) observe_due_ = now;
}

void Schedule::fetch_first(Instant now) {
  fetch_due_ = now;
  is_fetch_asked_ = true;
  awaits_fetch_ = true;
  retry_due_.reset();
}

// The pass that waited for the fetch goes on, whether or not the fetch succeeded.
void Schedule::fetch_ended(Instant now, Instant next_due) {
  // A fetch that began before another one was asked for may have seen too little.
  fetch_due_ = is_fetch_asked_ ? now : next_due;
  if (!is_fetch_asked_ && std::exchange(awaits_fetch_, false)) observe_due_ = now;
}

void Schedule::fetched(Instant now, Revision revision) {
  fetch_failures_ = 0;
  fetch_ended(now, now + intervals_.fetch);
  if (revision == Revision::same) return;
  observe_due_ = now;
  has_news_ = true;
  // The new revision may have fixed what failed.
  retry_due_.reset();
  pass_failures_ = 0;
}

void Schedule::fetch_failed(Instant now) {
  ++fetch_failures_;
  const auto base = observe_due_ ? intervals_.fetch : std::min(intervals_.fetch, kFirstRetry);
  fetch_ended(now, now + backoff(base, fetch_failures_, jitter_));
}

void Schedule::passed(Instant now, std::optional<reconciler::Refresh> zones, PassEnd end) {
  if (zones == reconciler::Refresh::full) zones_due_ = now + intervals_.audit;
  if (has_news_) return;
  // A Worker that fails forever must not cause all others to be read again at each attempt.
  // What was asked for meanwhile may be something that the pass did not see.
  if (zones) observe_due_ = is_look_asked_ ? now : now + intervals_.observe;
  switch (end) {
    case PassEnd::settled:
      pass_failures_ = 0;
      retry_due_.reset();
      return;
    case PassEnd::retry:
      ++pass_failures_;
      retry_due_ = now + backoff(intervals_.fetch, pass_failures_, jitter_);
      return;
    case PassEnd::interrupted:
      retry_due_ = now;
      return;
  }
}

}  // namespace plumbline::daemon
