#pragma once

#include <git2.h>

#include "manifests/sources/git/git_connection.h"

namespace plumbline::manifests {

/// Whether every folder and file of a commit is in the mirror. Of files the headers alone are read: what their bytes
/// are shows when they are.
Attempt<void> check_completeness(git_repository* repository, git_odb* odb, const git_oid& commit);

}  // namespace plumbline::manifests
