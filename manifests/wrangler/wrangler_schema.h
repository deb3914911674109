#pragma once

#include <array>
#include <span>
#include <string_view>

#include "manifests/documents/schema.h"

/// What wrangler 4.86 accepts in its configuration (workers-sdk, packages/workers-utils/src/config), as
/// tables, and some newer fields that go up as they stand. What it refuses is an error here; so is a field that it does
/// not know and that states something, of which wrangler only warns: a later wrangler may give it a meaning, and what
/// is left out of a complete set is deleted. Fields of which is known that nothing live depends on them are listed.
namespace plumbline::manifests {

/// The whole file.
const Shape& wrangler_config_shape();

/// One entry of `env`.
const Shape& wrangler_environment_shape();

/// `.wrangler/deploy/config.json`.
const Shape& wrangler_redirect_shape();

/// Fields that `env.NAME` does not take from the top level where it lacks them.
std::span<const std::string_view> wrangler_not_inherited();

}  // namespace plumbline::manifests
