#include "base/utf8.h"

#include <algorithm>

namespace plumbline {
namespace {

bool is_continuation(char c) {
  return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U;
}

// How many bytes may follow a first byte, and the range of the second one (RFC 3629, section 4).
struct Sequence {
  std::size_t length = 0;
  unsigned second_low = 0x80;
  unsigned second_high = 0xBF;
};

Sequence sequence_of(unsigned first) {
  if (first < 0x80U) return {1};
  if (first >= 0xC2U && first <= 0xDFU) return {2};
  if (first == 0xE0U) return {3, 0xA0, 0xBF};
  if (first == 0xEDU) return {3, 0x80, 0x9F};
  if (first >= 0xE1U && first <= 0xEFU) return {3};
  if (first == 0xF0U) return {4, 0x90, 0xBF};
  if (first >= 0xF1U && first <= 0xF3U) return {4};
  if (first == 0xF4U) return {4, 0x80, 0x8F};
  return {};
}

}  // namespace

std::size_t utf8_length(std::string_view text) {
  if (text.empty()) return 0;
  const auto [length, low, high] = sequence_of(static_cast<unsigned char>(text.front()));
  if (length <= 1 || length > text.size()) return length > text.size() ? 0 : length;
  const unsigned second = static_cast<unsigned char>(text[1]);
  const bool whole =
      second >= low && second <= high && std::ranges::all_of(text.substr(1, length - 1), is_continuation);
  return whole ? length : 0;
}

std::size_t first_invalid_utf8(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const auto length = utf8_length(text.substr(at));
    if (length == 0) return at;
    at += length;
  }
  return std::string_view::npos;
}

bool is_utf8(std::string_view text) {
  return first_invalid_utf8(text) == std::string_view::npos;
}

std::size_t count_characters(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(text, [](char c) { return !is_continuation(c); }));
}

std::string_view first_character(std::string_view text) {
  const auto* const end = std::ranges::find_if_not(text.begin() + 1, text.end(), is_continuation);
  return {text.begin(), end};
}

}  // namespace plumbline
