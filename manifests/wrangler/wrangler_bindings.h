#pragma once

#include "base/json.h"
#include "manifests/documents/schema.h"
#include "manifests/wrangler/wrangler_environment.h"

namespace plumbline::manifests {

/// The bindings that wrangler uploads for a config, in the API's form and keyed by name: vars, resources and
/// `unsafe.bindings`, but not secrets. A resource without an id is an error: wrangler would create it, but Plumbline
/// creates none. A name that occurs twice is an error.
JsonObject wrangler_bindings(const WranglerEnvironment& config, Report& report);

}  // namespace plumbline::manifests
