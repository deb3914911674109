#pragma once

#include "base/json.h"
#include "manifests/documents/schema.h"
#include "manifests/wrangler/wrangler_environment.h"

namespace plumbline::manifests {

/// The bindings that wrangler uploads for a config, in the API's form and keyed by name: vars, resources
/// and `unsafe.bindings`, but not secrets. Resources that wrangler would make, because their id is
/// missing, are errors: nothing here makes any. Names that occur twice are errors.
JsonObject wrangler_bindings(const WranglerEnvironment& config, Report& report);

}  // namespace plumbline::manifests
