#pragma once

#include "manifests/documents/schema.h"
#include "manifests/documents/yaml.h"
#include "manifests/kinds/manifest.h"

namespace plumbline::manifests {

/// A whole document of `kind: ZoneWorker`.
const Shape& zone_worker_shape();

/// Reads a document of `kind: ZoneWorker`. All problems are reported.
ZoneWorkerDraft parse_zone_worker(YamlNode document, const ParseContext& context, Report& report);

}  // namespace plumbline::manifests
