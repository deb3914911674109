#include "manifests/sources/unread.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "base/text.h"
#include "manifests/sources/paths.h"
#include "manifests/sources/tree_listing.h"

namespace plumbline::manifests {
namespace {

using Kind = UnreadEntry::Kind;

// Where a link leads inside the source; nothing if it leads outside.
std::optional<std::string> resolved(const UnreadEntry& link) {
  if (link.target.empty() || link.target.starts_with('/')) return std::nullopt;
  const auto folder = folder_of(link.path);
  auto names = folder.empty() ? std::vector<std::string_view>{} : split(folder, '/');
  for (const std::string_view name : split(link.target, '/')) {
    if (name.empty() || name == ".") continue;
    if (name != "..") {
      names.push_back(name);
    } else if (names.empty()) {
      return std::nullopt;
    } else {
      names.pop_back();
    }
  }
  std::string path;
  for (const std::string_view name : names) path = path_in(path, name);
  return path;
}

bool is_below(std::string_view path, std::string_view folder) {
  return folder.empty() || (path.starts_with(folder) && path.substr(folder.size(), 1) == "/");
}

std::string what(const UnreadEntry& entry) {
  switch (entry.kind) {
    case Kind::link:
      return "is a symbolic link, which is never followed";
    case Kind::submodule:
      return "is a submodule, which is never read";
    case Kind::special:
      return "is not a regular file";
    case Kind::name:
      return "has a name that is not accepted";
    case Kind::unreadable:
      return "cannot be read: " + entry.reason;
  }
  return "is not read";
}

std::string_view mend_of(const UnreadEntry& entry) {
  switch (entry.kind) {
    case Kind::link:
      return "replace it with the file itself";
    case Kind::submodule:
      return "commit the files themselves";
    case Kind::special:
      return "remove it";
    case Kind::name:
      return "use UTF-8 without control characters";
    case Kind::unreadable:
      return "make it readable";
  }
  return {};
}

}  // namespace

UnreadForm form_of(const SourceTree& tree, const UnreadEntry& entry) {
  if (entry.kind == Kind::submodule) return {.file = false, .folder = true};
  if (entry.kind == Kind::special) return {.file = true, .folder = false};
  const auto path = entry.kind == Kind::link ? resolved(entry) : std::nullopt;
  if (!path) return {};
  if (find_file(tree.entries(), *path) != nullptr) return {.file = true, .folder = false};
  const bool is_folder = path->empty() || !items_below(tree.entries(), *path + '/').empty();
  return is_folder ? UnreadForm{.file = false, .folder = true} : UnreadForm{};
}

const TreeEntry* target_of(const SourceTree& tree, const UnreadEntry& link) {
  const auto path = link.kind == Kind::link ? resolved(link) : std::nullopt;
  return path ? find_file(tree.entries(), *path) : nullptr;
}

const UnreadEntry* unread_at_or_above(const SourceTree& tree, std::string_view path) {
  const auto& all = tree.unread();
  const auto found = std::ranges::find_if(
      all, [path](const UnreadEntry& entry) { return entry.path == path || is_below(path, entry.path); });
  return found == all.end() ? nullptr : &*found;
}

std::span<const UnreadEntry> unread_below(const SourceTree& tree, std::string_view folder) {
  const auto& all = tree.unread();
  if (folder.empty()) return all;
  const std::string prefix = path_in(folder, "");
  const auto first = std::ranges::lower_bound(all, prefix, {}, &UnreadEntry::path);
  const auto last =
      std::find_if_not(first, all.end(), [&](const UnreadEntry& e) { return e.path.starts_with(prefix); });
  return {first, last};
}

const UnreadEntry* unread_within(const SourceTree& tree, const LocatedGlob& glob) {
  if (tree.unread().empty()) return nullptr;
  const std::string_view start = glob.prefix;
  if (!glob.rest) return unread_at_or_above(tree, start);
  const auto folder = start.ends_with('/') ? start.substr(0, start.size() - 1) : start;
  if (const auto* above = folder.empty() ? nullptr : unread_at_or_above(tree, folder)) return above;
  for (const UnreadEntry& entry : unread_below(tree, folder)) {
    const auto below = std::string_view(entry.path).substr(start.size());
    const auto form = form_of(tree, entry);
    if (form.file && glob_matches(*glob.rest, below)) return &entry;
    if (form.folder && glob_reaches_below(*glob.rest, below)) return &entry;
  }
  return nullptr;
}

std::string why_unread(const UnreadEntry& entry) {
  return fmt::format("\"{}\" {}", entry.path, what(entry));
}

std::optional<std::string> why_never_read(std::string_view path) {
  const auto folder = skipped_folder_of(path);
  if (folder.empty()) return std::nullopt;
  return fmt::format("\"{}\" is in {}, which is never read: have the build copy what is needed to another folder", path,
                     folder);
}

Diagnostic diagnostic_of(const UnreadEntry& entry) {
  const bool may_stay = entry.kind == Kind::link || entry.kind == Kind::submodule;
  return {.severity = may_stay ? Severity::warning : Severity::error,
          .where = {entry.path},
          .summary = entry.kind == Kind::name ? "this name of a file is not accepted" : "this " + what(entry),
          .detail = fmt::format("{}, or name it in .plumblineignore", mend_of(entry))};
}

Diagnostic needed_unread(SourceLocation where, const UnreadEntry& entry) {
  return {.where = std::move(where),
          .summary = why_unread(entry),
          .detail = fmt::format("{}. A Worker is uploaded with all of its files; until then it stays as it is",
                                mend_of(entry))};
}

}  // namespace plumbline::manifests
