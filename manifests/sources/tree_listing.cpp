#include "manifests/sources/tree_listing.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "base/utf8.h"

namespace plumbline::manifests {
namespace {

constexpr std::string_view kPackages = "node_modules";
constexpr std::string_view kWranglerFolder = ".wrangler";
constexpr std::string_view kDeployFolder = ".wrangler/deploy";

// Whether the last names of `path` are those of `end`.
bool is_at(std::string_view path, std::string_view end) {
  if (!path.ends_with(end)) return false;
  path.remove_suffix(end.size());
  return path.empty() || path.ends_with('/');
}

}  // namespace

bool TreeListing::is_skipped(std::string_view folder, std::string_view name) {
  if (name == ".git" || name == kPackages) return true;
  if (is_at(folder, kWranglerFolder)) return name != "deploy";
  if (is_at(folder, kDeployFolder)) return name != "config.json";
  return false;
}

bool TreeListing::skips(std::string_view folder, std::string_view name) {
  if (!is_skipped(folder, name)) return false;
  if (name == kPackages) skipped_.push_back(path_in(folder, name));
  return true;
}

void TreeListing::add_unread(UnreadEntry entry) {
  // Such a link is never part of a source.
  if (entry.kind == UnreadEntry::Kind::link && is_at(entry.path, kWranglerFolder)) return;
  unread_.push_back(std::move(entry));
}

void TreeListing::add_below(const TreeListing& other, std::string_view folder) {
  const std::string prefix = path_in(folder, "");
  const auto items = items_below(other.entries_, prefix);
  if (found_.empty()) found_.reserve(other.entries_.size());
  found_.insert(found_.end(), items.begin(), items.end());
  for (const UnreadEntry& entry : other.unread_) {
    if (entry.path.starts_with(prefix)) unread_.push_back(entry);
  }
  for (const std::string& path : other.skipped_) {
    if (path.starts_with(prefix)) skipped_.push_back(path);
  }
}

bool TreeListing::add_same(const TreeListing& other, std::string_view path, std::string_view id) {
  const auto known = items_below(other.entries_, path);
  if (known.empty() || known.front()->path != path || known.front()->id != id) return false;
  found_.push_back(known.front());
  return true;
}

bool TreeListing::accepts_name(std::string_view folder, std::string_view name) {
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20U; };
  const bool is_step = name.empty() || name == "." || name == "..";
  if (!is_step && name.find('/') == std::string_view::npos && std::ranges::none_of(name, is_control) && is_utf8(name)) {
    return true;
  }
  add_unread({.path = path_in(folder, name), .kind = UnreadEntry::Kind::name});
  return false;
}

void TreeListing::finish() {
  entries_ = sorted_by_path(std::exchange(found_, {}));
  std::ranges::sort(unread_, {}, &UnreadEntry::path);
  std::ranges::sort(skipped_);
}

const TreeEntry* TreeListing::find(std::string_view path) const {
  return find_file(entries_, path);
}

SharedList<TreeEntry> sorted_by_path(std::vector<TreeItem> items) {
  if (!std::ranges::is_sorted(items, {}, &TreeEntry::path)) std::ranges::sort(items, {}, &TreeEntry::path);
  return SharedList<TreeEntry>(std::move(items));
}

std::span<const TreeItem> items_below(const SharedList<TreeEntry>& sorted, std::string_view prefix) {
  const auto& items = sorted.items();
  const auto first = std::ranges::lower_bound(items, prefix, {}, &TreeEntry::path);
  const auto last = std::ranges::partition_point(
      first, items.end(), [prefix](const TreeItem& item) { return item->path.starts_with(prefix); });
  return {first, last};
}

const TreeEntry* find_file(const SharedList<TreeEntry>& sorted, std::string_view path) {
  const auto found = std::ranges::lower_bound(sorted, path, {}, &TreeEntry::path);
  return found != sorted.end() && found->path == path ? &*found : nullptr;
}

std::string_view skipped_folder_of(std::string_view path) {
  std::string_view folder;
  for (const std::string_view name : split(path, '/')) {
    const auto here = path.substr(0, static_cast<std::size_t>(name.data() + name.size() - path.data()));
    if (TreeListing::is_skipped(folder, name)) return here;
    folder = here;
  }
  return {};
}

std::string_view below_root(const SourceTree& tree, std::string_view path) {
  const std::string& root = tree.prefix();
  if (!root.empty()) path.remove_prefix(std::min(path.size(), root.size() + 1));
  return path;
}

Result<std::string> inside(const SourceTree& tree, Result<std::string> path) {
  const std::string& root = tree.prefix();
  if (!path || root.empty() || *path == root || path->starts_with(root + '/')) return path;
  return fail(fmt::format("the path leaves the source, which is the folder \"{}\" of its repository", root));
}

Result<LocatedGlob> inside(const SourceTree& tree, Result<LocatedGlob> glob) {
  if (!glob) return glob;
  // The prefix of a pattern ends with a slash, that of a path does not.
  const bool is_folder = glob->prefix.ends_with('/');
  const auto path = inside(tree, glob->prefix.substr(0, glob->prefix.size() - (is_folder ? 1 : 0)));
  if (!path) return std::unexpected(path.error());
  return glob;
}

std::string path_in(std::string_view folder, std::string_view name) {
  std::string path(folder);
  if (!path.empty()) path += '/';
  path += name;
  return path;
}

}  // namespace plumbline::manifests
