#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <memory>
#include <mutex>
#include <utility>

#include "base/text.h"
#include "manifests/git_support.h"
#include "manifests/source_tree.h"
#include "manifests/tree_listing.h"

namespace plumbline::manifests {
namespace {

Result<GitTreeObject> root_tree(git_repository* repository, const std::string& commit) {
  git_oid id;
  if (commit.size() != GIT_OID_HEXSZ || git_oid_fromstr(&id, commit.c_str()) < 0) {
    return fail("a commit is named by 40 hex digits");
  }
  git_object* found = nullptr;
  if (git_object_lookup(&found, repository, &id, GIT_OBJECT_COMMIT) < 0) {
    return fail(fmt::format("the commit {} cannot be read: {}", commit, git_failure()));
  }
  const GitObject object(found);
  git_object* tree = nullptr;
  if (git_object_peel(&tree, object.get(), GIT_OBJECT_TREE) < 0) {
    return fail(fmt::format("the tree of commit {} cannot be read: {}", commit, git_failure()));
  }
  return GitTreeObject(reinterpret_cast<git_tree*>(tree));
}

Result<GitTreeObject> tree_by_id(git_repository* repository, const git_oid& id) {
  git_tree* tree = nullptr;
  if (git_tree_lookup(&tree, repository, &id) < 0) return fail(git_failure());
  return GitTreeObject(tree);
}

// The names of a path from a configuration: `./workers/` and `workers` are the same.
Result<std::vector<std::string_view>> folder_names(std::string_view folder) {
  auto names = split(folder, '/');
  std::erase_if(names, [](std::string_view name) { return name.empty() || name == "."; });
  if (folder.starts_with('/') || std::ranges::find(names, "..") != names.end()) {
    return fail(fmt::format("the path \"{}\" must lie inside the repository", folder));
  }
  return names;
}

Result<GitTreeObject> descend(git_repository* repository, GitTreeObject tree, const std::string& folder) {
  const auto names = folder_names(folder);
  if (!names) return std::unexpected(names.error());
  for (const std::string_view name : *names) {
    const git_tree_entry* entry = git_tree_entry_byname(tree.get(), std::string(name).c_str());
    if (entry == nullptr || git_tree_entry_type(entry) != GIT_OBJECT_TREE) {
      return fail(fmt::format("the repository has no folder \"{}\" at this commit", folder));
    }
    auto below = tree_by_id(repository, *git_tree_entry_id(entry));
    if (!below) return std::unexpected(below.error());
    tree = *std::move(below);
  }
  return tree;
}

// What a tree holds. Equal ids of folders are equal contents, names and all.
struct Walked {
  TreeListing listing;
  std::map<std::string, std::string> folders;  // path to the id of its tree; the root's is empty
};

// Walks over a tree; sizes come from the headers of objects, no file is read.
class GitWalk {
 public:
  GitWalk(git_repository* repository, git_odb* odb, const Walked* before, Walked& walked)
      : repository_(repository), odb_(odb), before_(before), walked_(walked), listing_(walked.listing) {}

  Result<void> run(GitTreeObject root) {
    if (!take_from_before({}, to_hex(*git_tree_id(root.get())))) {
      pending_.push_back({std::string(), std::move(root), 0});
    }
    while (!pending_.empty()) {
      const Folder folder = std::move(pending_.back());
      pending_.pop_back();
      if (auto listed = list(folder); !listed) return listed;
    }
    listing_.finish();
    return {};
  }

 private:
  struct Folder {
    std::string path;
    GitTreeObject tree;
    std::size_t depth = 0;
  };

  // Whether the folder was there before, as it is; then all below it is taken over.
  bool take_from_before(const std::string& path, const std::string& id) {
    walked_.folders[path] = id;
    if (before_ == nullptr) return false;
    const auto known = before_->folders.find(path);
    if (known == before_->folders.end() || known->second != id) return false;
    listing_.add_below(before_->listing, path);
    const std::string below = path.empty() ? std::string() : path + '/';
    for (auto folder = before_->folders.lower_bound(below);
         folder != before_->folders.end() && folder->first.starts_with(below); ++folder) {
      walked_.folders.insert(*folder);
    }
    return true;
  }

  Result<void> list(const Folder& folder) {
    const std::size_t count = git_tree_entrycount(folder.tree.get());
    for (std::size_t i = 0; i < count; ++i) {
      if (listing_.is_full()) {
        return fail(fmt::format("the commit holds more than {} files", TreeListing::kMaxEntries));
      }
      auto added = add(folder, *git_tree_entry_byindex(folder.tree.get(), i));
      if (!added) return added;
    }
    return {};
  }

  Result<void> add(const Folder& folder, const git_tree_entry& entry) {
    const std::string_view name = git_tree_entry_name(&entry);
    if (TreeListing::is_skipped(folder.path, name) || !listing_.accepts_name(folder.path, name)) return {};
    std::string path = path_in(folder.path, name);
    switch (git_tree_entry_filemode(&entry)) {
      case GIT_FILEMODE_TREE:
        return add_folder(std::move(path), *git_tree_entry_id(&entry), folder.depth + 1);
      case GIT_FILEMODE_BLOB:
      case GIT_FILEMODE_BLOB_EXECUTABLE:
        return add_blob(std::move(path), *git_tree_entry_id(&entry));
      case GIT_FILEMODE_LINK:
        listing_.add_symlink(std::move(path));
        return {};
      case GIT_FILEMODE_COMMIT:
        listing_.add_submodule(std::move(path));
        return {};
      case GIT_FILEMODE_UNREADABLE:
        break;
    }
    listing_.add_special_file(std::move(path));
    return {};
  }

