#pragma once

#include "manifests/documents/schema.h"
#include "manifests/documents/yaml.h"
#include "manifests/kinds/manifest.h"

namespace plumbline::manifests {

/// Reads a document of `kind: Worker`: merges its layers, substitutes values, checks what comes out.
/// Reports everything that is wrong with it; a draft that is `broken` holds what could be read all
/// the same.
WorkerDraft parse_worker(YamlNode document, const ParseContext& context, Report& report);

/// Reads no more than `metadata`, and checks nothing.
WorkerDraft parse_worker_name(const YamlNode& document, const Report& report);

}  // namespace plumbline::manifests
