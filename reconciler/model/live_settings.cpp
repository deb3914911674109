#include "reconciler/model/live_settings.h"

#include "manifests/kinds/setting_facts.h"

namespace plumbline::reconciler {
namespace {

using manifests::SettingFact;
using manifests::SettingRead;

// Whether it can change without a new version, and so without anything else that the list shows: what the list tells of
// it is newer than any memory.
bool moves_alone(const SettingFact& fact) {
  return fact.level == manifests::SettingLevel::script && fact.read == SettingRead::list;
}

// It is not documented whether settings show the newest version or the active one. An upload lets bindings inherit from
// the newest version, so the bindings of that one count.
const Json* bindings_of_newest(const LiveWorker& worker) {
  return is_rolled_back(worker) ? member(newest_version(worker)->settings, "bindings") : nullptr;
}

}  // namespace

LiveSettings::LiveSettings(const LiveWorker& worker) : entry_(&*worker.entry) {
  if (worker.settings.is_known()) {
    settings_ = &*worker.settings;
    bindings_ = bindings_of_newest(worker);
  } else if (worker.settings.is_unknown() && worker.clean && worker.memory) {
    settings_ = &worker.memory->settings;
    from_memory_ = true;
  }
}

const Json* LiveSettings::find(std::string_view key) const {
  if (settings_ == nullptr) return nullptr;
  if (bindings_ != nullptr && key == "bindings") return bindings_;
  const auto& fact = manifests::setting_fact(key);
  if (from_memory_ && moves_alone(fact)) {
    if (const auto* listed = member(*entry_, key)) return listed;
  }
  const auto* value = member(*settings_, key);
  // Some are sure to be shown by the list alone.
  return value == nullptr && fact.read == SettingRead::list_alone ? member(*entry_, key) : value;
}

JsonObject LiveSettings::copy() const {
  JsonObject out;
  if (settings_ == nullptr) return out;
  out = *settings_;
  for (const auto& fact : manifests::setting_facts()) {
    const auto* value = find(fact.name);
    if (value != nullptr && value != member(*settings_, fact.name)) out[fact.name] = *value;
  }
  return out;
}

}  // namespace plumbline::reconciler
