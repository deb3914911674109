#pragma once

#include <span>

#include "manifests/documents/schema.h"

namespace plumbline::manifests {

/// The fields that each type of binding needs, by its `type`. A type that is missing here passes unchecked, because the
/// API gets new ones every month.
std::span<const Variant> binding_variants();

}  // namespace plumbline::manifests
