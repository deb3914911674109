#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace plumbline {

/// RFC 4648, section 4, on one line, with its padding.
std::string to_base64(std::string_view bytes);

/// Nothing if `text` is not exactly what to_base64 makes: no spaces, no line ends, padding in place.
std::optional<std::string> from_base64(std::string_view text);

}  // namespace plumbline
