#pragma once

#include <memory>
#include <string>
#include <vector>

#include "daemon/config/config.h"
#include "daemon/config/environment.h"
#include "manifests/sources/secret_store.h"
#include "reconciler/reconcile.h"

/// The secret stores of a source: folders, and variables of this process.
namespace plumbline::daemon {

/// Opens the secret stores that a source may use. A store that cannot be opened is left out and named in `problems`;
/// its secrets are then compared only by name. Blocks; for the pool.
struct OpenedStores {
  reconciler::SecretStores stores;
  std::vector<std::string> problems;
};
OpenedStores open_stores(const SourceConfig& source, const Config& config, const Environment& environment);

/// A secret store that reads variables of this process: key `checkout/api-key` is read from `<prefix>CHECKOUT_API_KEY`.
std::unique_ptr<manifests::SecretStore> make_environment_store(std::string name, std::string prefix,
                                                               Environment environment);

}  // namespace plumbline::daemon
