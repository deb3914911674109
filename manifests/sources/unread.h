#pragma once

#include <span>
#include <string>
#include <string_view>

#include "base/diagnostic.h"
#include "manifests/sources/glob.h"
#include "manifests/sources/source_tree.h"

/// Who needs what a source holds and nobody reads (SourceTree::unread).
namespace plumbline::manifests {

/// What an entry may be, as far as it can be told without following it.
struct UnreadForm {
  bool file = true;
  bool folder = true;
};
UnreadForm form_of(const SourceTree& tree, const UnreadEntry& entry);

/// The file that a link leads to, where that is a file of the source; nullptr else. Links of links lead nowhere.
const TreeEntry* target_of(const SourceTree& tree, const UnreadEntry& link);

/// The entry at `path`, or at a folder above it; nullptr if there is none.
const UnreadEntry* unread_at_or_above(const SourceTree& tree, std::string_view path);

/// The entries below `folder` (empty: all), by path.
std::span<const UnreadEntry> unread_below(const SourceTree& tree, std::string_view folder);

/// The first entry that `glob` may match, or below which it may match something; nullptr if there is none.
const UnreadEntry* unread_within(const SourceTree& tree, const LocatedGlob& glob);

/// `"dist/a.js" is a symbolic link, which is never followed`
std::string why_unread(const UnreadEntry& entry);

/// What its file is told about it. A link or a submodule is nobody's business as long as nobody needs it, which is said
/// where it is needed; anything else may hold what is missed.
Diagnostic diagnostic_of(const UnreadEntry& entry);

/// What a Worker is told at `where` that needs it.
Diagnostic needed_unread(SourceLocation where, const UnreadEntry& entry);

}  // namespace plumbline::manifests
