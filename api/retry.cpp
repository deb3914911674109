#include "api/retry.h"

#include <algorithm>

namespace plumbline::api {
namespace {

using std::chrono::milliseconds;

// A lost answer with a status is a 2xx that was not valid.
bool may_repeat(const Operation& operation, const Error& error) {
  switch (error.kind) {
    case ErrorKind::unreachable:
    case ErrorKind::rate_limited:
      return true;
    case ErrorKind::lost_answer:
      return operation.repeat == Repeat::freely || (operation.repeat == Repeat::safe && error.status == 0);
    case ErrorKind::server:
      return operation.repeat != Repeat::never;
    default:
      return false;
  }
}

}  // namespace

std::optional<milliseconds> RetryPolicy::next(const Operation& operation, const Error& error, const RetryState& state,
                                              double random) const {
  if (!may_repeat(operation, error)) return std::nullopt;
  const milliseconds told = error.retry_after.value_or(milliseconds::zero());
  if (error.kind == ErrorKind::rate_limited) {
    // A Retry-After of 0 gets a pause, too, so that a broken server is not flooded.
    const milliseconds asked = error.retry_after ? told : backoff(state.throttles, random);
    const milliseconds wait = std::clamp<milliseconds>(asked, options_.base, kLongestBlock);
    if (wait > state.patience) return std::nullopt;
    return wait;
  }
  if (state.failures >= options_.attempts) return std::nullopt;
  const milliseconds wait = std::max(told, backoff(state.failures, random));
  if (wait >= state.time_left) return std::nullopt;
  return wait;
}

milliseconds RetryPolicy::backoff(int attempt, double random) const {
  // 2^20 times any base is beyond every cap, and the shift stays defined.
  const int doublings = std::clamp(attempt - 1, 0, 20);
  const milliseconds ceiling = std::min<milliseconds>(options_.cap, options_.base * (1L << doublings));
  return milliseconds(static_cast<milliseconds::rep>(static_cast<double>(ceiling.count()) * random));
}

}  // namespace plumbline::api
