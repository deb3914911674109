#pragma once

#include <string>

#include "api/workers.h"

/// The zone-level API of 2018, "Configuration API": one script per zone, and filters instead of today's routes.
/// Deprecated; for accounts that still use it. The client must outlive the calls.
namespace plumbline::api {

/// The script's JavaScript, byte for byte.
Awaitable<Result<std::string>> download_zone_script(const Account& account, std::string zone_id);
/// Items are `{id, pattern, enabled}`. With `enabled` the zone's script runs for the pattern; without it, no script
/// runs there.
Awaitable<Result<JsonArray>> list_filters(const Account& account, std::string zone_id);
}  // namespace plumbline::api
