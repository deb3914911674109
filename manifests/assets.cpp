#include "manifests/assets.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "manifests/ignore.h"
#include "manifests/manifest.h"

namespace plumbline::manifests {
namespace {

constexpr std::string_view kIgnoreFile = ".assetsignore";

bool is_about_assets(std::string_view name) {
  return name == "_headers" || name == "_redirects" || name == kIgnoreFile;
}

// The code of a project of Pages.
bool is_code(std::string_view name) {
  return name == "_worker.js" || name.starts_with("_worker.js/");
}

}  // namespace

Result<std::vector<const TreeEntry*>> list_assets(const SourceTree& tree, const DesiredAssets& assets) {
  const std::string prefix = assets.directory.empty() ? std::string() : assets.directory + '/';
  const auto& entries = tree.entries();
  const auto begin = std::ranges::lower_bound(entries, prefix, {}, &TreeEntry::path);
  const auto end =
      std::ranges::find_if_not(begin, entries.end(), [&](const TreeEntry& e) { return e.path.starts_with(prefix); });
  if (begin == end) return fail(fmt::format("there is no file in \"{}\"", assets.directory));

  IgnoreRules rules;
  const auto ignore_file = prefix + std::string(kIgnoreFile);
  const bool has_rules = std::any_of(begin, end, [&](const TreeEntry& e) { return e.path == ignore_file; });
  if (has_rules) {
    const auto text = tree.read(ignore_file, kMaxManifestBytes);
    if (!text) return std::unexpected(text.error());
    rules.add("", *text);
  }
  std::vector<const TreeEntry*> found;
  for (auto entry = begin; entry != end; ++entry) {
    const auto name = std::string_view(entry->path).substr(prefix.size());
    if (is_about_assets(name) || rules.ignores(name)) continue;
    if (!has_rules && is_code(name)) {
      return fail(
          fmt::format("\"{}\" is a Worker's code, which would be served to everybody; name it in \"{}\", or make "
                      "that file, empty, if this is meant",
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

}  // namespace plumbline::manifests
