#include "manifests/sources/git/git_walk.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace plumbline::manifests {
namespace {

// git never writes a name twice, but a tree may come from anywhere.
Result<void> each_once(const SharedList<TreeEntry>& list) {
  const auto twice = std::ranges::adjacent_find(list, {}, &TreeEntry::path);
  if (twice != list.end()) return fail(fmt::format("the commit holds \"{}\" twice", twice->path));
  return {};
}

// Walks over folders in git's order of names (a folder sorts with a slash at its end), which is also the order of whole
// paths.
class GitWalk {
 public:
  GitWalk(git_repository* repository, git_odb* odb, const GitListing* before)
      : repository_(repository), odb_(odb), before_(before) {}

  Result<std::shared_ptr<const GitListing>> run(std::string prefix, GitTreeObject root) {
    enter(std::move(prefix), std::move(root));
    while (!open_.empty()) {
      if (auto stepped = step(); !stepped) return std::unexpected(stepped.error());
    }
    return finish();
  }

 private:
  using Kind = UnreadEntry::Kind;

  // A folder whose entries are being listed.
  struct Folder {
    std::string path;
    GitTreeObject tree;
    std::size_t next = 0;
  };

  void enter(std::string path, GitTreeObject tree) {
    add_to_folders(path, to_hex(*git_tree_id(tree.get())));
    open_.push_back({std::move(path), std::move(tree)});
  }

  Result<void> step() {
    Folder& folder = open_.back();
    if (folder.next == git_tree_entrycount(folder.tree.get())) {
      open_.pop_back();
      return {};
    }
    if (files_.is_full()) {
      return fail(fmt::format("the commit holds more than {} files", TreeListing::kMaxEntries));
    }
    return add(folder, *git_tree_entry_byindex(folder.tree.get(), folder.next++));
  }

  Result<void> add(const Folder& folder, const git_tree_entry& entry) {
    const std::string_view name = git_tree_entry_name(&entry);
    if (files_.skips(folder.path, name) || !files_.accepts_name(folder.path, name)) return {};
    std::string path = path_in(folder.path, name);
    switch (git_tree_entry_filemode(&entry)) {
      case GIT_FILEMODE_TREE:
        return add_folder(std::move(path), *git_tree_entry_id(&entry));
      case GIT_FILEMODE_BLOB:
      case GIT_FILEMODE_BLOB_EXECUTABLE:
        return add_blob(std::move(path), *git_tree_entry_id(&entry));
      case GIT_FILEMODE_LINK:
        files_.add_unread(
            {.path = std::move(path), .kind = Kind::link, .target = target_of(*git_tree_entry_id(&entry))});
        return {};
      case GIT_FILEMODE_COMMIT:
        files_.add_unread({.path = std::move(path), .kind = Kind::submodule});
        return {};
      case GIT_FILEMODE_UNREADABLE:
        break;
    }
    files_.add_unread({.path = std::move(path), .kind = Kind::special});
    return {};
  }

  // The target of a link; empty if it cannot be read, or is longer than a path can be.
  [[nodiscard]] std::string target_of(const git_oid& id) const {
    constexpr std::size_t kLongestTarget = 4096;
    std::size_t size = 0;
    git_object_t type = GIT_OBJECT_INVALID;
    git_odb_object* found = nullptr;
    if (git_odb_read_header(&size, &type, odb_, &id) < 0 || size > kLongestTarget) return {};
    if (git_odb_read(&found, odb_, &id) < 0) return {};
    const GitOdbObject object(found);
    return {static_cast<const char*>(git_odb_object_data(object.get())), git_odb_object_size(object.get())};
  }

  Result<void> add_folder(std::string path, const git_oid& id) {
    if (open_.size() > TreeListing::kMaxDepth) {
      return fail(fmt::format("\"{}\": too many folders inside one another", path));
    }
    if (take_from_before(path, to_hex(id))) return {};
    auto tree = tree_by_id(repository_, id);
    if (!tree) {
      return fail(fmt::format("the folder \"{}\" cannot be read: {}", path, tree.error().message));
    }
    enter(std::move(path), *std::move(tree));
    return {};
  }

  // If the folder was there before, unchanged, everything below it is reused. Returns whether it was.
  bool take_from_before(const std::string& path, const std::string& id) {
    if (before_ == nullptr) return false;
    const std::string prefix = path_in(path, "");
    const auto known = items_below(before_->folders, prefix);
    if (known.empty() || known.front()->path != prefix || known.front()->id != id) return false;
    folders_.insert(folders_.end(), known.begin(), known.end());
    files_.add_below(before_->files, path);
    return true;
  }

  Result<void> add_blob(std::string path, const git_oid& id) {
    std::string hex = to_hex(id);
    if (before_ != nullptr && files_.add_same(before_->files, path, hex)) return {};
    std::size_t size = 0;
    git_object_t type = GIT_OBJECT_INVALID;
    if (git_odb_read_header(&size, &type, odb_, &id) < 0 || type != GIT_OBJECT_BLOB) {
      return fail(fmt::format("the file \"{}\" cannot be read: {}", path, git_failure()));
    }
    files_.add({.path = std::move(path), .id = std::move(hex), .size = size});
    return {};
  }

  void add_to_folders(const std::string& path, std::string id) {
    TreeEntry folder{.path = path.empty() ? std::string() : path + '/', .id = std::move(id)};
    folders_.push_back(std::make_shared<const TreeEntry>(std::move(folder)));
  }

  Result<std::shared_ptr<const GitListing>> finish() {
    auto listing = std::make_shared<GitListing>();
    files_.finish();
    listing->files = std::move(files_);
    listing->folders = sorted_by_path(std::move(folders_));
    if (auto once = each_once(listing->files.entries()); !once) return std::unexpected(once.error());
    if (auto once = each_once(listing->folders); !once) return std::unexpected(once.error());
    return listing;
  }

  git_repository* repository_;
  git_odb* odb_;
  const GitListing* before_;
  TreeListing files_;
  std::vector<TreeItem> folders_;
  std::vector<Folder> open_;  // from the root to the one that is being listed
};

}  // namespace

Result<std::shared_ptr<const GitListing>> list_tree(git_repository* repository, git_odb* odb, const std::string& prefix,
                                                    GitTreeObject root,
                                                    const std::shared_ptr<const GitListing>& before) {
  if (before && before->folders.front().id == to_hex(*git_tree_id(root.get()))) return before;
  return GitWalk(repository, odb, before.get()).run(prefix, std::move(root));
}

Result<GitTreeObject> tree_by_id(git_repository* repository, const git_oid& id) {
  git_tree* tree = nullptr;
  if (git_tree_lookup(&tree, repository, &id) < 0) return fail(git_failure());
  return GitTreeObject(tree);
}

}  // namespace plumbline::manifests
