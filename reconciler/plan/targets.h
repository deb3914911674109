#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/secret.h"
#include "reconciler/model/target.h"

namespace plumbline::reconciler {

/// Pure. `secrets` by Worker and name; a Worker without an entry has none available. `assets` by Worker. `before`,
/// which may be null, are targets made with the same key: those of Workers that are the same in memory, that have the
/// same secrets and no assets are taken from there.
TargetList make_targets(const manifests::DesiredState& desired,
                        const std::map<std::string, std::map<std::string, SecretTarget>>& secrets,
                        const Secret& fingerprint_key,
                        const std::map<std::string, std::shared_ptr<const AssetsTarget>>& assets = {},
                        const TargetList* before = nullptr);

}  // namespace plumbline::reconciler
