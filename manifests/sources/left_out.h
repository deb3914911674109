#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostic.h"
#include "manifests/sources/ignore.h"
#include "manifests/sources/source_tree.h"

namespace plumbline::manifests {

/// The paths that the `.plumblineignore` files of a source leave out, and the paths for which that is unknown.
class LeftOut {
 public:
  /// Reads these files. If one cannot be read, that is an error in `diagnostics`, and all paths below its folder are in
  /// doubt. `diagnostics` must outlive this object. Blocks; for the pool.
  LeftOut(const SourceTree& tree, std::vector<Diagnostic>& diagnostics);

  /// Whether the file `path` is left out.
  [[nodiscard]] bool has(std::string_view path) const { return rules_.ignores(path); }

  /// Whether `path` is left out as a file or as a folder.
  [[nodiscard]] bool has_either(std::string_view path) const {
    return rules_.ignores(path, PathKind::file) || rules_.ignores(path, PathKind::folder);
  }

  /// Whether it is unknown if `path` is left out: a `.plumblineignore` that applies to it cannot be read.
  [[nodiscard]] bool is_in_doubt(std::string_view path) const;

 private:
  void read(const SourceTree& tree, const TreeEntry& entry);
  void find_unread(const SourceTree& tree);
  void doubt(std::string_view ignore_file, const std::string& why);

  std::vector<Diagnostic>& diagnostics_;
  IgnoreRules rules_;
  std::vector<std::string> doubted_;  ///< folders
};

/// Whether `path` is a `.plumblineignore`.
bool is_ignore_file(std::string_view path);

}  // namespace plumbline::manifests
