#pragma once

#include <memory>
#include <set>
#include <string>

#include "base/result.h"
#include "daemon/config/config.h"
#include "daemon/controller/source_fetch.h"
#include "manifests/kinds/parse_cache.h"
#include "manifests/worker.h"

/// From a commit of a source, or from a folder, to the desired state. All functions block; for the pool.
namespace plumbline::daemon {

/// The desired state of a source at one commit, or of a folder.
struct LoadedSource {
  SourceCommit commit;
  std::shared_ptr<const manifests::DesiredState> desired;
};

/// Results of earlier loads of a source, which make the next load cheaper. One per source; one load at a time uses it.
struct LoadMemory {
  manifests::ParseCache parsed;
  std::shared_ptr<const manifests::SourceTree> tree;  ///< of the last load; may be null
};

/// Reads the manifests at `commit`, or those of the folder as it is now. A FetchProblem means that there is nothing to
/// read; problems in manifests are in the state's diagnostics. A file that cannot be read must not look deleted, so do
/// not act on a state for which is_damaged() holds. `memory` may be null.
Result<LoadedSource, FetchProblem> load_source(const SourceConfig& source, const std::string& mirrors,
                                               SourceCommit commit, LoadMemory* memory = nullptr);

/// Whether a file that the repository has could not be read, either during the load or later when a module was
/// uploaded.
bool is_damaged(const manifests::DesiredState& desired);

/// Equal for desired states that ask for the same. It reveals changes of a folder, which has no commit.
std::string identity_of(const manifests::DesiredState& desired);

/// Every name in the source's manifests, including those of broken manifests.
std::set<std::string> names_of(const manifests::DesiredState& desired);

}  // namespace plumbline::daemon
