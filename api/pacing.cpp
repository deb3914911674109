#include "api/pacing.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace plumbline::api {
namespace {

using std::chrono::seconds;

// A kill loses at most a block: a twentieth of the share.
constexpr std::size_t kBlocks = 20;
// How often waiting calls check whether another process has given its block back.
constexpr seconds kLookAgain{2};
// How long calls go on without a ledger after it could not be kept.
constexpr seconds kAlone{60};

// At least one, because otherwise no call could ever start.
std::size_t part_of(double share, std::size_t whole) {
  const double part = std::clamp(share, 0.0, 1.0) * static_cast<double>(whole);
  return std::max<std::size_t>(1, static_cast<std::size_t>(std::floor(part)));
}

}  // namespace

PacingWindow::PacingWindow(PacingOptions options)
    : options_(options), share_(options.limit == 0 ? 0 : part_of(options.share, options.limit)) {}

void BudgetWait::begin(WaitsFor what, TimePoint now) {
  ended_ = total(now);
  since_ = what == WaitsFor::budget ? std::optional(now) : std::nullopt;
}

std::chrono::nanoseconds BudgetWait::total(TimePoint now) const {
  return since_ ? ended_ + (now - *since_) : ended_;
}

PacingWindow::Verdict PacingWindow::admit(Priority priority, TimePoint now) {
  expire(now);
  if (const auto verdict = held_back(now)) return *verdict;
  const bool full = options_.limit != 0 && used() >= allowance(priority, now);
  const auto waits_for = full ? WaitsFor::budget : WaitsFor::turn;
  if (options_.in_flight != 0 && in_flight_ >= options_.in_flight) return {.waits_for = waits_for};

  TimePoint earliest = now;
  if (full && !(others_reserve_ && now >= asked_at_ + kLookAgain)) {
    auto frees = window_frees(allowance(priority, now));
    if (others_reserve_) frees = std::min(frees.value_or(TimePoint::max()), asked_at_ + kLookAgain);
    if (!frees) return {.waits_for = waits_for};
    earliest = std::max(earliest, *frees);
  }
  if (options_.per_second != 0 && starts_.size() >= options_.per_second) {
    earliest = std::max(earliest, starts_[starts_.size() - options_.per_second] + seconds(1));
  }
  const bool hinted = now < hinted_until_;
  if (hinted && hinted_left_ == 0) earliest = std::max(earliest, hinted_until_);
  if (earliest > now) return {.again = earliest, .waits_for = WaitsFor::budget};
  if (asking_) return {.waits_for = waits_for};
  if (full || needs_block(now)) return {.needs_block = true, .waits_for = waits_for};

  if (blocked_until_) {
    is_looking_ = true;
    look_at_.reset();
  }
  ++in_flight_;
  if (block_ > 0) --block_;
  if (hinted) --hinted_left_;
  if (options_.per_second != 0) starts_.push_back(now);
  return {.admitted = true};
}

void PacingWindow::answered(TimePoint now) {
  --in_flight_;
  if (std::exchange(is_looking_, false)) blocked_until_.reset();
  if (options_.limit == 0) return;
  // Calls of another process may count from a future time on, so the order is not that of arrival.
  answers_.insert(std::ranges::upper_bound(answers_, now), now);
  if (shared_) untold_.push_back(now);
}

void PacingWindow::withdrawn() {
  --in_flight_;
  is_looking_ = false;
}

void PacingWindow::block_until(TimePoint time, std::optional<TimePoint> look) {
  is_looking_ = false;
  if (blocked_until_ && *blocked_until_ > time) return;
  blocked_until_ = time;
  // Calls that were sent together are answered together: the look that the first of them set stays.
  if (look) look_at_ = look;
}

std::optional<PacingWindow::TimePoint> PacingWindow::blocked(TimePoint now) const {
  return blocked_until_ && *blocked_until_ > now ? blocked_until_ : std::nullopt;
}

std::optional<PacingWindow::TimePoint> PacingWindow::unwanted(TimePoint now) const {
  const auto end = blocked(now);
  if (hinted_left_ > 0 || hinted_until_ <= now) return end;
  return std::max(end.value_or(hinted_until_), hinted_until_);
}

// The verdict because of a block. Nothing if there is no block, or if this is the one call that may go.
std::optional<PacingWindow::Verdict> PacingWindow::held_back(TimePoint now) {
  if (!blocked_until_) return std::nullopt;
  const TimePoint opens = look_at_ ? std::min(*look_at_, *blocked_until_) : *blocked_until_;
  if (now < opens) return Verdict{.again = opens, .waits_for = WaitsFor::budget};
  if (in_flight_ > 0) return Verdict{.waits_for = WaitsFor::budget};
  return std::nullopt;
}

