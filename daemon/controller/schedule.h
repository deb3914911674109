#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <optional>

#include "reconciler/reconcile.h"

/// When a source is fetched and reconciled. Plain values that are stepped with times: no timer, no clock.
namespace plumbline::daemon {

using Instant = std::chrono::steady_clock::time_point;
using std::chrono::milliseconds;

/// Returns a number in [0, 1); random in the daemon, fixed in tests.
using Jitter = std::function<double()>;

/// How long to wait after `failures` failures in a row: `base`, doubled each time, at most 15 minutes (or `base`, if
/// that is longer), minus up to a fifth so that sources do not run in step.
milliseconds backoff(milliseconds base, std::size_t failures, const Jitter& jitter);

struct Intervals {
  milliseconds fetch{60'000};
  milliseconds observe{300'000};
  milliseconds audit{6 * 3'600'000};
};

/// How a pass ended, as far as the next pass depends on it.
enum class PassEnd {
  settled,      ///< nothing is open that a soon repetition could change
  retry,        ///< something failed that may work later
  interrupted,  ///< it could not run: due at once when it may
};

class Schedule {
 public:
  Schedule(Intervals intervals, Jitter jitter, Instant now);

  /// Fetches and passes run side by side, so a slow server delays no pass.
  [[nodiscard]] Instant fetch_due() const { return fetch_due_; }

  struct Step {
    enum class Kind { pass, wait };
    Kind kind = Kind::wait;
    /// For a pass: whether zones that were not there are looked up again.
    reconciler::Refresh zones = reconciler::Refresh::full;
    Instant until = Instant::max();  ///< for a wait; max: wait for a revision
  };

  /// What is due, apart from fetches.
  [[nodiscard]] Step next(Instant now) const;

  enum class Revision { same, changed };
  void fetch_begins() { is_fetch_asked_ = false; }
  /// A changed revision makes a pass due at once, whatever the schedule was waiting for.
  void fetched(Instant now, Revision revision);
  void fetch_failed(Instant now);
  /// Makes a fetch due at once, and a pass when that fetch has ended. A fetch that is already running does not count.
  void fetch_first(Instant now);
  /// Makes a fetch due at once. A fetch that is already running does not count. Passes go on meanwhile, so that whoever
  /// asks over and over holds none of them back.
  void ask_fetch(Instant now) {
    fetch_due_ = now;
    is_fetch_asked_ = true;
  }
  /// The audit has found something: a pass is due, unless one is only to be tried again later.
  void look_again(Instant now);
  /// The list of the account was read for another source. If this one would read it within half an interval, a pass is
  /// due now, so that one list serves both.
  void list_was_read(Instant now);
  /// Fetches fail, so an earlier revision is in force again: a pass is due.
  void recalled(Instant now) { observe_due_ = now; }

  /// A pass over the current revision begins.
  void pass_begins() {
    has_news_ = false;
    is_look_asked_ = false;
  }
  /// `zones` is how the pass has looked for zones; nothing if the account could not be read. If the revision changed
  /// after the pass began, the next pass is due, however this one ended.
  void passed(Instant now, std::optional<reconciler::Refresh> zones, PassEnd end);
  /// Whether there is a revision that no pass has begun with: a pass that is under way makes room for it.
  [[nodiscard]] bool has_news() const { return has_news_; }

  /// The account is stopped: no pass before that time.
  void hold_passes(Instant until) { held_until_ = until; }
  void release_passes() { held_until_.reset(); }

  [[nodiscard]] std::size_t fetch_failures() const { return fetch_failures_; }
  [[nodiscard]] std::size_t pass_failures() const { return pass_failures_; }

 private:
  [[nodiscard]] Instant pass_due() const;
  void fetch_ended(Instant now, Instant next_due);

  Intervals intervals_;
  Jitter jitter_;
  Instant fetch_due_;
  /// Empty before the first revision: there is nothing to compare with.
  std::optional<Instant> observe_due_;
  Instant zones_due_;
  /// After a failure, neither an observation nor an audit is due before this time.
  std::optional<Instant> retry_due_;
  std::optional<Instant> held_until_;
  bool is_look_asked_ = false;   ///< and no pass has begun since then
  bool is_fetch_asked_ = false;  ///< and none has begun since then
  bool awaits_fetch_ = false;    ///< no pass before the fetch has ended
  bool has_news_ = false;        ///< there is a revision that no pass has begun with
  std::size_t fetch_failures_ = 0;
  std::size_t pass_failures_ = 0;
};

}  // namespace plumbline::daemon
