#pragma once

#include <string>

#include "api/workers.h"

/// The zone-level API of 2018, "Configuration API": one script a zone, and filters where there are routes today.
/// Deprecated; for accounts that still have them.
namespace plumbline::api {

/// The JavaScript, byte by byte.
Awaitable<Result<std::string>> download_zone_script(const Account& account, std::string zone_id);
/// Each `{id, pattern, enabled}`: `enabled` runs the zone's script for the pattern, without it none runs there.
Awaitable<Result<JsonArray>> list_filters(const Account& account, std::string zone_id);
}  // namespace plumbline::api
