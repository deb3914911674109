#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace plumbline {

/// `text` with control characters (but for tab), what turns its direction or is not seen, and invalid UTF-8 written as
/// \xNN.
std::string printable(std::string_view text);

/// The candidate that `word` most likely was meant to be; nothing if none is near.
std::optional<std::string> nearest(std::string_view word, std::span<const std::string_view> candidates);

/// `532 B`, `1.2 kB`, `3.4 MB`: powers of 1000, as in the API's own limits.
std::string human_bytes(std::uint64_t bytes);

/// `60s`, `5m`, `6h`, `2d`, `250ms`; a bare number is refused. At most 366 days.
Result<std::chrono::milliseconds> parse_duration(std::string_view text);

std::vector<std::string_view> split(std::string_view text, char separator);

/// Takes off the front of `text` what stands in `characters`.
void skip_any(std::string_view& text, std::string_view characters);

bool iequals(std::string_view left, std::string_view right);  ///< ASCII only

std::string to_lower(std::string_view text);  ///< ASCII only

/// `1 Worker`, `2 Workers`
std::string counted(std::size_t count, std::string_view singular);

}  // namespace plumbline
