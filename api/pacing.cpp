#include "api/pacing.h"

#include <algorithm>
#include <cmath>

namespace plumbline::api {
namespace {

using std::chrono::seconds;

// At least one, or nothing would ever move.
std::size_t part_of(double share, std::size_t whole) {
  const double part = std::clamp(share, 0.0, 1.0) * static_cast<double>(whole);
  return std::max<std::size_t>(1, static_cast<std::size_t>(std::floor(part)));
}

}  // namespace

PacingWindow::PacingWindow(PacingOptions options)
    : options_(options), share_(options.limit == 0 ? 0 : part_of(options.share, options.limit)) {}

PacingWindow::Verdict PacingWindow::admit(Priority priority, TimePoint now) {
  expire(now);
  if (options_.in_flight != 0 && in_flight_ >= options_.in_flight) return {};

  TimePoint earliest = std::max(now, blocked_until_);
  if (options_.limit != 0 && used() >= allowance(priority, now)) {
    const auto frees = window_frees(allowance(priority, now));
    if (!frees) return {};
    earliest = std::max(earliest, *frees);
  }
  if (options_.per_second != 0 && starts_.size() >= options_.per_second) {
    earliest = std::max(earliest, starts_[starts_.size() - options_.per_second] + seconds(1));
  }
  const bool hinted = now < hinted_until_;
  if (hinted && hinted_left_ == 0) earliest = std::max(earliest, hinted_until_);
  if (earliest > now) return {.again = earliest};

  ++in_flight_;
  if (hinted) --hinted_left_;
  if (options_.per_second != 0) starts_.push_back(now);
  return {.admitted = true};
}

void PacingWindow::answered(TimePoint now) {
  --in_flight_;
  if (options_.limit != 0) answers_.push_back(now);
}

void PacingWindow::withdrawn() {
  --in_flight_;
}

void PacingWindow::block_until(TimePoint time) {
  blocked_until_ = std::max(blocked_until_, time);
}

void PacingWindow::hint(const RateHint& hint, TimePoint now) {
  // Without a limit of our own there is nothing that a hint could be compared with.
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

std::vector<PacingWindow::WallTime> PacingWindow::save(TimePoint now, WallTime wall_now) {
  expire(now);
  std::vector<WallTime> times;
  times.reserve(used());
  for (const TimePoint answer : answers_) {
    times.push_back(wall_now - std::chrono::duration_cast<WallTime::duration>(now - answer));
  }
  times.insert(times.end(), in_flight_, wall_now);
  return times;
}

void PacingWindow::restore(const std::vector<WallTime>& answers, TimePoint now, WallTime wall_now) {
  for (const WallTime time : answers) {
    answers_.push_back(now - std::max(wall_now - time, WallTime::duration::zero()));
  }
  std::ranges::sort(answers_);
  expire(now);
}

void PacingWindow::assume_half_used(TimePoint now) {
  answers_.insert(answers_.end(), share_ / 2, now);
}

void PacingWindow::expire(TimePoint now) {
  while (!answers_.empty() && answers_.front() + options_.window <= now) answers_.pop_front();
  while (!starts_.empty() && starts_.front() + seconds(1) <= now) starts_.pop_front();
}

std::size_t PacingWindow::allowance(Priority priority, TimePoint now) const {
  if (options_.limit == 0) return 0;
  std::size_t allowed = share_;
  if (now < hinted_share_until_) allowed = std::min(allowed, hinted_share_);
  return priority == Priority::audit ? part_of(options_.audit_share, allowed) : allowed;
}

// When so many answers have left the window that one call fits below `allowed`; nothing while only
// calls in flight stand in the way.
std::optional<PacingWindow::TimePoint> PacingWindow::window_frees(std::size_t allowed) const {
  const std::size_t excess = used() - allowed + 1;
  if (excess > answers_.size()) return std::nullopt;
  return answers_[excess - 1] + options_.window;
}

}  // namespace plumbline::api
