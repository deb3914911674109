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

/// The files of `tree` below `folder` (empty: all), sorted by path.
TreeEntries files_below(const SourceTree& tree, std::string_view folder);

/// A file that lies next to the entry of a bundle.
struct BundledFile {
  const TreeEntry* entry = nullptr;
  std::string name;           ///< the name by which the bundle imports it
  std::string original_name;  ///< without the digest that wrangler puts in front of it
  bool is_source_map = false;
};

/// The output of `wrangler deploy --dry-run --outdir FOLDER`: the bundled entry, its source map, the files that it
/// imports under `<sha1>-<name>`, and a README.md.
class WranglerBundle {
 public:
  /// All arguments must outlive this object. For `pattern` see LoadOptions::bundles.
  WranglerBundle(const SourceTree& tree, const WranglerCode& code, std::string_view pattern);

  /// Whether it is known where the bundle should be.
  [[nodiscard]] bool has_place() const { return !folder_.empty(); }

  /// Path of the bundled entry from the root of the source.
  [[nodiscard]] std::string entry_path() const;

  /// The other files of the bundle whose entry is `text`. Files that an earlier build left behind are left out, as far
  /// as they can be recognised.
  [[nodiscard]] std::vector<BundledFile> files(std::string_view text) const;

  /// Unreadable entries of the bundle's folder that may be such files.
  [[nodiscard]] std::vector<const UnreadEntry*> unread(std::string_view text) const;

  /// How to make a bundle for a config in `folder`: advice for a message.
  [[nodiscard]] std::string how_to_make(std::string_view folder) const;

 private:
  // The file at `path` as a part of the bundle; nothing if it is not one.
  [[nodiscard]] std::optional<BundledFile> bundled(const std::string& path, std::string_view text) const;

  const SourceTree& tree_;
  const WranglerCode& code_;
  std::string folder_;  ///< from the root of the source; empty: not configured
};

}  // namespace plumbline::manifests
