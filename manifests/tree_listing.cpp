#include "manifests/tree_listing.h"

#include <algorithm>
#include <utility>

#include "manifests/utf8.h"

namespace plumbline::manifests {
namespace {

constexpr std::string_view kOrIgnore = ", or name it in .plumblineignore";

constexpr std::string_view kWranglerFolder = ".wrangler";
constexpr std::string_view kDeployFolder = ".wrangler/deploy";

// Whether `path` ends in the whole names of `end`.
bool is_at(std::string_view path, std::string_view end) {
  if (!path.ends_with(end)) return false;
  path.remove_suffix(end.size());
  return path.empty() || path.ends_with('/');
}

std::string mend(std::string_view what) {
  return std::string(what) + std::string(kOrIgnore);
}

}  // namespace

bool TreeListing::is_skipped(std::string_view folder, std::string_view name) {
  if (name == ".git" || name == "node_modules") return true;
  if (is_at(folder, kWranglerFolder)) return name != "deploy";
  if (is_at(folder, kDeployFolder)) return name != "config.json";
  return false;
}

void TreeListing::add_symlink(std::string path) {
  // Nothing of it is anybody's source.
  if (is_at(path, kWranglerFolder)) return;
  add_problem(std::move(path), "this is a symbolic link, which is never followed",
              mend("replace it by the file itself"));
}

void TreeListing::add_submodule(std::string path) {
  add_problem(std::move(path), "this is a submodule, which is never read", mend("commit the files themselves"));
}

void TreeListing::add_special_file(std::string path) {
  add_problem(std::move(path), "this is no regular file", mend("remove it"));
}

void TreeListing::add_unreadable(std::string path, std::string reason) {
  add_problem(std::move(path), "this cannot be read: " + std::move(reason), mend("make it readable"));
}

void TreeListing::add_below(const TreeListing& other, std::string_view folder) {
  const std::string prefix = path_in(folder, "");
  const auto items = items_below(other.entries_, prefix);
  if (found_.empty()) found_.reserve(other.entries_.size());
  found_.insert(found_.end(), items.begin(), items.end());
  for (const Diagnostic& problem : other.problems_) {
    if (problem.where.file.starts_with(prefix)) problems_.push_back(problem);
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
  if (!is_step && name.find('/') == std::string_view::npos && std::ranges::none_of(name, is_control) &&
      first_invalid_utf8(name) == std::string_view::npos) {
    return true;
  }
  add_problem(path_in(folder, name), "this name of a file is not accepted",
              mend("use UTF-8 without control characters"));
  return false;
}

void TreeListing::add_problem(std::string path, std::string summary, std::string detail) {
  problems_.push_back({.where = {std::move(path)}, .summary = std::move(summary), .detail = std::move(detail)});
}

void TreeListing::finish() {
  entries_ = sorted_by_path(std::exchange(found_, {}));
  std::ranges::sort(problems_, {}, [](const Diagnostic& d) { return d.where.file; });
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

std::string path_in(std::string_view folder, std::string_view name) {
  std::string path(folder);
  if (!path.empty()) path += '/';
  path += name;
  return path;
}

}  // namespace plumbline::manifests
