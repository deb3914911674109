#pragma once

#include <span>

#include "manifests/documents/schema.h"

namespace plumbline::manifests {

/// What each type of binding needs, by its `type`. A type that is not here passes untouched: the API
/// learns new ones every month.
std::span<const Variant> binding_variants();

}  // namespace plumbline::manifests
