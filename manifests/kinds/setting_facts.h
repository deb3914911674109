#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace plumbline::manifests {

/// Whether a setting belongs to the version or to the script. A version's settings change only with a new version, a
/// script's at any time.
enum class SettingLevel : std::uint8_t { version, script };

/// The cheapest call that can change a setting. Each call can change everything that the cheaper ones can.
enum class SettingCall : std::uint8_t {
  script_settings,  ///< PATCH script-settings: no new version
  settings,         ///< PATCH settings: a new version with the code of the previous one
  upload,           ///< only PUT of the Worker
};

/// The cheapest read that shows a setting.
enum class SettingRead : std::uint8_t {
  list,          ///< the list of Workers, and GET settings as well
  list_alone,    ///< the list of Workers; it is not documented whether GET settings shows it
  settings,      ///< GET settings
  beta_version,  ///< only GET workers/workers/{worker}/versions/{version}
  nothing,
};

/// What an upload sends for a setting that the manifest does not mention, because the upload would otherwise reset it.
enum class SettingCarry : std::uint8_t {
  as_read,  ///< sends the live value
  apart,    ///< sent in another form: bindings are inherited, tags hold the owner as well
  nothing,  ///< nothing: the service decides, or the value cannot be read
};

/// One setting of the metadata of PUT /accounts/{account_id}/workers/scripts/{script_name}.
struct SettingFact {
  std::string_view name;
  SettingLevel level = SettingLevel::version;
  SettingCall call = SettingCall::upload;
  SettingRead read = SettingRead::nothing;
  SettingCarry carry = SettingCarry::nothing;

  /// Whether a version has to attest its value of this setting: PATCH settings cannot change it, and no read that every
  /// account has shows it.
  [[nodiscard]] constexpr bool is_unseen() const { return call == SettingCall::upload; }
};

/// All known settings.
std::span<const SettingFact> setting_facts();

/// The facts about one setting. For an unknown one (`unsafe.metadata` of a wrangler config): an upload takes it, and no
/// read shows it.
SettingFact setting_fact(std::string_view name);

}  // namespace plumbline::manifests
