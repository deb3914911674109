#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "manifests/sources/source_tree.h"

namespace plumbline::manifests {

using TreeItem = SharedList<TreeEntry>::Item;

/// What the walk over a source finds, whatever the source is.
class TreeListing {
 public:
  /// More than this is no source of manifests; a tree in git may claim to hold any number.
  static constexpr std::size_t kMaxEntries = 500'000;
  static constexpr std::size_t kMaxDepth = 100;

  /// Names that are never looked into: `.git`, `node_modules`, and all of `.wrangler` but for
  /// `deploy/config.json`, with which build tools tell wrangler what to deploy.
  static bool is_skipped(std::string_view folder, std::string_view name);

  void add(TreeEntry entry) { found_.push_back(std::make_shared<const TreeEntry>(std::move(entry))); }
  void add(TreeItem entry) { found_.push_back(std::move(entry)); }
  void add_unread(UnreadEntry entry);
  /// All that `other` has below a folder (empty: the root), for a walk that knows it is the same here.
  void add_below(const TreeListing& other, std::string_view folder);
  /// Adds the file `path` of `other` if it has this id there; whether it has.
  bool add_same(const TreeListing& other, std::string_view path, std::string_view id);
  /// Whether `name` may stand in a path; if not, it becomes an unread entry.
  bool accepts_name(std::string_view folder, std::string_view name);

  [[nodiscard]] bool is_full() const { return found_.size() + unread_.size() >= kMaxEntries; }

  /// Sorts; after this nothing is added, and what has been found can be asked for.
  void finish();

  [[nodiscard]] const SharedList<TreeEntry>& entries() const { return entries_; }
  [[nodiscard]] const std::vector<UnreadEntry>& unread() const { return unread_; }
  [[nodiscard]] const TreeEntry* find(std::string_view path) const;

 private:
  std::vector<TreeItem> found_;
  SharedList<TreeEntry> entries_;
  std::vector<UnreadEntry> unread_;
};

/// Sorts by path, at little cost if that is done already.
SharedList<TreeEntry> sorted_by_path(std::vector<TreeItem> items);

/// The items of a list that is sorted by path whose paths begin with `prefix`.
std::span<const TreeItem> items_below(const SharedList<TreeEntry>& sorted, std::string_view prefix);

/// The entry of a list that is sorted by path, or nullptr.
const TreeEntry* find_file(const SharedList<TreeEntry>& sorted, std::string_view path);

/// `folder/name`, or `name` in the root.
std::string path_in(std::string_view folder, std::string_view name);

}  // namespace plumbline::manifests
