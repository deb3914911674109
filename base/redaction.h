#pragma once

#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "base/secret.h"

/// Foreign texts (a server's errors, a git host's) may repeat what was sent to them, and not only in the form in which
/// it was sent. This removes secrets from such texts.
namespace plumbline {

/// The text that replaces a secret.
inline constexpr std::string_view kRedacted = "(redacted)";

inline constexpr std::size_t kWholeText = std::numeric_limits<std::size_t>::max();

/// The first `most` bytes of `text` without these values; no value is cut in two. A value is found in these forms:
///
///     - as it is, and each of its longer lines if it has many;
///     - escaped for JSON (`\"`, `\u0022`, `\/`, also twice) or for a URL (`%22`, `+` for a space, also twice), in all
///     of
///       its letters or some, and as printable() escapes it;
///     - in base64 of either alphabet, padded or not, broken into lines or not. If a longer text was encoded
///       (`user:password` of Basic), all of the encoded text is removed;
///     - in hex of either case;
///     - in base64 or hex that was escaped afterwards.
///
/// A value of less than four bytes stays: it says nothing, and might occur anywhere. Use this for errors only: it
/// searches the text several times for each value.
std::string without_secrets(std::string_view text, const std::vector<Secret>& secrets, std::size_t most = kWholeText);

}  // namespace plumbline
