#include "manifests/sources/ignore.h"

#include "base/text.h"
#include "manifests/sources/glob.h"

namespace plumbline::manifests {
namespace {

// Spaces at the end do not count unless a backslash precedes them.
std::string_view without_trailing_space(std::string_view line) {
  if (line.ends_with('\r')) line.remove_suffix(1);
  while (line.ends_with(' ') && !line.ends_with("\\ ")) line.remove_suffix(1);
  return line;
}

}  // namespace

void IgnoreRules::add(std::string_view folder, std::string_view text) {
  const std::string below = folder.empty() ? std::string() : std::string(folder) + '/';
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  for (const std::string_view line : split(text, '\n')) {
    add_line(below, without_trailing_space(line));
  }
}

void IgnoreRules::add_line(std::string_view folder, std::string_view line) {
  if (line.empty() || line.starts_with('#')) return;
  Rule rule{.folder = std::string(folder)};
  if (line.starts_with('!')) {
    rule.negated = true;
    line.remove_prefix(1);
  }
  if (line.ends_with('/')) {
    rule.folders_only = true;
    line.remove_suffix(1);
  }
  const bool anchored = line.find('/') != std::string_view::npos;
  if (line.starts_with('/')) line.remove_prefix(1);
  if (line.empty()) return;
  rule.pattern = (anchored ? "" : "**/") + std::string(line);
  rules_.push_back(std::move(rule));
}

bool IgnoreRules::ignores(std::string_view path, PathKind kind) const {
  if (rules_.empty()) return false;
  for (auto slash = path.find('/'); slash != std::string_view::npos; slash = path.find('/', slash + 1)) {
    if (is_left_out(path.substr(0, slash), PathKind::folder)) return true;
  }
  return is_left_out(path, kind);
}

bool IgnoreRules::is_left_out(std::string_view path, PathKind kind) const {
  for (auto rule = rules_.rbegin(); rule != rules_.rend(); ++rule) {
    if (rule->folders_only && kind != PathKind::folder) continue;
    if (!path.starts_with(rule->folder)) continue;
    if (glob_matches(rule->pattern, path.substr(rule->folder.size()))) return !rule->negated;
  }
  return false;
}

}  // namespace plumbline::manifests
