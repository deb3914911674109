#pragma once

#include <string>

#include "api/workers.h"

/// The zone-level API of 2018, "Configuration API": one script a zone, and filters where there are routes today.
/// Deprecated; for accounts that still have them.
namespace plumbline::api {

/// PUT /zones/{zone_id}/workers/script with the JavaScript itself. The page shows no answer: an empty object where none
/// came.
Awaitable<Result<JsonObject>> put_zone_script(const Account& account, std::string zone_id, std::string script);
/// The JavaScript, byte by byte.
Awaitable<Result<std::string>> download_zone_script(const Account& account, std::string zone_id);
/// A script that is already gone (10007) is success.
Awaitable<Result<void>> delete_zone_script(const Account& account, std::string zone_id);

/// Each `{id, pattern, enabled}`: `enabled` runs the zone's script for the pattern, without it none runs there.
Awaitable<Result<JsonArray>> list_filters(const Account& account, std::string zone_id);
/// Gives `{id}`. A pattern that exists is ErrorKind::conflict (409).
Awaitable<Result<JsonObject>> create_filter(const Account& account, std::string zone_id, JsonObject filter);
/// The page shows no answer: an empty object where none came.
Awaitable<Result<JsonObject>> update_filter(const Account& account, std::string zone_id, std::string filter_id,
                                            JsonObject filter);
/// A filter that is already gone (10009) is success.
Awaitable<Result<void>> delete_filter(const Account& account, std::string zone_id, std::string filter_id);

}  // namespace plumbline::api
