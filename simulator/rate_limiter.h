#pragma once

#include <cstddef>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "simulator/instant.h"
#include "simulator/options.h"

namespace plumbline::simulator {

/// Counts the calls of each token in a sliding window. One call too many blocks the token for a whole window, whether
/// or not it calls meanwhile.
class RateLimiter {
 public:
  struct Verdict {
    bool allowed = true;
    std::size_t remaining = 0;
    std::chrono::seconds retry_after{0};  ///< for a refused call; at least 1 s
    std::chrono::seconds reset{0};        ///< until the oldest call leaves the window
  };

  Verdict admit(const RateLimit& limit, std::string_view token, Instant now);
  void clear() { by_token_.clear(); }

 private:
  struct Window {
    std::deque<Instant> calls;
    std::optional<Instant> blocked_until;
  };

  std::map<std::string, Window, std::less<>> by_token_;
};

}  // namespace plumbline::simulator
