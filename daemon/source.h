#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/result.h"
#include "daemon/config.h"
#include "daemon/environment.h"
#include "manifests/worker.h"
#include "reconciler/policy.h"
#include "reconciler/reconcile.h"

/// A source of the configuration, from its repository to the desired state. Everything here blocks: for the pool.
namespace plumbline::daemon {

/// Brings the mirror of the source's repository below the folder `mirrors` up to date. Gives the commit that the
/// reference points at now; empty for a folder, which needs no mirror and has no commit.
Result<std::string> fetch_source(const SourceConfig& source, const std::string& mirrors,
                                 const Environment& environment);

/// What becomes of members of manifests that this version reads and does not apply.
enum class Unapplied {
  refuse,  ///< each is an error: for whatever plans or applies
  accept,  ///< for what only reads
};

/// Reads the manifests at `commit`, or of the folder as it is now. An error means that there is no tree to read; what
/// is wrong in manifests is in the state's diagnostics.
Result<std::shared_ptr<const manifests::DesiredState>> load_source(const SourceConfig& source,
                                                                   const std::string& mirrors,
                                                                   const std::string& commit, Unapplied unapplied);

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
