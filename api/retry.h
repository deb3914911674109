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

/// The attempts that a call has made, and the time that it has left.
struct RetryState {
  int failures = 1;                        ///< failed attempts, including the current one; answers of 429 do not count
  int throttles = 0;                       ///< how often it was answered with 429, including this time
  std::chrono::milliseconds time_left{0};  ///< left of the call's deadline
  std::chrono::milliseconds patience{0};   ///< how much longer answers of 429 may delay it
};

/// Decides whether a call is sent again, and when. Has no clock and no randomness of its own.
class RetryPolicy {
 public:
  explicit RetryPolicy(RetryOptions options) : options_(options) {}

  /// How long to wait before the next attempt; nothing to give up. `random` is in [0, 1).
  ///
  ///     unreachable              nothing was sent: always
  ///     rate_limited             was not acted on: always, after Retry-After, at most kLongestBlock
  ///     lost_answer, server      may have been acted on: not for Repeat::never
  ///     lost_answer after a 2xx  was most likely acted on: only for Repeat::freely, all others are read back
  ///     all other kinds          never: a repetition does not help
  ///
  /// The wait is exponential with full jitter (AWS Architecture Blog, "Exponential Backoff And Jitter", 2015), and no
  /// shorter than a Retry-After. If the wait would pass the deadline, the call gives up at once. After a 429 the wait
  /// is at least `base`.
  [[nodiscard]] std::optional<std::chrono::milliseconds> next(const Operation& operation, const Error& error,
                                                              const RetryState& state, double random) const;

 private:
  [[nodiscard]] std::chrono::milliseconds backoff(int attempt, double random) const;

  RetryOptions options_;
};

}  // namespace plumbline::api
