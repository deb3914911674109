#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace plumbline::simulator {

/// Base64 (RFC 4648, section 4) with padding, on one line.
std::string to_base64(std::string_view bytes);
std::optional<std::string> from_base64(std::string_view text);

/// base64url (RFC 4648, section 5) without padding, for JWTs (RFC 7515).
std::string to_base64url(std::string_view bytes);

}  // namespace plumbline::simulator
