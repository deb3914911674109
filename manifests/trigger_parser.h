#pragma once

#include "manifests/manifest.h"
#include "manifests/schema.h"
#include "manifests/yaml.h"

namespace plumbline::manifests {

/// Reads routes, domains, schedules, queue consumers, workflows, assets and migrations of a `spec`
/// that has been checked, and reports what no table can say: fields that contradict each other.
void read_triggers(const YamlNode& spec, WorkerDraft& draft, Report& report);

}  // namespace plumbline::manifests
