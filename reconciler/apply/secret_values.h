#pragma once

#include <map>
#include <string>

#include "manifests/worker.h"
#include "reconciler/model/target.h"
#include "reconciler/reconcile.h"

namespace plumbline::reconciler {

using SecretTargets = std::map<std::string, std::map<std::string, SecretTarget>>;

/// Asks the stores for every secret that the manifests name and keeps a keyed fingerprint of each, no value. Blocks;
/// for the pool. A store that this run was not given leaves its secrets unreachable.
SecretTargets fingerprint_secrets(const manifests::DesiredState& desired, const SecretStores& stores,
                                  const Secret& fingerprint_key);

/// Reads the values of `names` for one Worker, right before they are sent, and checks that they are those that were
/// planned. Blocks; for the pool.
Result<std::map<std::string, Secret>> read_secret_values(const Target& target, const std::vector<std::string>& names,
                                                         const SecretStores& stores, const Secret& fingerprint_key);

}  // namespace plumbline::reconciler
