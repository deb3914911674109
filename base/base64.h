#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace plumbline {

/// Base64 (RFC 4648, section 4) on one line, with padding.
std::string to_base64(std::string_view bytes);

/// Decodes what to_base64() writes. Nothing if `text` is anything else: spaces, line ends and missing padding are
/// refused.
std::optional<std::string> from_base64(std::string_view text);

}  // namespace plumbline
