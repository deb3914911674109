#pragma once

#include "manifests/manifest.h"
#include "manifests/schema.h"
#include "manifests/yaml.h"

namespace plumbline::manifests {

/// Reads a document of `kind: Worker`. Reports everything that is wrong with it; a draft that is
/// `broken` holds what could be read all the same.
WorkerDraft parse_worker(const YamlNode& document, Report& report);

/// Reads no more than `metadata`, and checks nothing.
WorkerDraft parse_worker_name(const YamlNode& document, const Report& report);

}  // namespace plumbline::manifests
