#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/result.h"
#include "daemon/config/config.h"
#include "daemon/config/environment.h"
#include "daemon/controller/source_fetch.h"
#include "manifests/kinds/parse_cache.h"
#include "manifests/worker.h"
#include "reconciler/model/policy.h"
#include "reconciler/reconcile.h"

/// A source of the configuration, from its repository to the desired state. Everything here blocks: for the pool.
namespace plumbline::daemon {

/// What a source asks for at a commit, or in a folder.
struct LoadedSource {
  SourceCommit commit;
  std::shared_ptr<const manifests::DesiredState> desired;
};

/// What an earlier load of a source makes cheaper for the next one. One per source, used by one load at a time.
struct LoadMemory {
  manifests::ParseCache parsed;
  std::shared_ptr<const manifests::SourceTree> tree;  ///< of the last load; may be null
};

/// Reads the manifests at `commit`, or of the folder as it is now. A problem means that there is nothing to read; what
/// is wrong in manifests is in the state's diagnostics. A file that cannot be read is no file that has gone: of what
/// is_damaged() nothing may be made. `memory` may be null.
Result<LoadedSource, FetchProblem> load_source(const SourceConfig& source, const std::string& mirrors,
                                               SourceCommit commit, LoadMemory* memory = nullptr);

/// Whether a file that the repository has could not be read: when it was loaded, or by whoever uploaded a module since.
bool is_damaged(const manifests::DesiredState& desired);

/// Equal for desired states that ask for the same: how a changed folder, which has no commit, is told.
std::string identity_of(const manifests::DesiredState& desired);

/// Opens the stores that a source may use. One that cannot be opened is left out, so that its secrets are compared by
/// name only, and named in `problems`.
struct OpenedStores {
  reconciler::SecretStores stores;
  std::vector<std::string> problems;
};
OpenedStores open_stores(const SourceConfig& source, const Config& config, const Environment& environment);

/// What the source may do with the differences that a plan finds.
reconciler::Policy policy_of(const SourceConfig& source, const std::string& instance);

/// Every name that the source's manifests carry, readable or not.
std::set<std::string> names_of(const manifests::DesiredState& desired);

/// Variables of this process as a secret store: key `checkout/api-key` is read from `<prefix>CHECKOUT_API_KEY`.
std::unique_ptr<manifests::SecretStore> make_environment_store(std::string name, std::string prefix,
                                                               Environment environment);

}  // namespace plumbline::daemon
