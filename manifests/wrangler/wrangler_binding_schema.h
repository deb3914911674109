#pragma once

#include <vector>

#include "manifests/wrangler/wrangler_fields.h"

namespace plumbline::manifests {

/// The fields of wrangler's configuration that are bindings, or that wrangler handles like bindings.
std::vector<ConfigField> wrangler_binding_fields();

}  // namespace plumbline::manifests
