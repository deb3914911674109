#pragma once

#include "manifests/documents/schema.h"
#include "manifests/kinds/manifest.h"
#include "manifests/wrangler/wrangler_config.h"
#include "manifests/wrangler/wrangler_environment.h"

namespace plumbline::manifests {

/// Reads everything that is not a setting: routes, custom domains, workers.dev, cron triggers, queue consumers,
/// workflows, static assets and migrations.
void read_wrangler_triggers(const WranglerEnvironment& config, WranglerOrigin origin, WorkerDraft& draft,
                            Report& report);

}  // namespace plumbline::manifests
