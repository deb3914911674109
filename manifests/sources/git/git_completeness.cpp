#include "manifests/sources/git/git_completeness.h"

#include <set>
#include <string>
#include <vector>

#include "manifests/sources/git/git_support.h"

namespace plumbline::manifests {
namespace {

class CompletenessCheck {
 public:
  CompletenessCheck(git_repository* repository, git_odb* odb) : repository_(repository), odb_(odb) {}

  Attempt<void> run(const git_oid& commit) {
    git_object* found = nullptr;
    if (git_object_lookup(&found, repository_, &commit, GIT_OBJECT_COMMIT) < 0) return broken();
    const GitObject object(found);
    const auto* const root = git_commit_tree_id(reinterpret_cast<git_commit*>(found));
    pending_.push_back(*root);
    while (!pending_.empty()) {
      const git_oid id = pending_.back();
      pending_.pop_back();
      if (auto checked = check_tree(id); !checked) return checked;
    }
    return {};
  }

 private:
  static std::unexpected<Failure> broken() { return blame_mirror("the mirror is damaged: " + git_failure()); }

  Attempt<void> check_tree(const git_oid& id) {
    if (!seen_.insert(to_hex(id)).second) return {};
    git_tree* found = nullptr;
    if (git_tree_lookup(&found, repository_, &id) < 0) return broken();
    const GitTreeObject tree(found);
    for (std::size_t i = 0; i < git_tree_entrycount(found); ++i) {
      const git_tree_entry* entry = git_tree_entry_byindex(found, i);
      if (git_tree_entry_type(entry) == GIT_OBJECT_TREE) {
        pending_.push_back(*git_tree_entry_id(entry));
      } else if (git_tree_entry_type(entry) == GIT_OBJECT_BLOB && !is_blob(*git_tree_entry_id(entry))) {
        return blame_mirror("the mirror is damaged: a file in it cannot be read");
      }
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
  std::vector<git_oid> pending_;
  std::set<std::string> seen_;
};

}  // namespace

Attempt<void> check_completeness(git_repository* repository, git_odb* odb, const git_oid& commit) {
  return CompletenessCheck(repository, odb).run(commit);
}

}  // namespace plumbline::manifests
