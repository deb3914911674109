#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "manifests/sources/glob.h"

/// Paths inside a source: relative to its root, `/` between names, no `.` or `..`.
namespace plumbline::manifests {

/// The folder that holds `path`; empty for the root.
std::string_view folder_of(std::string_view path);

/// The last name of `path`.
std::string_view file_name(std::string_view path);

/// The extension with its dot; empty if there is none.
std::string_view extension(std::string_view path);

/// `relative`, as a file in `folder` names it, from the root. The error says what is wrong: leaving
/// the source, absolute, empty, backslashes, control characters.
Result<std::string> resolve_path(std::string_view folder, std::string_view relative);

/// The same for a folder; empty for the root.
Result<std::string> resolve_folder(std::string_view folder, std::string_view relative);

/// The same for a pattern. `..` may stand only before the first wildcard.
Result<LocatedGlob> resolve_glob(std::string_view folder, std::string_view pattern);

/// `path` as seen from `folder`, or nothing if it lies outside.
std::optional<std::string> relative_to(std::string_view folder, std::string_view path);

}  // namespace plumbline::manifests
