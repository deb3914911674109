#pragma once

#include <string>

#include "base/result.h"
#include "manifests/sources/git/git_fetch.h"

namespace plumbline::manifests {

/// Brings the mirror of `request` up to date, in this process, and returns the commit that the ref
/// points at. May wait for ever for a silent peer: run by the child of fetch().
///
/// Fetched refs are kept as `refs/plumbline/<ref with / as %2F>`, so that no name can stand in the
/// way of another one (`a` and `a/b`).
Result<Fetched> update_mirror(const FetchRequest& request);

}  // namespace plumbline::manifests
