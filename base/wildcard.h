#pragma once

#include <string_view>

namespace plumbline {

/// Whether `text` matches `pattern`: `*` stands for any characters, also none, all else for itself. Takes at most time
/// in proportion to the product of the two lengths. A slash is a character like others: globs of paths, in which it is
/// none, are `glob_matches()` and `wrangler_glob_matches()` of manifests.
bool wildcard_matches(std::string_view pattern, std::string_view text);

/// Takes the first character off `text`, and off `pattern`, which does not begin with a star, what stands for it there;
/// false if nothing does, and then both are as they were.
using CutMatching = bool (*)(std::string_view& pattern, std::string_view& text);

/// The same where more than stars has a meaning.
bool wildcard_matches(std::string_view pattern, std::string_view text, CutMatching cut_matching);

/// For a CutMatching: the character stands for itself.
bool cut_equal(std::string_view& pattern, std::string_view& text);

}  // namespace plumbline
