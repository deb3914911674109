#pragma once

#include <string>
#include <string_view>

#include "base/json.h"

/// Settings that only an upload takes and that GET settings does not show (see manifests/kinds/setting_facts.h). What a
/// version holds of them is attested; what an upload would drop of them is read before, or said. Pure.
namespace plumbline::reconciler {

/// Whether a setting is one of them: `containers`, `streaming_tail_consumers`, whatever `unsafe.metadata` brings.
bool is_unseen_setting(std::string_view key);

/// Those of `settings`, which are canonical; what is cleared is null.
JsonObject unseen_settings(const JsonObject& settings);

/// 128 bits in hex over unseen_settings(); `-` if there are none.
std::string unseen_digest(const JsonObject& settings);

}  // namespace plumbline::reconciler
