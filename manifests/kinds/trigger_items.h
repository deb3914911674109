#pragma once

#include "manifests/documents/schema.h"
#include "manifests/worker.h"

/// Items of a Worker's triggers that a manifest and a wrangler config write with the same words. What else stands in an
/// item differs between the two: who reads it gives it.
namespace plumbline::manifests {

DesiredQueueConsumer to_consumer(const YamlNode& item, JsonObject settings, const Report& report);
DesiredWorkflow to_workflow(const YamlNode& item, JsonObject settings, const Report& report);
DesiredMigration to_migration(const YamlNode& item, JsonObject steps, const Report& report);

/// Sets the folder of `assets`, and where it is written; false if it leads out of the source, which is reported.
bool take_directory(const YamlNode& directory, DesiredAssets& assets, Report& report);

}  // namespace plumbline::manifests
