#pragma once

#include <algorithm>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace plumbline {

using TimePoint = std::chrono::system_clock::time_point;

/// `2026-10-01T12:00:00Z`, with or without a fraction, as the API writes times (RFC 3339, UTC). Nothing for anything
/// else, nor for what the clock cannot hold: only the years 1678 to 2261 are read.
std::optional<TimePoint> parse_rfc3339(std::string_view text);

/// The time that is so long after 1970, or the nearest that the clock can hold: it counts nanoseconds from 1677 to
/// 2262, and what is read from others may name any number.
template <class Duration>
TimePoint nearest_time(Duration since_1970) {
  constexpr auto kFirst = std::chrono::ceil<Duration>(TimePoint::min().time_since_epoch());
  constexpr auto kLast = std::chrono::floor<Duration>(TimePoint::max().time_since_epoch());
  return TimePoint(std::clamp(since_1970, kFirst, kLast));
}

/// `2026-10-01T12:00:00Z`; fractions of a second are dropped.
std::string to_rfc3339(TimePoint time);

}  // namespace plumbline
