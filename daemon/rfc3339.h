#pragma once

#include <chrono>
#include <optional>
#include <string_view>

namespace plumbline::daemon {

/// `2026-10-01T12:00:00Z`, with or without fractions of a second, which are dropped; only UTC, as Cloudflare writes it.
std::optional<std::chrono::system_clock::time_point> parse_rfc3339(std::string_view text);

}  // namespace plumbline::daemon
