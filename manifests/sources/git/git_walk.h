#pragma once

#include <git2.h>

#include <memory>
#include <string>

#include "base/result.h"
#include "manifests/sources/git/git_support.h"
#include "manifests/sources/tree_listing.h"

namespace plumbline::manifests {

/// The files and folders in the tree of a commit.
struct GitListing {
  TreeListing files;
  /// Every folder: its path with a slash at the end (that of a repository's top is empty), and the id of its tree.
  /// Equal ids mean equal contents, including names. Sorted by path.
  SharedList<TreeEntry> folders;
};

/// Walks over `root`, which is the folder `prefix` (empty: the top) of its repository. Sizes come from the headers of
/// objects; no file is read. Entries that are unchanged since `before` (may be nullptr) are shared with it. Blocks; for
/// the pool.
Result<std::shared_ptr<const GitListing>> list_tree(git_repository* repository, git_odb* odb, const std::string& prefix,
                                                    GitTreeObject root,
                                                    const std::shared_ptr<const GitListing>& before);

/// A tree by its id.
Result<GitTreeObject> tree_by_id(git_repository* repository, const git_oid& id);

}  // namespace plumbline::manifests
