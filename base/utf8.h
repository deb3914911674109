#pragma once

#include <cstddef>
#include <string_view>

/// UTF-8 as RFC 3629 has it: no overlong form, no surrogate, nothing beyond U+10FFFF.
namespace plumbline {

/// The bytes of the character that `text` begins with; 0 if it begins with none.
std::size_t utf8_length(std::string_view text);

/// The offset of the first byte that begins no character; npos if there is none.
std::size_t first_invalid_utf8(std::string_view text);

bool is_utf8(std::string_view text);

/// The first byte of `text`, which is not empty, and what continues it: its first character where it is UTF-8.
std::string_view first_character(std::string_view text);

/// How many characters `text` has: every byte that does not continue another one counts.
std::size_t count_characters(std::string_view text);

}  // namespace plumbline
