#pragma once

#include <algorithm>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace plumbline {

using TimePoint = std::chrono::system_clock::time_point;

/// Reads `2026-10-01T12:00:00Z`, with or without a fraction, as the API writes times (RFC 3339, UTC). Nothing for
/// anything else, and for years outside 1678 to 2261, which the clock cannot hold.
std::optional<TimePoint> parse_rfc3339(std::string_view text);

/// The time `since_1970` after 1970, or the nearest that the clock can hold. The clock counts nanoseconds from 1677 to
/// 2262, and foreign input may name any number.
template <class Duration>
TimePoint nearest_time(Duration since_1970) {
  constexpr auto kFirst = std::chrono::ceil<Duration>(TimePoint::min().time_since_epoch());
  constexpr auto kLast = std::chrono::floor<Duration>(TimePoint::max().time_since_epoch());
  return TimePoint(std::clamp(since_1970, kFirst, kLast));
}

/// `2026-10-01T12:00:00Z`; fractions of a second are dropped.
std::string to_rfc3339(TimePoint time);

}  // namespace plumbline
