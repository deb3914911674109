#pragma once

#include <optional>
#include <string>

#include "base/result.h"
#include "daemon/controller/source_fetch.h"

/// The last good commit of a source, stored in a file beside the mirrors, so that it is in force again after a restart:
/// `{"repository": …, "reference": …, "commit": …, "label": …}`. It is only a memory: without it nothing is in force
/// until a fetch succeeds. Blocks; for the pool.
namespace plumbline::daemon {

Result<void> remember_commit(const SourceConfig& source, const std::string& mirrors, const SourceCommit& commit);

/// Nothing if no commit is stored, or one of another repository or reference.
std::optional<SourceCommit> remembered_commit(const SourceConfig& source, const std::string& mirrors);

}  // namespace plumbline::daemon
