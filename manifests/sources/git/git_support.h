#pragma once

#include <git2.h>

#include <memory>
#include <string>

#include "base/result.h"

/// Helpers of all files that use libgit2.
namespace plumbline::manifests {

/// Deleter for an object of libgit2.
template <auto free>
struct GitFree {
  template <class T>
  void operator()(T* object) const {
    free(object);
  }
};
using GitRepository = std::unique_ptr<git_repository, GitFree<git_repository_free>>;
using GitObject = std::unique_ptr<git_object, GitFree<git_object_free>>;
using GitTreeObject = std::unique_ptr<git_tree, GitFree<git_tree_free>>;
using GitTreeEntry = std::unique_ptr<git_tree_entry, GitFree<git_tree_entry_free>>;
using GitOdb = std::unique_ptr<git_odb, GitFree<git_odb_free>>;
using GitOdbObject = std::unique_ptr<git_odb_object, GitFree<git_odb_object_free>>;
using GitRemote = std::unique_ptr<git_remote, GitFree<git_remote_free>>;
using GitConfigIterator = std::unique_ptr<git_config_iterator, GitFree<git_config_iterator_free>>;
using GitConfig = std::unique_ptr<git_config, GitFree<git_config_free>>;
using GitStatusList = std::unique_ptr<git_status_list, GitFree<git_status_list_free>>;
using GitReference = std::unique_ptr<git_reference, GitFree<git_reference_free>>;

/// Starts the library once for the process. It is told to ignore configuration files of the machine (their `insteadOf`
/// or proxies would change what is fetched), and who owns a repository.
void start_git();

/// The error of the last call of libgit2 on this thread.
std::string git_failure();

/// Opens a bare repository.
Result<GitRepository> open_bare(const std::string& path);

/// `id` as 40 hex digits.
std::string to_hex(const git_oid& id);

/// `main@sha1:<commit>`, or `sha1:<commit>` without a label.
std::string revision_of(const std::string& commit, const std::string& label);

}  // namespace plumbline::manifests