  Result<void> add_folder(std::string path, const git_oid& id, std::size_t depth) {
    if (depth > TreeListing::kMaxDepth) {
      return fail(fmt::format("\"{}\": too many folders inside one another", path));
    }
    if (take_from_before(path, to_hex(id))) return {};
    auto tree = tree_by_id(repository_, id);
    if (!tree) {
      return fail(fmt::format("the folder \"{}\" cannot be read: {}", path, tree.error().message));
    }
    pending_.push_back({std::move(path), *std::move(tree), depth});
    return {};
  }

  Result<void> add_blob(std::string path, const git_oid& id) {
    std::size_t size = 0;
    git_object_t type = GIT_OBJECT_INVALID;
    if (git_odb_read_header(&size, &type, odb_, &id) < 0 || type != GIT_OBJECT_BLOB) {
      return fail(fmt::format("the file \"{}\" cannot be read: {}", path, git_failure()));
    }
    listing_.add({.path = std::move(path), .id = to_hex(id), .size = size});
    return {};
  }

  git_repository* repository_;
  git_odb* odb_;
  const Walked* before_;
  Walked& walked_;
  TreeListing& listing_;
  std::vector<Folder> pending_;
};

struct OpenRepository {
  GitRepository repository;
  GitOdb odb;
};

Result<OpenRepository> open_with_odb(const std::string& path) {
  auto repository = open_bare(path);
  if (!repository) return std::unexpected(repository.error());
  git_odb* odb = nullptr;
  if (git_repository_odb(&odb, repository->get()) < 0) return fail(git_failure());
  return OpenRepository{*std::move(repository), GitOdb(odb)};
}

class GitTree final : public SourceTree {
 public:
  GitTree(std::string path, OpenRepository opened, Walked walked, std::string revision, TreeLimits limits)
      : path_(std::move(path)),
        opened_(std::move(opened)),
        walked_(std::move(walked)),
        revision_(std::move(revision)),
        limits_(limits) {}

  [[nodiscard]] std::string revision() const override { return revision_; }
  [[nodiscard]] const std::vector<TreeEntry>& entries() const override { return walked_.listing.entries(); }
  [[nodiscard]] const std::vector<Diagnostic>& problems() const override { return walked_.listing.problems(); }
  [[nodiscard]] TreeLimits limits() const override { return limits_; }
  [[nodiscard]] const Walked& walked() const { return walked_; }

  [[nodiscard]] bool is_damaged() const override {
    const std::scoped_lock lock(mutex_);
    return damaged_;
  }

  [[nodiscard]] Result<std::string> read(std::string_view path, std::uint64_t cap) const override {
    const TreeEntry* entry = walked_.listing.find(path);
    if (entry == nullptr) return fail(fmt::format("there is no file \"{}\"", path));
    if (entry->size > cap) return fail(fmt::format("\"{}\" is larger than {} bytes", path, cap));
    auto blob = read_blob(*entry);
    if (!blob) return blob;
    if (blob->size() != entry->size) {
      return fail(fmt::format("\"{}\" is not as long as the repository says", path));
    }
    return blob;
  }

 private:
  [[nodiscard]] Result<std::string> read_blob(const TreeEntry& entry) const {
    git_oid id;
    git_oid_fromstr(&id, entry.id.c_str());
    const std::scoped_lock lock(mutex_);
    auto blob = read_object(id);
    if (blob) return blob;
    // A fetch may have put a new mirror in place of the one that is open here.
    if (auto reopened = open_with_odb(path_)) {
      opened_ = *std::move(reopened);
      blob = read_object(id);
    }
    if (blob) return blob;
    damaged_ = true;
    return fail(fmt::format("\"{}\" cannot be read: {}", entry.path, blob.error().message));
  }

  [[nodiscard]] Result<std::string> read_object(const git_oid& id) const {
    git_odb_object* found = nullptr;
    if (git_odb_read(&found, opened_.odb.get(), &id) < 0) return fail(git_failure());
    const GitOdbObject object(found);
    return std::string(static_cast<const char*>(git_odb_object_data(object.get())), git_odb_object_size(object.get()));
  }

  std::string path_;
  mutable std::mutex mutex_;
  mutable OpenRepository opened_;  // guarded by mutex_
  mutable bool damaged_ = false;   // guarded by mutex_
  Walked walked_;
  std::string revision_;
  TreeLimits limits_;
};

}  // namespace

Result<std::unique_ptr<SourceTree>> open_commit(const std::string& repository, const std::string& commit,
                                                const std::string& subfolder, const std::string& label,
                                                TreeLimits limits, const SourceTree* before) {
  auto opened = open_with_odb(repository);
  if (!opened) return std::unexpected(opened.error());
  auto root = root_tree(opened->repository.get(), commit);
  if (!root) return std::unexpected(root.error());
  auto tree = descend(opened->repository.get(), *std::move(root), subfolder);
  if (!tree) return std::unexpected(tree.error());
  const auto* known = dynamic_cast<const GitTree*>(before);
  Walked walked;
  GitWalk walk(opened->repository.get(), opened->odb.get(), known != nullptr ? &known->walked() : nullptr, walked);
  if (auto done = walk.run(*std::move(tree)); !done) return std::unexpected(done.error());
  std::string revision = (label.empty() ? std::string() : label + '@') + "sha1:" + commit;
  return std::make_unique<GitTree>(repository, *std::move(opened), std::move(walked), std::move(revision), limits);
}

}  // namespace plumbline::manifests
