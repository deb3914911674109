#pragma once

#include "manifests/documents/schema.h"
#include "manifests/kinds/manifest.h"
#include "manifests/wrangler/wrangler_environment.h"

namespace plumbline::manifests {

/// Reads what leads to a Worker and what lies beside it: routes, custom domains, workers.dev, cron
/// triggers, queue consumers, workflows, static assets and migrations.
void read_wrangler_triggers(const WranglerEnvironment& config, WorkerDraft& draft, Report& report);

}  // namespace plumbline::manifests
