#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

#include "net/http.h"

/// What a server tells about its limits in headers.
namespace plumbline::api {

/// Beyond this a Retry-After is not told apart any more.
inline constexpr std::chrono::hours kLongestRetryAfter{24};

/// No answer holds calls back for longer, whatever it asks for: the API blocks for five minutes
/// (https://developers.cloudflare.com/fundamentals/api/reference/limits/), and what asks for a day is somebody else on
/// the way, or a mistake.
inline constexpr std::chrono::minutes kLongestBlock{5};

/// `Retry-After` (RFC 9110, 10.2.3): seconds, or an HTTP date in any of its three forms. At most
/// kLongestRetryAfter; a date in the past is zero; nothing if it is neither.
std::optional<std::chrono::milliseconds> parse_retry_after(std::string_view value,
                                                           std::chrono::system_clock::time_point now);

/// `Ratelimit: "default";r=50;t=30` and `Ratelimit-Policy: "default";q=1200;w=300`, as Cloudflare
/// sends them since 2025-09.
struct RateHint {
  std::optional<std::uint64_t> remaining;  ///< calls left
  std::chrono::seconds reset{0};           ///< until when `remaining` holds
  std::optional<std::uint64_t> quota;      ///< calls in `window`
  std::chrono::seconds window{0};
};

/// The hint for calls in general. Policies of single endpoints (`"workers_script_upload"`, …) say
/// nothing about the budget and are left out. Members that are missing or broken stay empty.
RateHint parse_rate_hint(const net::Headers& headers);

}  // namespace plumbline::api
