#include "manifests/sources/git/git_completeness.h"

#include <set>
#include <string>
#include <vector>

#include "manifests/sources/git/git_support.h"
#include "manifests/sources/git/mirror_check.h"

namespace plumbline::manifests {
namespace {

class CompletenessCheck {
 public:
  CompletenessCheck(git_repository* repository, git_odb* odb) : repository_(repository), odb_(odb) {}

  Attempt<void> run(const git_oid& commit, const std::optional<git_oid>& whole) {
    const auto root = tree_of(commit);
    if (!root || !read(*root)) return broken();
    pending_.push_back({*root, whole ? tree_of(*whole) : std::nullopt});
    while (!pending_.empty()) {
      const Folder folder = pending_.back();
      pending_.pop_back();
      if (auto checked = check(folder); !checked) return checked;
    }
    return {};
  }

 private:
  // A folder, and what is known to be complete in its place.
  struct Folder {
    git_oid id;
    std::optional<git_oid> whole;
  };

  static std::unexpected<Failure> broken() { return blame_mirror("the mirror is damaged: " + git_failure()); }

  std::optional<git_oid> tree_of(const git_oid& commit) {
    git_object* found = nullptr;
    if (git_object_lookup(&found, repository_, &commit, GIT_OBJECT_COMMIT) < 0) return std::nullopt;
    const GitObject object(found);
    return *git_commit_tree_id(reinterpret_cast<git_commit*>(found));
  }

  GitTreeObject read(const git_oid& id) {
    git_tree* found = nullptr;
    return GitTreeObject(git_tree_lookup(&found, repository_, &id) < 0 ? nullptr : found);
  }

  Attempt<void> check(const Folder& folder) {
    if (folder.whole && git_oid_equal(&folder.id, &*folder.whole) != 0) return {};
    if (!seen_.insert(to_hex(folder.id)).second) return {};
    const GitTreeObject tree = read(folder.id);
    if (!tree) return broken();
    const GitTreeObject whole = folder.whole ? read(*folder.whole) : nullptr;
    for (std::size_t i = 0; i < git_tree_entrycount(tree.get()); ++i) {
      if (auto checked = check(*git_tree_entry_byindex(tree.get(), i), whole.get()); !checked) return checked;
    }
    return {};
  }

  Attempt<void> check(const git_tree_entry& entry, const git_tree* whole) {
    const git_oid& id = *git_tree_entry_id(&entry);
    const git_tree_entry* known =
        whole != nullptr ? git_tree_entry_byname(whole, git_tree_entry_name(&entry)) : nullptr;
    if (known != nullptr && git_tree_entry_type(known) != git_tree_entry_type(&entry)) known = nullptr;
    if (known != nullptr && git_oid_equal(&id, git_tree_entry_id(known)) != 0) return {};
    if (git_tree_entry_type(&entry) == GIT_OBJECT_TREE) {
      pending_.push_back({id, known != nullptr ? std::optional(*git_tree_entry_id(known)) : std::nullopt});
    } else if (git_tree_entry_type(&entry) == GIT_OBJECT_BLOB && !is_blob(id)) {
      return blame_mirror("the mirror is damaged: a file in it cannot be read");
    }
    return {};
  }

  bool is_blob(const git_oid& id) {
    std::size_t size = 0;
    git_object_t type = GIT_OBJECT_INVALID;
    return git_odb_read_header(&size, &type, odb_, &id) == 0 && type == GIT_OBJECT_BLOB;
  }

  git_repository* repository_;
  git_odb* odb_;
  std::vector<Folder> pending_;
  std::set<std::string> seen_;
};

}  // namespace

Attempt<void> check_completeness(git_repository* repository, git_odb* odb, const git_oid& commit,
                                 const std::optional<git_oid>& whole) {
  return CompletenessCheck(repository, odb).run(commit, whole);
}

bool holds_all(const std::string& mirror, const std::string& commit) {
  const auto repository = open_bare(mirror);
  git_oid id;
  git_odb* odb = nullptr;
  if (!repository || git_oid_fromstr(&id, commit.c_str()) < 0) return false;
  if (git_repository_odb(&odb, repository->get()) < 0) return false;
  const GitOdb owner(odb);
  return check_completeness(repository->get(), odb, id, std::nullopt).has_value();
}

}  // namespace plumbline::manifests
