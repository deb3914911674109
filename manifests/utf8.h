#pragma once

#include <cstddef>
#include <string_view>

namespace plumbline::manifests {

/// The offset of the first byte that is not part of valid UTF-8 (RFC 3629: no overlong form, no
/// surrogate, nothing beyond U+10FFFF); npos if all are.
std::size_t first_invalid_utf8(std::string_view text);

/// How many characters `text` has: every byte that does not continue another one counts.
std::size_t count_characters(std::string_view text);

}  // namespace plumbline::manifests
