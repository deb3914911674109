#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/diagnostic.h"
#include "manifests/sources/glob.h"
#include "manifests/sources/source_tree.h"

/// Finds entries that are never read (SourceTree::unread) and that something needs. Pointers and spans point into the
/// tree.
namespace plumbline::manifests {

/// What an entry may be, as far as that is known without following it.
struct UnreadForm {
  bool file = true;
  bool folder = true;
};
UnreadForm form_of(const SourceTree& tree, const UnreadEntry& entry);

/// The file that a link leads to, if it is a file of the source; otherwise nullptr. Links to links are not followed.
const TreeEntry* target_of(const SourceTree& tree, const UnreadEntry& link);

/// The entry at `path`, or at a folder above it; nullptr if there is none.
const UnreadEntry* unread_at_or_above(const SourceTree& tree, std::string_view path);

/// The entries below `folder` (empty: all), sorted by path.
std::span<const UnreadEntry> unread_below(const SourceTree& tree, std::string_view folder);

/// The first entry that `glob` may match, or below which it may match something; nullptr if there is none.
const UnreadEntry* unread_within(const SourceTree& tree, const LocatedGlob& glob);

/// `"dist/a.js" is a symbolic link, which is never followed`
std::string why_unread(const UnreadEntry& entry);

/// That `path` is in a folder which is never looked into; nothing if it is in none.
std::optional<std::string> why_never_read(std::string_view path);

/// The diagnostic for the entry itself. For a link or a submodule it is a warning, because an error is reported
/// wherever one is needed; anything else is an error, because it may hide something that is missed.
Diagnostic diagnostic_of(const UnreadEntry& entry);

/// The error for a Worker that needs the entry, located at `where`.
Diagnostic needed_unread(SourceLocation where, const UnreadEntry& entry);

}  // namespace plumbline::manifests
