#pragma once

#include <array>
#include <span>
#include <string_view>

#include "manifests/schema.h"

/// What wrangler 4.86 accepts in its configuration (workers-sdk, packages/workers-utils/src/config), as
/// tables. What it refuses is an error here, what it warns of is a warning.
namespace plumbline::manifests {

/// The whole file.
const Shape& wrangler_config_shape();

/// One entry of `env`.
const Shape& wrangler_environment_shape();

/// Fields that `env.NAME` does not take from the top level where it lacks them.
std::span<const std::string_view> wrangler_not_inherited();

}  // namespace plumbline::manifests
