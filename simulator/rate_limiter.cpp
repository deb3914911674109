#include "simulator/rate_limiter.h"

#include <algorithm>

namespace plumbline::simulator {
namespace {

constexpr std::size_t kMostTokens = 10'000;

std::chrono::seconds rounded_up(std::chrono::microseconds duration) {
  return std::max(std::chrono::seconds(1), std::chrono::ceil<std::chrono::seconds>(duration));
}

}  // namespace

RateLimiter::Verdict RateLimiter::admit(const RateLimit& limit, std::string_view token, Instant now) {
  auto found = by_token_.find(token);
  if (found == by_token_.end()) {
    if (by_token_.size() == kMostTokens) by_token_.clear();
    found = by_token_.emplace(token, Window()).first;
  }
  auto& window = found->second;
  if (window.blocked_until && *window.blocked_until > now) {
    return {.allowed = false, .retry_after = rounded_up(*window.blocked_until - now)};
  }
  if (window.blocked_until) {  // served: everything before it is forgotten
    window.blocked_until.reset();
    window.calls.clear();
  }
  while (!window.calls.empty() && window.calls.front() <= now - limit.window) {
    window.calls.pop_front();
  }
  if (window.calls.size() >= limit.calls) {
    window.blocked_until = now + limit.window;
    return {.allowed = false, .retry_after = rounded_up(limit.window)};
  }
  window.calls.push_back(now);
  return {.allowed = true,
          .remaining = limit.calls - window.calls.size(),
          .reset = rounded_up(window.calls.front() + limit.window - now)};
}

}  // namespace plumbline::simulator
