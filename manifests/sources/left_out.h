#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostic.h"
#include "manifests/sources/ignore.h"
#include "manifests/sources/source_tree.h"

namespace plumbline::manifests {

/// The paths that `include` and the `.plumblineignore` files of a source leave out, and the paths for which that is
/// unknown.
class LeftOut {
 public:
  /// Reads these files. If one cannot be read, that is an error in `diagnostics`, and all paths below its folder are in
  /// doubt. `include` holds globs from the root of the source. All arguments must outlive this object. Blocks; for the
  /// pool.
  LeftOut(const SourceTree& tree, const std::vector<std::string>& include, std::vector<Diagnostic>& diagnostics);

  /// Whether the file `path` is left out.
  [[nodiscard]] bool has(std::string_view path) const;

  /// Whether an entry that is never read is left out, be it a file or a folder.
  [[nodiscard]] bool has(const UnreadEntry& entry) const;

  /// Whether it is unknown if `path` is left out: a `.plumblineignore` that applies to it cannot be read.
  [[nodiscard]] bool is_in_doubt(std::string_view path) const;

 private:
  void read(const TreeEntry& entry);
  void find_unread();
  void doubt(std::string_view ignore_file, const std::string& why);

  const SourceTree& tree_;
  const std::vector<std::string>& include_;
  std::vector<Diagnostic>& diagnostics_;
  IgnoreRules rules_;
  std::vector<std::string> doubted_;  ///< folders
};

/// Whether `path` is a `.plumblineignore`.
bool is_ignore_file(std::string_view path);

}  // namespace plumbline::manifests
