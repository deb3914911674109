#pragma once

#include <memory>
#include <set>
#include <string>

#include "base/result.h"
#include "daemon/config/config.h"
#include "daemon/controller/source_fetch.h"
#include "manifests/kinds/parse_cache.h"
#include "manifests/kinds/parse_store.h"
#include "manifests/worker.h"

/// From a commit of a source, or from its folder, to the desired state.
namespace plumbline::daemon {

/// The desired state of a source at one commit, or of its folder as it was then.
struct LoadedSource {
  SourceCommit commit;
  std::shared_ptr<const manifests::DesiredState> desired;
};

/// Results of earlier loads of a source, which make the next load cheaper. One per source; one load at a time uses it.
struct LoadMemory {
  manifests::ParseCache parsed;
  std::unique_ptr<manifests::ParseStore> store;       ///< on disk, of earlier processes; null: not opened yet
  std::shared_ptr<const manifests::SourceTree> tree;  ///< of the last load; may be null
};

/// How the manifests of the source are read; without a cache.
manifests::LoadOptions load_options_of(const SourceConfig& source);

/// Reads the manifests at `commit`, or those of the folder as it is now, on the pool. If a file of the mirror cannot be
/// read, the mirror is made again, which may lead to a newer commit: a file that cannot be read must not look deleted.
/// A FetchProblem means that there is nothing to read; problems in manifests are in the state's diagnostics.
net::Awaitable<Result<LoadedSource, FetchProblem>> load_source(const SourceConfig* source, FetchContext context,
                                                               SourceCommit commit, LoadMemory* memory);

/// Fetches a source and loads it, once: for commands. The daemon has a Source.
net::Awaitable<Result<std::shared_ptr<const manifests::DesiredState>, FetchProblem>> fetch_and_load(
    const SourceConfig* source, FetchContext context);

/// Whether a file that the repository has could not be read, either during the load or later when a module was
/// uploaded.
bool is_damaged(const manifests::DesiredState& desired);

/// Equal for desired states that ask for the same. It reveals changes of a folder, which has no commit. Reads the files
/// that are served; blocks, for the pool.
std::string digest_of(const manifests::DesiredState& desired);

/// Every name in the source's manifests, including those of broken manifests.
std::set<std::string> names_of(const manifests::DesiredState& desired);

}  // namespace plumbline::daemon
