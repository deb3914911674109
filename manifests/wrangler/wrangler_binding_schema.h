#pragma once

#include <vector>

#include "manifests/wrangler/wrangler_fields.h"

namespace plumbline::manifests {

/// The fields of wrangler's configuration that are bindings, and those that wrangler treats like them.
std::vector<ConfigField> wrangler_binding_fields();

}  // namespace plumbline::manifests
