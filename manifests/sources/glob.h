#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace plumbline::manifests {

/// Whether `path` matches `pattern`; in both, `/` separates names. Within a name, `*` is any run of characters, `?` one
/// character, `[a-z]` and `[!a-z]` one of a set; `\` makes the next character literal. `**` as a whole name is any
/// number of names, at the end of the pattern at least one. The time is at most proportional to the product of the two
/// lengths.
bool glob_matches(std::string_view pattern, std::string_view path);

/// Whether `pattern` may match a path below `folder`.
bool glob_reaches_below(std::string_view pattern, std::string_view folder);

/// Whether `text` holds a wildcard or another character with a meaning in patterns.
bool is_glob(std::string_view text);

/// A pattern from a file in some folder, split in two: a path matches if it begins with `prefix` and what follows
/// matches `rest`. Without `rest` the path must equal `prefix`.
struct LocatedGlob {
  std::string prefix;
  std::optional<std::string> rest;
};

}  // namespace plumbline::manifests
