#include "manifests/kinds/assets.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string>

#include "base/text.h"
#include "base/utf8.h"
#include "manifests/kinds/manifest.h"
#include "manifests/sources/ignore.h"
#include "manifests/sources/paths.h"
#include "manifests/sources/stand_in.h"
#include "manifests/sources/tree_listing.h"
#include "manifests/sources/unread.h"

namespace plumbline::manifests {
namespace {

constexpr std::string_view kIgnoreFile = ".assetsignore";

bool is_about_assets(std::string_view name) {
  return name == "_headers" || name == "_redirects" || name == kIgnoreFile;
}

// Whether the file is the code of a Pages project.
bool is_code(std::string_view name) {
  return name == "_worker.js" || name.starts_with("_worker.js/");
}

Result<IgnoreRules> rules_of(const SourceTree& tree, const std::string& ignore_file) {
  IgnoreRules rules;
  if (!items_below(tree.entries(), ignore_file + '/').empty()) return fail("\"" + ignore_file + "\" is a folder");
  if (find_file(tree.entries(), ignore_file) == nullptr) return rules;
  const auto text = tree.read(ignore_file, kMaxManifestBytes);
  if (!text) return std::unexpected(text.error());
  if (auto problem = stand_in_problem(ignore_file, *text)) return fail(*std::move(problem));
  // Unreadable rules would leave nothing out.
  if (text->contains('\0') || !is_utf8(*text)) return fail(fmt::format("\"{}\" is not UTF-8", ignore_file));
  rules.add("", *text);
  return rules;
}

// An unreadable entry that might be served, or might hide files that are; nullptr if there is none.
const UnreadEntry* unread_of(const SourceTree& tree, std::string_view directory, const IgnoreRules& rules) {
  const auto* above = directory.empty() ? nullptr : unread_at_or_above(tree, directory);
  if (above != nullptr) return above;
  for (const UnreadEntry& entry : unread_below(tree, directory)) {
    const auto name = relative_to(directory, entry.path).value_or(entry.path);
    const auto form = form_of(tree, entry);
    const bool left_out =
        (!form.file || rules.ignores(name, PathKind::file)) && (!form.folder || rules.ignores(name, PathKind::folder));
    if (!left_out || is_about_assets(name)) return &entry;
  }
  return nullptr;
}

}  // namespace

Result<std::vector<const TreeEntry*>> list_assets(const SourceTree& tree, const DesiredAssets& assets) {
  if (const auto path = inside(tree, assets.directory); !path) return std::unexpected(path.error());
  const std::string prefix = assets.directory.empty() ? std::string() : assets.directory + '/';
  const auto& entries = tree.entries();
  const auto begin = std::ranges::lower_bound(entries, prefix, {}, &TreeEntry::path);
  const auto end =
      std::ranges::find_if_not(begin, entries.end(), [&](const TreeEntry& e) { return e.path.starts_with(prefix); });
  const auto ignore_file = prefix + std::string(kIgnoreFile);
  const bool has_rules = find_file(tree.entries(), ignore_file) != nullptr;
  const auto rules = rules_of(tree, ignore_file);
  if (!rules) return std::unexpected(rules.error());
  if (const auto* unread = unread_of(tree, assets.directory, *rules)) return fail(why_unread(*unread));
  if (begin == end) {
    return fail(why_never_read(assets.directory).value_or(fmt::format("there is no file in \"{}\"", assets.directory)));
  }

  std::vector<const TreeEntry*> found;
  for (auto entry = begin; entry != end; ++entry) {
    const auto name = std::string_view(entry->path).substr(prefix.size());
    if (is_about_assets(name) || rules->ignores(name)) continue;
    if (!has_rules && is_code(name)) {
      return fail(
          fmt::format("\"{}\" is a Worker's code, and everybody could read it. Name it in \"{}\" to leave it out; to "
                      "serve it all the same, create that file and leave it empty",
                      entry->path, ignore_file));
    }
    if (entry->size > kMaxAssetBytes) {
      return fail(fmt::format("\"{}\" has {} bytes, at most {} (25 MiB) are allowed", entry->path, entry->size,
                              kMaxAssetBytes));
    }
    found.push_back(&*entry);
  }
  if (found.size() > kMaxAssets) {
    return fail(fmt::format("\"{}\" has {} files, at most {} are allowed", assets.directory, found.size(), kMaxAssets));
  }
  return found;
}

const UnreadEntry* find_unread_asset(const SourceTree& tree, const DesiredAssets& assets) {
  if (tree.unread().empty()) return nullptr;
  const auto rules = rules_of(tree, path_in(assets.directory, kIgnoreFile));
  return rules ? unread_of(tree, assets.directory, *rules) : nullptr;
}

const std::string* find_skipped_asset(const SourceTree& tree, const DesiredAssets& assets) {
  if (tree.skipped().empty()) return nullptr;
  const auto rules = rules_of(tree, path_in(assets.directory, kIgnoreFile));
  const auto is_served = [&](const std::string& path) {
    const auto name = assets.directory.empty() ? std::optional(path) : relative_to(assets.directory, path);
    return name && rules && !rules->ignores(*name, PathKind::folder);
  };
  const auto found = std::ranges::find_if(tree.skipped(), is_served);
  return found == tree.skipped().end() ? nullptr : &*found;
}

}  // namespace plumbline::manifests
