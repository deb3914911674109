#pragma once

#include "base/json.h"
#include "manifests/documents/schema.h"
#include "manifests/wrangler/wrangler_environment.h"

namespace plumbline::manifests {

/// The metadata that wrangler uploads for a config, under the API's names, without bindings, code,
/// assets and migrations.
JsonObject wrangler_settings(const WranglerEnvironment& config, Report& report);

/// The same for a Worker of static assets without code, of which wrangler uploads less.
JsonObject wrangler_assets_only_settings(const WranglerEnvironment& config, Report& report);

}  // namespace plumbline::manifests
