#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "base/json.h"
#include "manifests/documents/schema.h"
#include "manifests/wrangler/wrangler_environment.h"
#include "manifests/wrangler/wrangler_fields.h"

namespace plumbline::manifests {

/// A field of a config that states a setting.
struct WranglerSetting {
  enum class Reading : std::uint8_t {
    always,        ///< wrangler uploads it for every Worker, stated or not
    where_stated,  ///< by `value`
  };

  ConfigField field;
  std::string_view setting;  ///< the API's name; see setting_facts.h
  Reading reading = Reading::where_stated;
  /// What is uploaded for what the field states; may be nothing. nullptr: `reading` is `always`.
  std::optional<Json> (*value)(const YamlNode& stated) = nullptr;
};

/// All of them, in the order in which they are uploaded.
std::span<const WranglerSetting> wrangler_setting_rows();

/// The metadata that wrangler uploads for a config, under the API's names. Bindings, code, assets and migrations are
/// left out.
JsonObject wrangler_settings(const WranglerEnvironment& config, Report& report);

/// The same for a Worker of static assets without code; wrangler uploads less for it.
JsonObject wrangler_assets_only_settings(const WranglerEnvironment& config, Report& report);

}  // namespace plumbline::manifests
