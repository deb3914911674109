#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "base/json.h"
#include "manifests/documents/schema.h"

/// What is known of each setting of a Worker: all of it stands in the table of setting_facts.cpp, one row for each.
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

/// Where the field of a setting stands among those of a manifest's `spec`.
enum class SettingSection : std::uint8_t {
  none,       ///< no manifest may state it; it is known because it may be live
  runtime,    ///< what the code runs on
  operation,  ///< how it is run
  passed_on,  ///< metadata of the upload that is passed on unchanged
};

/// What a value says beyond its shape: which spellings of it are the same, and whom it names.
enum class SettingForm : std::uint8_t {
  plain,      ///< what stands there
  texts,      ///< a set of texts, whose order and repetitions say nothing
  tags,       ///< the same; some of those that are live are kept there by the service and by Plumbline
  consumers,  ///< a set of objects, each with the Worker that receives something under `service`
  placement,  ///< a place, which the API writes in several ways
  bindings,   ///< objects by name, or a list of them
};

/// A day of the runtime.
inline constexpr Shape kDateShape{
    .type = Type::string, .rule = date_problem, .pattern = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"};

/// The range and the default of `head_sampling_rate`, a share of calls.
inline constexpr Shape kSamplingRate{.type = Type::number, .minimum = 0, .maximum = 1};
inline constexpr int kSamplingDefault = 1;

/// What the service takes for the members that an object leaves out.
using ServiceDefaults = JsonObject (*)(const Json& object);

/// One setting of the metadata of PUT /accounts/{account_id}/workers/scripts/{script_name}.
struct SettingFact {
  std::string_view name;
  SettingLevel level = SettingLevel::version;
  SettingCall call = SettingCall::upload;
  SettingRead read = SettingRead::nothing;
  SettingCarry carry = SettingCarry::nothing;

  // Its field in a manifest.
  SettingSection section = SettingSection::none;
  Shape shape{};
  std::string_view documentation{};  ///< one sentence without a full stop

  SettingForm form = SettingForm::plain;
  /// Whether the keys of its object are managed one by one, so that those which a manifest leaves out stay as they are.
  bool is_merged = false;
  std::string_view cleared{};          ///< what is sent to clear it, as JSON; empty: what the manifest states
  std::string_view service_default{};  ///< a text that means the same as leaving it out; empty: none does
  ServiceDefaults defaults = nullptr;  ///< of an object; nullptr: it has none

  /// The row with a field in a manifest.
  [[nodiscard]] constexpr SettingFact stated(SettingSection where, const Shape& as, std::string_view described) const {
    SettingFact row = *this;
    row.section = where;
    row.shape = as;
    row.documentation = described;
    return row;
  }
  [[nodiscard]] constexpr SettingFact of(SettingForm what) const {
    SettingFact row = *this;
    row.form = what;
    return row;
  }
  [[nodiscard]] constexpr SettingFact merged() const {
    SettingFact row = *this;
    row.is_merged = true;
    return row;
  }
  [[nodiscard]] constexpr SettingFact cleared_by(std::string_view json) const {
    SettingFact row = *this;
    row.cleared = json;
    return row;
  }
  [[nodiscard]] constexpr SettingFact preset(std::string_view text) const {
    SettingFact row = *this;
    row.service_default = text;
    return row;
  }
  [[nodiscard]] constexpr SettingFact completed_by(ServiceDefaults values) const {
    SettingFact row = *this;
    row.defaults = values;
    return row;
  }

  [[nodiscard]] constexpr Field field() const { return {name, shape, documentation}; }

  /// Whether a version has to attest its value of this setting: PATCH settings cannot change it, and no read that every
  /// account has shows it.
  [[nodiscard]] constexpr bool is_unseen() const { return call == SettingCall::upload; }

  /// Whether its value may name other Workers.
  [[nodiscard]] constexpr bool names_workers() const {
    return form == SettingForm::bindings || form == SettingForm::consumers;
  }
};

/// All known settings, by name.
std::span<const SettingFact> setting_facts();

/// The same in the order of a manifest's fields.
std::span<const SettingFact> setting_rows();

/// The facts about one setting. For an unknown one (`unsafe.metadata` of a wrangler config): an upload takes it, and no
/// read shows it; its name is empty.
const SettingFact& setting_fact(std::string_view name);

/// A member of the same metadata that is no setting.
struct OtherMetadata {
  std::string_view name;
  std::string_view mend{};  ///< what a manifest says in its place; empty: a manifest has a field of this name
};

/// All of them: whatever writes the metadata makes them, and a read that shows them shows no setting.
std::span<const OtherMetadata> other_metadata();

bool is_other_metadata(std::string_view name);

}  // namespace plumbline::manifests
