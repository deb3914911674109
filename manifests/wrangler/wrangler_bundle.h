#pragma once

#include <optional>
#include <ranges>
#include <string>
#include <string_view>
#include <vector>

#include "manifests/kinds/wrangler_code.h"
#include "manifests/sources/source_tree.h"

namespace plumbline::manifests {

using TreeEntries = std::ranges::subrange<SharedList<TreeEntry>::Iterator>;

/// The files of `tree` below `folder` (empty: all), in the order of their paths.
TreeEntries files_below(const SourceTree& tree, std::string_view folder);

/// A file beside the entry of a bundle.
struct BundledFile {
  const TreeEntry* entry = nullptr;
  std::string name;           ///< as the bundle imports it
  std::string original_name;  ///< without the digest that wrangler puts in front of it
  bool is_source_map = false;
};

/// What `wrangler deploy --dry-run --outdir FOLDER` has written: the bundled entry, its source map, the
/// files that it imports under `<sha1>-<name>`, and a README.md.
class WranglerBundle {
 public:
  /// All must outlive this. `pattern` as in LoadOptions::bundles.
  WranglerBundle(const SourceTree& tree, const WranglerCode& code, std::string_view pattern);

  /// Whether it is known where the bundle would lie.
  [[nodiscard]] bool has_place() const { return !folder_.empty(); }

  /// Path of the bundled entry from the root of the source.
  [[nodiscard]] std::string entry_path() const;

  /// The other files that belong to the bundle whose entry is `text`. Files that an earlier build has
  /// left behind are not among them, as far as it can be told.
  [[nodiscard]] std::vector<BundledFile> files(std::string_view text) const;

  /// Entries of its folder that nobody can read and that may be such files.
  [[nodiscard]] std::vector<const UnreadEntry*> unread(std::string_view text) const;

  /// What to do to get one, for a config in `folder`.
  [[nodiscard]] std::string how_to_make(std::string_view folder) const;

 private:
  // As what the file at `path` belongs to it; nothing if it does not.
  [[nodiscard]] std::optional<BundledFile> bundled(const std::string& path, std::string_view text) const;

  const SourceTree& tree_;
  const WranglerCode& code_;
  std::string folder_;  ///< from the root of the source; empty: nobody said
};

}  // namespace plumbline::manifests
