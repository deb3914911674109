#pragma once

#include <array>
#include <span>
#include <string_view>

#include "manifests/documents/schema.h"

/// Tables of what wrangler 4.164 accepts in its configuration (workers-sdk, packages/workers-utils/src/config), and of
/// some newer fields that are uploaded as they are. A field that wrangler refuses is an error here. So is an unknown
/// field that states something, although wrangler only warns: a later wrangler may give it a meaning, and leaving
/// something out of a complete set deletes it. Fields on which nothing live depends are listed as such.
namespace plumbline::manifests {

/// A whole file.
const Shape& wrangler_config_shape();

/// One entry of `env`.
const Shape& wrangler_environment_shape();

/// `.wrangler/deploy/config.json`.
const Shape& wrangler_redirect_shape();

/// Fields that an environment which lacks them does not take from the top level.
std::span<const std::string_view> wrangler_not_inherited();

}  // namespace plumbline::manifests
