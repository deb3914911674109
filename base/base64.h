#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace plumbline {

/// Base64 (RFC 4648, section 4) on one line, with padding.
std::string to_base64(std::string_view bytes);

/// The same into `out`, whose earlier text goes: for pieces of something large, which then need no memory of their own.
void to_base64(std::string_view bytes, std::string& out);

/// Decodes what to_base64() writes. Nothing if `text` is anything else: spaces, line ends and missing padding are
/// refused.
std::optional<std::string> from_base64(std::string_view text);

}  // namespace plumbline
