#pragma once

#include "manifests/documents/schema.h"
#include "manifests/documents/yaml.h"
#include "manifests/kinds/manifest.h"

namespace plumbline::manifests {

/// Reads routes, domains, schedules, queue consumers, workflows, assets and migrations of a `spec` that has been
/// checked. Reports problems that no table can express: fields that contradict each other.
void read_triggers(const YamlNode& spec, WorkerDraft& draft, Report& report);

}  // namespace plumbline::manifests
