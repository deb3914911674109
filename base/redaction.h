#pragma once

#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "base/secret.h"

/// Texts of others (a server's errors, a git host's) may repeat what they were sent, and not only as it was sent.
namespace plumbline {

/// What stands in the place of a secret.
inline constexpr std::string_view kRedacted = "(redacted)";

inline constexpr std::size_t kWholeText = std::numeric_limits<std::size_t>::max();

/// The first `most` bytes of `text` without these values, none of them cut in two. A value is found
///
///   - as it is, and each of its longer lines, if it has many;
///   - as JSON (`\"`, `\u0022`, `\/`, also twice) or a URL (`%22`, `+` for a space, also twice) escapes it, all of its
///     letters or some, and as printable() does;
///   - in base64 of either alphabet, padded or not, broken into lines or not, also as a part of a longer text that was
///     encoded (`user:password` of Basic): then all of that text goes;
///   - in hex of either case;
///   - in base64 or hex that was escaped in turn.
///
/// One of less than four bytes stays: it says nothing, and might be found anywhere. For errors: it costs a few searches
/// of the text for each value.
std::string without_secrets(std::string_view text, const std::vector<Secret>& secrets, std::size_t most = kWholeText);

}  // namespace plumbline
