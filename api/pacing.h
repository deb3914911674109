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

/// The limits of one budget.
struct PacingOptions {
  std::size_t limit = 1200;  ///< calls that the API allows in `window`; 0: no limit
  std::chrono::milliseconds window{300'000};
  double share = 0.7;            ///< our part of the limit; people keep the rest
  double observe_share = 0.8;    ///< the part of our share that Priority::observe may use up: a commit finds the rest
  double audit_share = 0.5;      ///< the same for Priority::audit
  std::size_t in_flight = 8;     ///< calls in progress at once; 0: no limit
  std::size_t per_second = 150;  ///< calls per second; 0: no limit. The API allows 200 per address
};

/// Options for a server on loopback that sets no limit.
inline PacingOptions unpaced() {
  return {.limit = 0, .per_second = 0};
}

/// What keeps a call from starting.
enum class WaitsFor {
  nothing,
  turn,    ///< calls in flight, or the ledger's file
  budget,  ///< the rate: a full window, a pause that the API asked for, too many calls in a second
};

/// Adds up how long the budget keeps calls waiting, as time passes from one verdict to the next. Has no clock.
class BudgetWait {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;

  /// From now on the next call waits for that.
  void begin(WaitsFor what, TimePoint now);
  /// The sum so far. What lies between two sums is how long a call that came at the first one waited for the budget.
  [[nodiscard]] std::chrono::nanoseconds total(TimePoint now) const;

 private:
  std::chrono::nanoseconds ended_{0};
  std::optional<TimePoint> since_;  ///< the wait that goes on
};

/// The budget of one token or user: a sliding window over calls, as a plain class without clock or I/O.
///
/// The API counts a call at some moment between its sending and its answer. So a call holds its slot from its sending
/// until `window` after its answer, and no window of the API's ever holds more than share x limit of our calls.
/// (Documented: 1,200 requests per five minutes and user,
/// https://developers.cloudflare.com/fundamentals/api/reference/limits/.)
///
/// Other processes may use the same budget. Then calls are reserved before they are made, in blocks, in a ledger that
/// all processes share (ledger.h). So neither a killed process nor a neighbour makes the sum exceed the share.
class PacingWindow {
 public:
  using Clock = std::chrono::steady_clock;
  using TimePoint = Clock::time_point;

  explicit PacingWindow(PacingOptions options);

  /// Whether a call may start now. An admitted call counts as in flight from then on.
  struct Verdict {
    bool admitted = false;
    /// When to ask again, if time alone helps. Nothing: ask after the next answer.
    std::optional<TimePoint> again;
    /// A block must be reserved first: see next_request().
    bool needs_block = false;
    WaitsFor waits_for = WaitsFor::nothing;
  };
  Verdict admit(Priority priority, TimePoint now);

  /// An admitted call was answered, or has failed after it was sent.
  void answered(TimePoint now);

  /// An admitted call was never sent: its slot is free at once.
  void withdrawn();

  /// Nothing starts before `time`, except for one call at `look`, if given: its answer tells whether the block is over.
  /// After the end, too, one call goes alone first. An earlier block that lasts longer stays in force.
  void block_until(TimePoint time, std::optional<TimePoint> look = std::nullopt);

  /// The end of the block that is in force at `now`; nothing if there is none.
  [[nodiscard]] std::optional<TimePoint> blocked(TimePoint now) const;

  /// Until when the server wants no call, because of a block or of a hint that no call is left. Nothing if it takes
  /// calls.
  [[nodiscard]] std::optional<TimePoint> unwanted(TimePoint now) const;

  /// Takes over what an answer said about the limits. To be called after answered(). Hints can only slow calls down.
  void hint(const RateHint& hint, TimePoint now);

  /// How many calls of our share may still start in the window. 0 without a limit; so is share().
  [[nodiscard]] std::size_t remaining(TimePoint now);
  [[nodiscard]] std::size_t share() const { return share_; }

  /// From now on calls need blocks of a ledger, in which `process` is our id. A new ledger is told everything that
  /// counts.
  void share(std::uint64_t process);

  /// The request to the ledger: what to report and how much to ask for, with `waiting` calls of which the first has
  /// `priority`. With `waiting` 0 the rest of the block is given back. No call is admitted until granted() or
  /// refused().
  ReservationRequest next_request(std::size_t waiting, Priority priority, TimePoint now);
  void granted(const Reservation& reservation, TimePoint now);
  /// The ledger cannot be kept. Calls go on without it for a minute. If it could never be read, half of the share
  /// counts as used.
  void refused(TimePoint now);

  /// Whether a request to the ledger is in progress.
  [[nodiscard]] bool is_asking() const { return asking_; }
  /// Whether there is anything to report to the ledger.
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
  // While set, calls go one at a time, until an answer comes that does not set it again.
  std::optional<TimePoint> blocked_until_;
  std::optional<TimePoint> look_at_;  // before that time
  bool is_looking_ = false;           // that one call is in progress
  // How many calls the server said were left, counted down, and until when that holds.
  std::size_t hinted_left_ = 0;
  TimePoint hinted_until_ = TimePoint::min();
  // A lower share that the server's policy asks for, and until when.
  std::size_t hinted_share_ = 0;
  TimePoint hinted_share_until_ = TimePoint::min();

  // State of the ledger.
  bool shared_ = false;
  bool asking_ = false;
  bool informed_ = false;  // by the ledger, or by the guess that replaces it
  bool others_reserve_ = false;
  std::uint64_t process_ = 0;
  std::size_t block_ = 0;  // reserved calls that may start
  std::size_t last_block_ = 0;
  TimePoint asked_at_ = TimePoint::min();
  TimePoint alone_until_ = TimePoint::min();
  std::vector<TimePoint> untold_;   // answers since the last request
  std::vector<TimePoint> telling_;  // those of the request in progress
};

}  // namespace plumbline::api
