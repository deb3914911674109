#pragma once

#include <chrono>
#include <cstddef>
#include <deque>
#include <optional>
#include <vector>

#include "api/client.h"
#include "api/rate_headers.h"

namespace plumbline::api {

struct PacingOptions {
  std::size_t limit = 1200;  ///< calls in `window` that the API allows; 0: no limit
  std::chrono::milliseconds window{300'000};
  double share = 0.7;            ///< of the limit that is ours; people keep the rest
  double audit_share = 0.5;      ///< of our share that Priority::audit may use up
  std::size_t in_flight = 8;     ///< calls at once; 0: no limit
  std::size_t per_second = 150;  ///< 0: no limit. The API allows 200 per address
};

/// For a server that does not limit, on loopback.
inline PacingOptions unpaced() {
  return {.limit = 0, .per_second = 0};
}

/// The budget of one token or user: a sliding window over calls, as a plain class without clock or
/// I/O.
///
/// The API counts a call at some moment between its sending and its answer. A call therefore uses
/// its slot from its sending until `window` after its answer, so that no window of the API's ever
/// holds more than share x limit of our calls. (Documented: 1,200 requests per five minutes and
/// user, https://developers.cloudflare.com/fundamentals/api/reference/limits/.)
class PacingWindow {
 public:
  using Clock = std::chrono::steady_clock;
  using TimePoint = Clock::time_point;

  explicit PacingWindow(PacingOptions options);

  /// Whether a call may start now; if so it counts as in flight from now on.
  struct Verdict {
    bool admitted = false;
    /// When to ask again, if time alone helps; nothing: after the next answer.
    std::optional<TimePoint> again;
  };
  Verdict admit(Priority priority, TimePoint now);

  /// A call that was admitted has its answer, or has failed.
  void answered(TimePoint now);

  /// A call that was admitted was never sent: its slot is free at once.
  void withdrawn();

  /// Nothing starts before that time. An earlier block that lasts longer stands.
  void block_until(TimePoint time);

  /// What an answer said about the limits; to be told after answered(). Hints slow down, they never
  /// speed up.
  void hint(const RateHint& hint, TimePoint now);

  /// Calls of our share that may still start in the window, and the share; both 0 without a limit.
  [[nodiscard]] std::size_t remaining(TimePoint now);
  [[nodiscard]] std::size_t share() const { return share_; }

  /// The answers that still count, oldest first, for a journal; calls in flight count as answered
  /// now. Wall-clock times, since a monotonic clock means nothing to the next process.
  using WallTime = std::chrono::system_clock::time_point;
  [[nodiscard]] std::vector<WallTime> save(TimePoint now, WallTime wall_now);

  /// Takes over what a former process saved. Times in the future, after the clock was put back,
  /// count as now.
  void restore(const std::vector<WallTime>& answers, TimePoint now, WallTime wall_now);

  /// For a start without a memory: half of the share counts as used just now.
  void assume_half_used(TimePoint now);

 private:
  void expire(TimePoint now);
  [[nodiscard]] std::size_t used() const { return answers_.size() + in_flight_; }
  [[nodiscard]] std::size_t allowance(Priority priority, TimePoint now) const;
  [[nodiscard]] std::optional<TimePoint> window_frees(std::size_t allowed) const;

  PacingOptions options_;
  std::size_t share_;
  std::size_t in_flight_ = 0;
  std::deque<TimePoint> answers_;  // ascending; those of the last `window`
  std::deque<TimePoint> starts_;   // ascending; those of the last second
  TimePoint blocked_until_ = TimePoint::min();
  // What the server said was left, counted down, and until when it holds.
  std::size_t hinted_left_ = 0;
  TimePoint hinted_until_ = TimePoint::min();
  // A lower share that the server's policy asks for, and until when.
  std::size_t hinted_share_ = 0;
  TimePoint hinted_share_until_ = TimePoint::min();
};

}  // namespace plumbline::api
