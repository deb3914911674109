#pragma once

#include <git2.h>

#include <memory>

#include "base/result.h"
#include "manifests/sources/git/git_support.h"
#include "manifests/sources/tree_listing.h"

namespace plumbline::manifests {

/// What a tree of a commit holds.
struct GitListing {
  TreeListing files;
  /// Every folder by its path with a slash at its end (the root's is empty) and the id of its tree: equal ids are
  /// equal contents, names and all. Sorted by path.
  SharedList<TreeEntry> folders;
};

/// Walks over `root`; sizes come from the headers of objects, no file is read. What stands in `before` (or nullptr)
/// as it is now is shared with it.
Result<std::shared_ptr<const GitListing>> list_tree(git_repository* repository, git_odb* odb, GitTreeObject root,
                                                    const std::shared_ptr<const GitListing>& before);

/// A tree by its id.
Result<GitTreeObject> tree_by_id(git_repository* repository, const git_oid& id);

}  // namespace plumbline::manifests
