#pragma once

#include <string_view>

#include "base/json.h"
#include "simulator/answer.h"
#include "simulator/state.h"
#include "simulator/world.h"

/// Settings beside code and bindings: which of them are versioned, which values are valid, and what reads show.
namespace plumbline::simulator {

/// Checks the shapes and values of all known settings in `stated`; check_date() has the rest. 400/10021 for values that
/// the runtime would refuse, 400/10001 for others.
Try<void> check_settings(const JsonObject& stated);

/// The stated settings that belong to a version: compatibility_date, limits, placement, …
JsonObject versioned_settings(const JsonObject& stated);

/// The stated settings that belong to the Worker: logpush, observability, tags, tail_consumers.
JsonObject worker_settings(const JsonObject& stated);

/// Whether a setting belongs to the Worker and is not versioned.
bool is_worker_setting(std::string_view key);

/// Applies `patch` to `settings` key by key; null removes a key. Ignored are keys that belong to neither group, and
/// `containers`, `package_dependencies` and `streaming_tail_consumers`, which only an upload takes.
void patch_versioned(JsonObject& settings, const JsonObject& patch);
void patch_worker(JsonObject& settings, const JsonObject& patch);

/// The annotations of an upload, without empty ones. 400/10001 if the message has more than 1000 bytes, or the tag more
/// than 100.
Try<JsonObject> read_annotations(const JsonObject& stated);

/// `observability` with every default filled in, as reads show it.
JsonObject expanded_observability(const JsonObject& settings);

/// The value of a setting as stated; `otherwise` if it was not stated.
Json setting_or(const JsonObject& settings, std::string_view key, const Json& otherwise);

/// `compatibility_date`; 2021-11-02 if none was given.
std::string_view compatibility_date(const JsonObject& settings);

/// `placement` with the service's additions; {} if unset.
JsonObject placement_view(const Version& version);

/// compatibility_flags in the server's own order.
JsonArray flags_view(const JsonObject& settings);

/// GET …/settings for one version.
JsonObject settings_view(const World& world, const Worker& worker, const Version& version);

/// GET …/script-settings.
JsonObject script_settings_view(const Worker& worker);

}  // namespace plumbline::simulator
