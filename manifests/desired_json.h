#pragma once

#include "base/json.h"
#include "manifests/worker.h"

namespace plumbline::manifests {

/// A desired Worker as one document in the form of its manifest, after merging and substituting:
///
///     {apiVersion, kind, metadata: {name, adopt, prune, allow_data_loss},
///      spec: {main | script, modules: [{name, path, content_type, sha256, size}, …], <settings>, secrets: {NAME:
///             {store, key}}, secrets_policy, subdomain, routes, …}}
///
/// Unmanaged fields are left out. `modules` are the files themselves, the entry first; paths start at the root of the
/// source. Settings, and lists whose order has no meaning, are sorted: equal Workers give equal documents. Holds no
/// value of a secret.
Json to_json(const DesiredWorker& worker);

/// The same for a ZoneWorker: {apiVersion, kind, metadata: {adopt}, spec: {zone | zone_id, script: {…}, filters}}
Json to_json(const DesiredZoneWorker& worker);

}  // namespace plumbline::manifests
