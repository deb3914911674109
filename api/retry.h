#pragma once

#include <chrono>
#include <optional>

#include "api/error.h"
#include "api/operations.h"
#include "api/rate_headers.h"

namespace plumbline::api {

struct RetryOptions {
  std::chrono::milliseconds base{500};
  std::chrono::milliseconds cap{30'000};
  int attempts = 6;  ///< in all; answers of 429 do not count
};

/// What a call has behind it and before it.
struct RetryState {
  int failures = 1;                        ///< so far, the one at hand included; 429 not counted
  int throttles = 0;                       ///< how often it was answered with 429, this one included
  std::chrono::milliseconds time_left{0};  ///< of the operation's deadline
  std::chrono::milliseconds patience{0};   ///< how long answers of 429 may still hold it up
};

/// Decides whether a call is sent again, and when. No clock, no randomness of its own.
class RetryPolicy {
 public:
  explicit RetryPolicy(RetryOptions options) : options_(options) {}

  /// How long to wait before the next attempt; nothing to give up. `random` is in [0, 1).
  ///
  ///   unreachable             nothing was sent: always
  ///   rate_limited            was not acted on: always, after Retry-After, at most kLongestBlock
  ///   lost_answer, server     may have been acted on: not Repeat::never
  ///   lost_answer after a 2xx  has most likely been acted on: only Repeat::freely, all else is read back
  ///   all else                never: repeating does not help
  ///
  /// The wait is exponential with full jitter (AWS Architecture Blog, "Exponential Backoff And
  /// Jitter", 2015), and no shorter than a Retry-After. A wait that would pass the deadline is not
  /// begun. After a 429 it is at least `base`.
  [[nodiscard]] std::optional<std::chrono::milliseconds> next(const Operation& operation, const Error& error,
                                                              const RetryState& state, double random) const;

 private:
  [[nodiscard]] std::chrono::milliseconds backoff(int attempt, double random) const;

  RetryOptions options_;
};

}  // namespace plumbline::api
