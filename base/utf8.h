#pragma once

#include <cstddef>
#include <string_view>

/// UTF-8 as RFC 3629 defines it: overlong forms, surrogates and anything beyond U+10FFFF are invalid.
namespace plumbline {

/// The length in bytes of the character at the front of `text`; 0 if there is no valid one.
std::size_t utf8_length(std::string_view text);

/// The offset of the first byte that is not part of a valid character; npos if there is none.
std::size_t first_invalid_utf8(std::string_view text);

bool is_utf8(std::string_view text);

/// The first byte of `text`, which is not empty, and what continues it: its first character where it is UTF-8.
std::string_view first_character(std::string_view text);

/// How many characters `text` has: every byte that does not continue another one counts.
std::size_t count_characters(std::string_view text);

}  // namespace plumbline
