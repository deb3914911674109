#pragma once

#include <map>
#include <string>

#include "manifests/worker.h"
#include "reconciler/model/target.h"
#include "reconciler/reconcile.h"

namespace plumbline::reconciler {

using SecretTargets = std::map<std::string, std::map<std::string, SecretTarget>>;

/// Asks the stores for every secret that the manifests name, and keeps a keyed fingerprint of each, but no value. If
/// this run has no store of that name, its secrets are unreachable. Blocks, so that the pool has to run it.
SecretTargets fingerprint_secrets(const manifests::DesiredState& desired, const SecretStores& stores,
                                  const Secret& fingerprint_key);

/// Reads the values of `names` for one Worker, right before a call sends them. Fails if a value is not the one that was
/// planned. Blocks, so that the pool has to run it.
Result<std::map<std::string, Secret>> read_secret_values(const Target& target, const std::vector<std::string>& names,
                                                         const SecretStores& stores, const Secret& fingerprint_key);

}  // namespace plumbline::reconciler
