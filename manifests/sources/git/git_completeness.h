#pragma once

#include <git2.h>

#include <optional>

#include "manifests/sources/git/git_connection.h"

namespace plumbline::manifests {

/// Checks that every folder and file of a commit is in the mirror. Only the headers of files are read: damaged bytes
/// show when a file is read. `whole` is a commit that is known to be complete, or nothing: what has not changed since
/// is not looked at.
Attempt<void> check_completeness(git_repository* repository, git_odb* odb, const git_oid& commit,
                                 const std::optional<git_oid>& whole);

}  // namespace plumbline::manifests
