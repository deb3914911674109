#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace plumbline::manifests {

/// Whose a setting is. What is the version's changes with a new version alone; what is the script's at any time.
enum class SettingLevel : std::uint8_t { version, script };

/// The cheapest call that takes a setting. Each call takes what the cheaper ones take as well.
enum class SettingCall : std::uint8_t {
  script_settings,  ///< PATCH script-settings: no new version
  settings,         ///< PATCH settings: a new version with the code of the one before
  upload,           ///< PUT of the Worker alone
};

/// The cheapest read that shows a setting.
enum class SettingRead : std::uint8_t {
  list,          ///< the list of Workers, and GET settings as well
  list_alone,    ///< the list of Workers; whether GET settings shows it is not documented
  settings,      ///< GET settings
  beta_version,  ///< GET workers/workers/{worker}/versions/{version} alone
  nothing,
};

/// What an upload does about a setting that the manifest does not mention. It would reset it.
enum class SettingCarry : std::uint8_t {
  as_read,  ///< sends the live value
  apart,    ///< bindings are inherited, tags hold the owner as well
  nothing,  ///< left to the service, or not readable
};

/// One setting of the metadata of PUT /accounts/{account_id}/workers/scripts/{script_name}.
struct SettingFact {
  std::string_view name;
  SettingLevel level = SettingLevel::version;
  SettingCall call = SettingCall::upload;
  SettingRead read = SettingRead::nothing;
  SettingCarry carry = SettingCarry::nothing;

  /// Whether what a version holds of it has to be attested, because PATCH settings cannot mend it and no read that
  /// every account has shows it.
  [[nodiscard]] constexpr bool is_unseen() const { return call == SettingCall::upload; }
};

/// Every setting that is known.
std::span<const SettingFact> setting_facts();

/// Of a setting that nobody knows (`unsafe.metadata` of a wrangler config): an upload takes it, no read shows it.
SettingFact setting_fact(std::string_view name);

}  // namespace plumbline::manifests
