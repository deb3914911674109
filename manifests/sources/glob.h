#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace plumbline::manifests {

/// Whether `path` matches `pattern`, both with `/` between names. `*` is any run of characters and
/// `?` one character of a name, `[a-z]` and `[!a-z]` one of a set, `\` takes the next character as
/// it is. `**` as a whole name is any number of names, at the end of the pattern at least one.
/// Takes at most time in proportion to the product of the two lengths.
bool glob_matches(std::string_view pattern, std::string_view path);

/// Whether `pattern` may match a path that lies below `folder`.
bool glob_reaches_below(std::string_view pattern, std::string_view folder);

/// Whether `text` holds a character with a meaning in patterns.
bool is_glob(std::string_view text);

/// A pattern of a file that lies in `folder`: what it may match begins with `prefix`, and what
/// follows that must match `rest` (no `rest`: the path is exactly `prefix`).
struct LocatedGlob {
  std::string prefix;
  std::optional<std::string> rest;
};

}  // namespace plumbline::manifests
