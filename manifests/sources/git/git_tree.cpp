#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <memory>
#include <mutex>
#include <utility>

#include "base/text.h"
#include "manifests/sources/git/git_support.h"
#include "manifests/sources/git/git_walk.h"
#include "manifests/sources/source_tree.h"

namespace plumbline::manifests {
namespace {

Result<GitTreeObject> root_tree(git_repository* repository, const std::string& commit) {
  git_oid id;
  if (commit.size() != GIT_OID_HEXSZ || git_oid_fromstr(&id, commit.c_str()) < 0) {
    return fail("a commit must be given by its 40 hex digits");
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

// A path from a configuration as a prefix: `./workers/` and `workers` are the same.
Result<std::string> prefix_of(std::string_view folder) {
  auto names = split(folder, '/');
  std::erase_if(names, [](std::string_view name) { return name.empty() || name == "."; });
  if (folder.starts_with('/') || std::ranges::find(names, "..") != names.end()) {
    return fail(fmt::format("the path \"{}\" must be inside the repository", folder));
  }
  return fmt::format("{}", fmt::join(names, "/"));
}

// What stands at `way`, where a folder is wanted, and how to mend it.
std::string no_folder(const git_tree_entry* entry, std::string_view way) {
  if (entry == nullptr) return {};
  switch (git_tree_entry_filemode(entry)) {
    case GIT_FILEMODE_LINK:
      return fmt::format(
          ": \"{}\" is a symbolic link, which is never followed; name the folder that it leads to as the path", way);
    case GIT_FILEMODE_COMMIT:
      return fmt::format(": \"{}\" is a submodule, which is never read; name the repository of the submodule itself",
                         way);
    default:
      return fmt::format(": \"{}\" is a file; name the folder in which it lies as the path", way);
  }
}

Result<GitTreeObject> descend(git_repository* repository, GitTreeObject tree, const std::string& folder) {
  if (folder.empty()) return tree;
  for (const std::string_view name : split(folder, '/')) {
    const git_tree_entry* entry = git_tree_entry_byname(tree.get(), std::string(name).c_str());
    if (entry == nullptr || git_tree_entry_type(entry) != GIT_OBJECT_TREE) {
      const auto way =
          std::string_view(folder).substr(0, static_cast<std::size_t>(name.data() + name.size() - folder.data()));
      return fail(fmt::format("the repository has no folder \"{}\" at this commit{}", folder, no_folder(entry, way)));
    }
    auto below = tree_by_id(repository, *git_tree_entry_id(entry));
    if (!below) return std::unexpected(below.error());
    tree = *std::move(below);
  }
  return tree;
}

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
  GitTree(std::string path, OpenRepository opened, std::shared_ptr<const GitListing> listing, FolderPlace place,
          TreeLimits limits)
      : path_(std::move(path)),
        opened_(std::move(opened)),
        listing_(std::move(listing)),
        place_(std::move(place)),
        limits_(limits) {}

  [[nodiscard]] std::string revision() const override { return place_.revision; }
  [[nodiscard]] const std::string& prefix() const override { return place_.prefix; }
  [[nodiscard]] const SharedList<TreeEntry>& entries() const override { return listing_->files.entries(); }
  [[nodiscard]] const std::vector<UnreadEntry>& unread() const override { return listing_->files.unread(); }
  [[nodiscard]] const std::vector<std::string>& skipped() const override { return listing_->files.skipped(); }
  [[nodiscard]] TreeLimits limits() const override { return limits_; }
  [[nodiscard]] const std::shared_ptr<const GitListing>& listing() const { return listing_; }

  [[nodiscard]] bool is_damaged() const override {
    const std::scoped_lock lock(mutex_);
    return damaged_;
  }

  [[nodiscard]] Result<std::string> read(std::string_view path, std::uint64_t cap) const override {
    const TreeEntry* entry = listing_->files.find(path);
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
    // A fetch may have replaced the mirror that is open here.
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
  std::shared_ptr<const GitListing> listing_;
  FolderPlace place_;
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
  auto prefix = prefix_of(subfolder);
  if (!prefix) return std::unexpected(prefix.error());
  auto tree = descend(opened->repository.get(), *std::move(root), *prefix);
  if (!tree) return std::unexpected(tree.error());
  const auto* known = dynamic_cast<const GitTree*>(before);
  auto listing = list_tree(opened->repository.get(), opened->odb.get(), *prefix, *std::move(tree),
                           known != nullptr ? known->listing() : nullptr);
  if (!listing) return std::unexpected(listing.error());
  FolderPlace place{.prefix = *std::move(prefix), .revision = revision_of(commit, label)};
  return std::make_unique<GitTree>(repository, *std::move(opened), *std::move(listing), std::move(place), limits);
}

}  // namespace plumbline::manifests
