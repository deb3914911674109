#pragma once

#include <string>

#include "base/result.h"
#include "manifests/sources/git/git_fetch.h"

namespace plumbline::manifests {

/// Brings the mirror of `request` up to date, in this process, and returns the commit that the ref points at. It may
/// wait for a silent peer without end, so only the child of a fetch runs it.
///
/// Fetched refs are stored as `refs/plumbline/<ref with / as %2F>`, so that no name blocks another one (`a` and `a/b`).
Result<Fetched> update_mirror(const FetchRequest& request);

}  // namespace plumbline::manifests
