#pragma once

#include "manifests/documents/schema.h"
#include "manifests/documents/yaml.h"
#include "manifests/kinds/manifest.h"

namespace plumbline::manifests {

/// The whole of a `kind: ZoneWorker` document.
const Shape& zone_worker_shape();

/// Reads a document of `kind: ZoneWorker`.
ZoneWorkerDraft parse_zone_worker(YamlNode document, const ParseContext& context, Report& report);

}  // namespace plumbline::manifests