void PacingWindow::hint(const RateHint& hint, TimePoint now) {
  // Without a limit of our own there is nothing to compare a hint with.
  if (options_.limit == 0) return;
  if (hint.remaining && hint.reset > seconds::zero()) {
    // Calls in flight may not be in the server's count yet.
    const auto left = static_cast<std::size_t>(*hint.remaining);
    hinted_left_ = left > in_flight_ ? left - in_flight_ : 0;
    hinted_until_ = now + std::min<std::chrono::nanoseconds>(hint.reset, options_.window);
  }
  if (hint.quota && hint.window > seconds::zero()) {
    const double per_second = static_cast<double>(*hint.quota) / static_cast<double>(hint.window.count());
    const double in_window = per_second * std::chrono::duration<double>(options_.window).count();
    const double limit = std::min(in_window, static_cast<double>(options_.limit));
    hinted_share_ = part_of(options_.share, static_cast<std::size_t>(limit));
    hinted_share_until_ = now + options_.window;
  }
}

std::size_t PacingWindow::remaining(TimePoint now) {
  expire(now);
  const std::size_t allowed = allowance(Priority::apply, now);
  return allowed > used() ? allowed - used() : 0;
}

void PacingWindow::share(std::uint64_t process) {
  shared_ = options_.limit != 0;
  process_ = process;
  block_ = 0;
  informed_ = false;
  others_reserve_ = false;
  untold_.assign(answers_.begin(), answers_.end());
}

bool PacingWindow::needs_block(TimePoint now) const {
  const bool valid = block_ > 0 && now < asked_at_ + Ledger::kValid;
  return shared_ && !valid && now >= alone_until_;
}

// A process that makes few calls reserves few; one that makes many soon asks seldom.
std::size_t PacingWindow::next_block(std::size_t waiting) {
  if (waiting == 0) {
    if (block_ > 0) last_block_ = 0;
    return 0;
  }
  const auto most = std::max<std::size_t>(1, share_ / kBlocks);
  last_block_ = std::min(most, std::max(waiting, 2 * last_block_));
  return last_block_;
}

ReservationRequest PacingWindow::next_request(std::size_t waiting, Priority priority, TimePoint now) {
  expire(now);
  ReservationRequest request{.process = process_,
                             .in_flight = in_flight_,
                             .wanted = next_block(waiting),
                             .allowed = allowance(priority, now),
                             .share = share_,
                             .window = options_.window};
  telling_ = std::exchange(untold_, {});
  for (const auto answer : telling_) {
    request.answered.push_back({std::chrono::floor<milliseconds>(now - answer), 1});
  }
  block_ = 0;
  asked_at_ = now;
  asking_ = true;
  return request;
}

void PacingWindow::granted(const Reservation& reservation, TimePoint now) {
  asking_ = false;
  informed_ = true;
  telling_.clear();
  block_ = reservation.granted;
  others_reserve_ = reservation.others_reserve;
  answers_.assign(untold_.begin(), untold_.end());
  for (const auto& [age, count] : reservation.used) answers_.insert(answers_.end(), count, now - age);
  std::ranges::sort(answers_);
  expire(now);
}

void PacingWindow::refused(TimePoint now) {
  asking_ = false;
  untold_.insert(untold_.begin(), telling_.begin(), telling_.end());
  telling_.clear();
  alone_until_ = now + kAlone;
  others_reserve_ = false;
  if (std::exchange(informed_, true)) return;
  const auto half = share_ / 2;
  if (used() < half) answers_.insert(std::ranges::upper_bound(answers_, now), half - used(), now);
}

void PacingWindow::expire(TimePoint now) {
  while (!answers_.empty() && answers_.front() + options_.window <= now) answers_.pop_front();
  std::erase_if(untold_, [&](TimePoint answer) { return answer + options_.window <= now; });
  while (!starts_.empty() && starts_.front() + seconds(1) <= now) starts_.pop_front();
}

std::size_t PacingWindow::allowance(Priority priority, TimePoint now) const {
  if (options_.limit == 0) return 0;
  std::size_t allowed = share_;
  if (now < hinted_share_until_) allowed = std::min(allowed, hinted_share_);
  switch (priority) {
    case Priority::interactive:
    case Priority::apply:
      return allowed;
    case Priority::observe:
      return part_of(options_.observe_share, allowed);
    case Priority::audit:
      return part_of(options_.audit_share, allowed);
  }
  return allowed;
}

// The time at which enough answers have left the window for one call to fit below `allowed`. Nothing if only calls in
// flight stand in the way.
std::optional<PacingWindow::TimePoint> PacingWindow::window_frees(std::size_t allowed) const {
  const std::size_t excess = used() - allowed + 1;
  if (excess > answers_.size()) return std::nullopt;
  return answers_[excess - 1] + options_.window;
}

}  // namespace plumbline::api
