#pragma once

#include "manifests/documents/schema.h"
#include "manifests/documents/yaml.h"
#include "manifests/kinds/manifest.h"

namespace plumbline::manifests {

/// Reads a document of `kind: Worker`: merges its layers, substitutes values, and checks the result. All problems are
/// reported. A `broken` draft holds everything that could be read.
WorkerDraft parse_worker(YamlNode document, const ParseContext& context, Report& report);

/// Reads only `metadata`, and checks nothing.
WorkerDraft parse_worker_name(const YamlNode& document, const Report& report);

}  // namespace plumbline::manifests
