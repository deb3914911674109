#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace plumbline::manifests {

enum class PathKind { file, folder };

/// Rules of `.plumblineignore` files, in the syntax of gitignore(5): comments, `!` to take in again,
/// `/` at the end for folders alone, anchored if a slash stands elsewhere. Below a folder that is
/// left out nothing can be taken in again.
class IgnoreRules {
 public:
  /// Adds the rules of a file that lies in `folder` (empty: the root). Files of upper folders come
  /// first; the last rule that matches counts.
  void add(std::string_view folder, std::string_view text);

  [[nodiscard]] bool ignores(std::string_view path, PathKind kind = PathKind::file) const;

  [[nodiscard]] bool empty() const { return rules_.empty(); }

 private:
  struct Rule {
    std::string folder;   // with a slash at its end, or empty
    std::string pattern;  // for a path below it
    bool negated = false;
    bool folders_only = false;
  };

  void add_line(std::string_view folder, std::string_view line);
  [[nodiscard]] bool is_left_out(std::string_view path, PathKind kind) const;

  std::vector<Rule> rules_;
};

}  // namespace plumbline::manifests
