#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>

#include "manifests/files/asset_files.h"
#include "manifests/worker.h"
#include "reconciler/model/plan.h"
#include "reconciler/model/target.h"

/// Static assets of a manifest. The service tells nothing of a live Worker's, so that what a version holds is known by
/// the digest that it attests.
namespace plumbline::reconciler {

using AssetTargets = std::map<std::string, std::shared_ptr<const AssetsTarget>>;

/// Lists and hashes the assets of every Worker that has some. `hashes` may be null. Blocks; for the pool.
AssetTargets read_assets(const manifests::DesiredState& desired, manifests::AssetHashes* hashes);

/// Equal for assets that are served alike: 32 hex digits over the hashes by path and the configuration.
std::string assets_digest(const manifests::AssetListing& listing);

/// `{"/path": {hash, size}}`, as an upload session wants it.
JsonObject assets_manifest(const manifests::AssetListing& listing);

/// How many different files there are, which is the most that a session can ask for.
std::size_t distinct_files(const manifests::AssetListing& listing);

/// `(12 files, 34.1 kB)`
std::string describe_assets(const manifests::AssetListing& listing);

}  // namespace plumbline::reconciler
