#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostic.h"
#include "manifests/sources/ignore.h"
#include "manifests/sources/source_tree.h"

namespace plumbline::manifests {

/// What the `.plumblineignore` files of a source leave out, and where that is not known.
class LeftOut {
 public:
  /// Reads them. One that cannot be read is an error, and what it governs is in doubt.
  LeftOut(const SourceTree& tree, std::vector<Diagnostic>& diagnostics);

  /// Whether the file `path` is left out.
  [[nodiscard]] bool has(std::string_view path) const { return rules_.ignores(path); }

  /// Whether `path` is left out, be it a file or a folder.
  [[nodiscard]] bool has_either(std::string_view path) const {
    return rules_.ignores(path, PathKind::file) || rules_.ignores(path, PathKind::folder);
  }

  /// Whether nobody can tell if `path` is to be left out: a `.plumblineignore` that governs it cannot be read.
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
