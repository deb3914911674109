#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "manifests/sources/glob.h"

/// Paths inside a source. They are relative to its root, have `/` between names, and hold no `.` or `..`.
namespace plumbline::manifests {

/// The folder that holds `path`; empty for the root. Points into `path`, like the next two.
std::string_view folder_of(std::string_view path);

/// The last name of `path`.
std::string_view file_name(std::string_view path);

/// The extension with its dot; empty if there is none.
std::string_view extension(std::string_view path);

/// Turns `relative`, written in a file in `folder`, into a path from the root. The error says what is wrong with it: it
/// leaves the source, is absolute or empty, or holds backslashes or control characters.
Result<std::string> resolve_path(std::string_view folder, std::string_view relative);

/// The same for a folder; the result is empty for the root.
Result<std::string> resolve_folder(std::string_view folder, std::string_view relative);

/// The same for a pattern. `..` is allowed only before the first wildcard.
Result<LocatedGlob> resolve_glob(std::string_view folder, std::string_view pattern);

/// `path` relative to `folder`, or nothing if it is not below it.
std::optional<std::string> relative_to(std::string_view folder, std::string_view path);

}  // namespace plumbline::manifests
