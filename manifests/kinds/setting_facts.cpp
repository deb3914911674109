#include "manifests/kinds/setting_facts.h"

#include <algorithm>
#include <array>

namespace plumbline::manifests {
namespace {

using enum SettingLevel;
using Call = SettingCall;
using Read = SettingRead;
using Carry = SettingCarry;

// From the schemas of the API reference (https://developers.cloudflare.com/api/resources/workers/, November 2026): the
// bodies of Scripts: Upload, Script And Version Settings: Edit and Settings: Edit; the answers of Scripts: List, Script
// And Version Settings: Get and Beta Workers: Versions: Get. `streaming_tail_consumers` and `code_update_strategy` are
// in no schema; wrangler sends them with uploads.
constexpr auto kFacts = std::to_array<SettingFact>({
    {"bindings", version, Call::settings, Read::settings, Carry::apart},
    {"cache_options", version, Call::settings, Read::list, Carry::as_read},
    {"code_update_strategy", version, Call::upload, Read::nothing, Carry::nothing},
    {"compatibility_date", version, Call::settings, Read::list, Carry::as_read},
    {"compatibility_flags", version, Call::settings, Read::list, Carry::as_read},
    {"containers", version, Call::upload, Read::beta_version, Carry::as_read},
    {"exports", version, Call::settings, Read::list_alone, Carry::as_read},
    {"limits", version, Call::settings, Read::settings, Carry::as_read},
    {"logpush", script, Call::script_settings, Read::list, Carry::as_read},
    {"observability", script, Call::script_settings, Read::list, Carry::as_read},
    {"package_dependencies", version, Call::upload, Read::beta_version, Carry::as_read},
    {"placement", version, Call::settings, Read::list, Carry::as_read},
    {"streaming_tail_consumers", script, Call::upload, Read::nothing, Carry::nothing},
    {"tags", script, Call::script_settings, Read::list, Carry::apart},
    {"tail_consumers", script, Call::script_settings, Read::list, Carry::as_read},
    // Today's plans know only `standard`.
    {"usage_model", version, Call::settings, Read::list, Carry::nothing},
});

}  // namespace

std::span<const SettingFact> setting_facts() {
  return kFacts;
}

SettingFact setting_fact(std::string_view name) {
  const auto* const found = std::ranges::find(kFacts, name, &SettingFact::name);
  return found != kFacts.end() ? *found : SettingFact{.name = name};
}

}  // namespace plumbline::manifests
