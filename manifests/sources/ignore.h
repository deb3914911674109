#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace plumbline::manifests {

enum class PathKind { file, folder };

/// Rules of `.plumblineignore` files, in the syntax of gitignore(5): comments; `!` takes a path in again; `/` at the
/// end means folders only; a slash elsewhere anchors the pattern. Nothing below a folder that is left out can be taken
/// in again.
class IgnoreRules {
 public:
  /// Adds the rules of a file in `folder` (empty: the root). Files of upper folders must be added first; the last rule
  /// that matches counts.
  void add(std::string_view folder, std::string_view text);

  [[nodiscard]] bool ignores(std::string_view path, PathKind kind = PathKind::file) const;

  [[nodiscard]] bool empty() const { return rules_.empty(); }

 private:
  struct Rule {
    std::string folder;   // ends with a slash, or is empty
    std::string pattern;  // for a path below `folder`
    bool negated = false;
    bool folders_only = false;
  };

  void add_line(std::string_view folder, std::string_view line);
  [[nodiscard]] bool is_left_out(std::string_view path, PathKind kind) const;

  std::vector<Rule> rules_;
};

}  // namespace plumbline::manifests
