#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <optional>

#include "reconciler/reconcile.h"

/// When a source is fetched and reconciled. Plain values stepped by time: no timer, no clock.
namespace plumbline::daemon {

using Instant = std::chrono::steady_clock::time_point;
using std::chrono::milliseconds;

/// A number in [0, 1); random in the daemon, fixed in tests.
using Jitter = std::function<double()>;

/// How long to wait after `failures` in a row: base, doubled each time, at most 15 minutes (or the
/// base, where that is longer), minus up to a fifth so that sources do not stay in step.
milliseconds backoff(milliseconds base, std::size_t failures, const Jitter& jitter);

struct Intervals {
  milliseconds fetch{60'000};
  milliseconds observe{300'000};
  milliseconds audit{6 * 3'600'000};
};

/// How a pass ended, as far as the next one depends on it.
enum class PassEnd {
  settled,      ///< nothing is open that trying again soon would mend
  retry,        ///< something failed that may work later
  interrupted,  ///< it did not get to run: due at once when it may
};

class Schedule {
 public:
  Schedule(Intervals intervals, Jitter jitter, Instant now);

  struct Step {
    enum class Kind { fetch, pass, wait };
    Kind kind = Kind::wait;
    reconciler::Refresh refresh = reconciler::Refresh::full;  ///< of a pass
    Instant until;                                            ///< of a wait
  };

  /// What is due. A fetch goes first, so that a pass works on the newest revision.
  [[nodiscard]] Step next(Instant now) const;

  enum class Revision { same, changed };
  /// A changed revision makes a pass due at once, whatever it was waiting for.
  void fetched(Instant now, Revision revision);
  void fetch_failed(Instant now);
  /// While fetches fail, an earlier revision is in force again: a pass is due.
  void recalled(Instant now) { observe_due_ = now; }

  /// `observed` is what the pass has read; nothing if the account could not be read.
  void passed(Instant now, std::optional<reconciler::Refresh> observed, PassEnd end);

  /// No pass before that time: the account is stopped.
  void hold_passes(Instant until) { held_until_ = until; }
  void release_passes() { held_until_.reset(); }

  [[nodiscard]] Instant fetch_due() const { return fetch_due_; }
  [[nodiscard]] std::size_t fetch_failures() const { return fetch_failures_; }
  [[nodiscard]] std::size_t pass_failures() const { return pass_failures_; }

 private:
  [[nodiscard]] Instant pass_due() const;

  Intervals intervals_;
  Jitter jitter_;
  Instant fetch_due_;
  /// Nothing before the first revision: there is nothing to compare with.
  std::optional<Instant> observe_due_;
  Instant audit_due_;
  /// After a failure neither observing nor auditing is due before it.
  std::optional<Instant> retry_due_;
  std::optional<Instant> held_until_;
  std::size_t fetch_failures_ = 0;
  std::size_t pass_failures_ = 0;
};

}  // namespace plumbline::daemon
