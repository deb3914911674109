#pragma once

#include "base/json.h"
#include "manifests/documents/schema.h"
#include "manifests/wrangler/wrangler_environment.h"

namespace plumbline::manifests {

/// The metadata that wrangler uploads for a config, under the API's names. Bindings, code, assets and migrations are
/// left out.
JsonObject wrangler_settings(const WranglerEnvironment& config, Report& report);

/// The same for a Worker of static assets without code; wrangler uploads less for it.
JsonObject wrangler_assets_only_settings(const WranglerEnvironment& config, Report& report);

}  // namespace plumbline::manifests
