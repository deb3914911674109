#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "manifests/sources/glob.h"
#include "manifests/sources/source_tree.h"

namespace plumbline::manifests {

using TreeItem = SharedList<TreeEntry>::Item;

/// The result of walking over a source, be it a commit or a folder.
class TreeListing {
 public:
  /// Limits of a walk: a source with more is not a source of manifests, and a tree in git may claim any number.
  static constexpr std::size_t kMaxEntries = 500'000;
  static constexpr std::size_t kMaxDepth = 100;

  /// Whether a name is never looked into: `.git`, `node_modules`, and all of `.wrangler` except `deploy/config.json`,
  /// in which build tools tell wrangler what to deploy.
  static bool is_skipped(std::string_view folder, std::string_view name);

  /// The same, and notes it where a person may wonder: SourceTree::skipped().
  bool skips(std::string_view folder, std::string_view name);

  void add(TreeEntry entry) { found_.push_back(std::make_shared<const TreeEntry>(std::move(entry))); }
  void add(TreeItem entry) { found_.push_back(std::move(entry)); }
  void add_unread(UnreadEntry entry);
  /// Adds everything that `other` has below a folder (empty: the root). For a walk that knows that the folder is the
  /// same here.
  void add_below(const TreeListing& other, std::string_view folder);
  /// Adds the file `path` of `other` if it has this id there. Returns whether it does.
  bool add_same(const TreeListing& other, std::string_view path, std::string_view id);
  /// Whether `name` is allowed in a path. If not, it becomes an unread entry.
  bool accepts_name(std::string_view folder, std::string_view name);

  [[nodiscard]] bool is_full() const { return found_.size() + unread_.size() >= kMaxEntries; }

  /// Sorts the results. Afterwards nothing may be added, and the functions below may be called.
  void finish();

  [[nodiscard]] const SharedList<TreeEntry>& entries() const { return entries_; }
  [[nodiscard]] const std::vector<UnreadEntry>& unread() const { return unread_; }
  [[nodiscard]] const std::vector<std::string>& skipped() const { return skipped_; }
  [[nodiscard]] const TreeEntry* find(std::string_view path) const;

 private:
  std::vector<TreeItem> found_;
  SharedList<TreeEntry> entries_;
  std::vector<UnreadEntry> unread_;
  std::vector<std::string> skipped_;
};

/// Sorts by path; cheap if the items are already sorted.
SharedList<TreeEntry> sorted_by_path(std::vector<TreeItem> items);

/// The items whose paths begin with `prefix`, in a list that is sorted by path. Points into the list.
std::span<const TreeItem> items_below(const SharedList<TreeEntry>& sorted, std::string_view prefix);

/// The entry with that path, in a list that is sorted by path; nullptr if there is none. Points into the list.
const TreeEntry* find_file(const SharedList<TreeEntry>& sorted, std::string_view path);

/// `folder/name`, or `name` in the root.
std::string path_in(std::string_view folder, std::string_view name);

/// The folder at or above `path` that is never looked into (TreeListing::is_skipped); empty if there is none. Points
/// into `path`.
std::string_view skipped_folder_of(std::string_view path);

/// `path` as it is from the root of the source, for what a configuration names from there. Points into `path`.
std::string_view below_root(const SourceTree& tree, std::string_view path);

/// The path, if it is that of the source's root or below it. The error says that it leaves the source.
Result<std::string> inside(const SourceTree& tree, Result<std::string> path);
Result<LocatedGlob> inside(const SourceTree& tree, Result<LocatedGlob> glob);

}  // namespace plumbline::manifests
