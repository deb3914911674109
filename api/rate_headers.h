#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

#include "net/http.h"

/// What a server says about its limits in headers.
namespace plumbline::api {

/// Longer Retry-After values are cut to this.
inline constexpr std::chrono::hours kLongestRetryAfter{24};

/// The longest time for which an answer can hold calls back. The API blocks for five minutes
/// (https://developers.cloudflare.com/fundamentals/api/reference/limits/). An answer that asks for a day comes from
/// somebody else on the way, or is a mistake.
inline constexpr std::chrono::minutes kLongestBlock{5};

/// Reads a date of HTTP (RFC 9110, 5.6.7): IMF-fixdate, or the obsolete forms of RFC 850 and asctime. Nothing if it is
/// none of them.
std::optional<std::chrono::system_clock::time_point> parse_http_date(std::string_view value);

/// Reads `Retry-After` (RFC 9110, 10.2.3): seconds, or an HTTP date in any of its three forms. The result is at most
/// kLongestRetryAfter; a date in the past gives zero. Nothing if it is neither.
std::optional<std::chrono::milliseconds> parse_retry_after(std::string_view value,
                                                           std::chrono::system_clock::time_point now);

/// `Ratelimit: "default";r=50;t=30` and `Ratelimit-Policy: "default";q=1200;w=300`, as Cloudflare
/// sends them since 2025-09.
struct RateHint {
  std::optional<std::uint64_t> remaining;  ///< calls left
  std::chrono::seconds reset{0};           ///< how long `remaining` holds, from now
  std::optional<std::uint64_t> quota;      ///< calls allowed in `window`
  std::chrono::seconds window{0};
};

/// Reads the hint for calls in general. Policies of single endpoints (`"workers_script_upload"`, …) say nothing about
/// the budget and are skipped. Members that are missing or broken stay empty.
RateHint parse_rate_hint(const net::Headers& headers);

}  // namespace plumbline::api
