#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "api/client.h"
#include "api/ledger.h"
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
///
/// Other processes may use the same budget. Then calls are reserved in a ledger that all of them share (ledger.h), in
/// blocks and before they are made, so that neither a kill nor a neighbour makes more of them than the share.
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
    /// A block has to be reserved first: see next_request().
    bool needs_block = false;
  };
  Verdict admit(Priority priority, TimePoint now);

  /// A call that was admitted has its answer, or has failed.
  void answered(TimePoint now);

  /// A call that was admitted was never sent: its slot is free at once.
  void withdrawn();

  /// Nothing starts before that time but one call at `look`, if there is one: its answer tells whether the block is
  /// over. Also after the end one call goes alone. An earlier block that lasts longer stands.
  void block_until(TimePoint time, std::optional<TimePoint> look = std::nullopt);

  /// The end of the block; nothing if there is none at that time.
  [[nodiscard]] std::optional<TimePoint> blocked(TimePoint now) const;

  /// Until when the server wants no call, by a block or by a hint that none is left; nothing if it takes them.
  [[nodiscard]] std::optional<TimePoint> unwanted(TimePoint now) const;

  /// What an answer said about the limits; to be told after answered(). Hints slow down, they never
  /// speed up.
  void hint(const RateHint& hint, TimePoint now);

  /// Calls of our share that may still start in the window, and the share; both 0 without a limit.
  [[nodiscard]] std::size_t remaining(TimePoint now);
  [[nodiscard]] std::size_t share() const { return share_; }

  /// From now on calls need blocks of a ledger. Another ledger than before is told of everything that counts.
  void share(std::uint64_t process);

  /// What the ledger is to be told and asked, with `waiting` calls of which the first has `priority`; without any, the
  /// rest of the block is given back. No call is admitted until granted() or refused().
  ReservationRequest next_request(std::size_t waiting, Priority priority, TimePoint now);
  void granted(const Reservation& reservation, TimePoint now);
  /// The ledger cannot be kept: for a minute calls go on without it, and if it could never be read, half of the share
  /// counts as used.
  void refused(TimePoint now);

  /// Whether a request is under way.
  [[nodiscard]] bool is_asking() const { return asking_; }
  /// Whether the ledger would learn something.
  [[nodiscard]] bool has_news(TimePoint now) const {
    return shared_ && now >= alone_until_ && (block_ > 0 || in_flight_ > 0 || !untold_.empty());
  }

 private:
  void expire(TimePoint now);
  [[nodiscard]] std::optional<Verdict> held_back(TimePoint now);
  [[nodiscard]] std::size_t used() const { return answers_.size() + in_flight_; }
  [[nodiscard]] std::size_t allowance(Priority priority, TimePoint now) const;
  [[nodiscard]] std::optional<TimePoint> window_frees(std::size_t allowed) const;
  [[nodiscard]] bool needs_block(TimePoint now) const;
  [[nodiscard]] std::size_t next_block(std::size_t waiting);

  PacingOptions options_;
  std::size_t share_;
  std::size_t in_flight_ = 0;
  std::deque<TimePoint> answers_;  // ascending; those of the last `window`
  std::deque<TimePoint> starts_;   // ascending; those of the last second
  // While set, calls go one at a time: until one is answered that does not set it again.
  std::optional<TimePoint> blocked_until_;
  std::optional<TimePoint> look_at_;  // before that time
  bool is_looking_ = false;           // the one call is under way
  // What the server said was left, counted down, and until when it holds.
  std::size_t hinted_left_ = 0;
  TimePoint hinted_until_ = TimePoint::min();
  // A lower share that the server's policy asks for, and until when.
  std::size_t hinted_share_ = 0;
  TimePoint hinted_share_until_ = TimePoint::min();

  // Of the ledger.
  bool shared_ = false;
  bool asking_ = false;
  bool informed_ = false;  // by it, or by the guess that stands in for it
  bool others_reserve_ = false;
  std::uint64_t process_ = 0;
  std::size_t block_ = 0;  // calls that may begin
  std::size_t last_block_ = 0;
  TimePoint asked_at_ = TimePoint::min();
  TimePoint alone_until_ = TimePoint::min();
  std::vector<TimePoint> untold_;   // answers since the last request
  std::vector<TimePoint> telling_;  // those of the request under way
};

}  // namespace plumbline::api
