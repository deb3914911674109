#pragma once

#include <charconv>
#include <chrono>
#include <concepts>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "base/result.h"

namespace plumbline {

/// `text` made safe to print. Written as \xNN are control characters (except tab), characters that turn the direction
/// of text or are invisible, and invalid UTF-8.
std::string printable(std::string_view text);

/// The candidate that `word` was most likely meant to be; nothing if none is close.
std::optional<std::string> nearest(std::string_view word, std::span<const std::string_view> candidates);

/// `532 B`, `1.2 kB`, `3.4 MB`: in powers of 1000, like the API's own limits.
std::string human_bytes(std::uint64_t bytes);

/// Reads `60s`, `5m`, `6h`, `2d` or `250ms`. Refused: a number without a unit, more than 366 days.
Result<std::chrono::milliseconds> parse_duration(std::string_view text);

std::vector<std::string_view> split(std::string_view text, char separator);

/// Removes from the front of `text` all characters that are in `characters`.
void skip_any(std::string_view& text, std::string_view characters);

bool iequals(std::string_view left, std::string_view right);  ///< ASCII only

std::string to_lower(std::string_view text);  ///< ASCII only

constexpr bool is_digit(char c) {  ///< ASCII only
  return c >= '0' && c <= '9';
}

/// What a hexadecimal digit, small or not, stands for; nothing if `c` is none.
constexpr std::optional<unsigned> hex_value(char c) {
  if (is_digit(c)) return static_cast<unsigned>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<unsigned>(c - 'a') + 10U;
  if (c >= 'A' && c <= 'F') return static_cast<unsigned>(c - 'A') + 10U;
  return std::nullopt;
}

/// All of `text` as a whole number; nothing if it is none (no digits, a space, a plus), or not one of that type.
template <std::integral Number>
std::optional<Number> whole_number(std::string_view text, int base = 10) {
  Number number = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), number, base);
  if (error != std::errc() || stop != text.data() + text.size()) return std::nullopt;
  return number;
}

/// `text` with `value` in place of every `placeholder`, which is not empty.
std::string replaced(std::string text, std::string_view placeholder, std::string_view value);

/// `1 Worker`, `2 Workers`
std::string counted(std::size_t count, std::string_view singular);

}  // namespace plumbline
