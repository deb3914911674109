#pragma once

#include "base/json.h"
#include "manifests/worker.h"

namespace plumbline::manifests {

/// What a Worker should be as one document in the form of its manifest, after merging and substituting:
///
///     {apiVersion, kind, metadata: {name, adopt, prune, allow_data_loss},
///      spec: {main | script, modules: [{name, path, content_type, sha256, size}, …], <settings>, secrets: {NAME:
///             {store, key}}, secrets_policy, subdomain, routes, …}}
///
/// What is unmanaged is left out. `modules` are the files themselves, the entry first; paths begin at the
/// source's root. Settings and lists without an order are sorted: equal Workers are equal documents.
/// Holds no value of a secret.
Json to_json(const DesiredWorker& worker);

/// {apiVersion, kind, metadata: {adopt}, spec: {zone | zone_id, script: {…}, filters}}
Json to_json(const DesiredZoneWorker& worker);

}  // namespace plumbline::manifests
