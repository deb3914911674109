#pragma once

#include <optional>
#include <string>

#include "base/result.h"
#include "daemon/controller/source_fetch.h"

/// The commit of a source that was good last, in a file beside the mirrors, so that it is in force again after a
/// restart: `{"repository": …, "reference": …, "commit": …, "label": …}`. Only a memory: without it nothing is in force
/// until a fetch succeeds. Blocks: for the pool.
namespace plumbline::daemon {

Result<void> remember_commit(const SourceConfig& source, const std::string& mirrors, const SourceCommit& commit);

/// Nothing if none is remembered, or one of another repository or reference.
std::optional<SourceCommit> remembered_commit(const SourceConfig& source, const std::string& mirrors);

}  // namespace plumbline::daemon
