#include "reconciler/parts/unseen.h"

#include <algorithm>

#include "base/digest.h"
#include "manifests/kinds/setting_facts.h"

namespace plumbline::reconciler {
namespace {

using manifests::SettingRead;

// An upload leaves it out.
bool is_cleared(const Json& value) {
  if (const auto* object = value.if_object()) return object->empty();
  if (const auto* array = value.if_array()) return array->empty();
  return value.is_null();
}

// Whether the active version holds nothing unseen but what the manifest states: we made it and attested so.
bool holds_no_more(const Target& target, const LiveWorker& live) {
  const auto attestation = known_attestation(live);
  return attestation.is_known() && (attestation->unseen == "-" || attestation->unseen == target.attestation.unseen);
}

// Settings that the manifest leaves alone and that nobody could read.
std::vector<std::string> unread_settings(const Target& target, const LiveWorker& live) {
  const bool no_more = holds_no_more(target, live);
  std::vector<std::string> names;
  for (const auto& fact : manifests::setting_facts()) {
    if (!fact.is_unseen() || target.desired->settings.contains(fact.name)) continue;
    // Of what a version of ours carries on it attests nothing.
    const bool seen = fact.read == SettingRead::beta_version ? live.beta_version.is_known() : no_more;
    if (!seen) names.emplace_back(fact.name);
  }
  return names;
}

}  // namespace

bool is_unseen_setting(std::string_view key) {
  return manifests::setting_fact(key).is_unseen();
}

JsonObject unseen_settings(const JsonObject& settings) {
  JsonObject unseen;
  for (const auto& entry : settings) {
    if (!is_unseen_setting(entry.key())) continue;
    unseen[entry.key()] = is_cleared(entry.value()) ? Json(nullptr) : entry.value();
  }
  return unseen;
}

std::string unseen_digest(const JsonObject& settings) {
  const auto unseen = unseen_settings(settings);
  return unseen.empty() ? "-" : truncated(sha256_hex(to_canonical_text(unseen)));
}

bool carries_of_beta_version(const Target& target) {
  return std::ranges::any_of(manifests::setting_facts(), [&target](const auto& fact) {
    return fact.read == SettingRead::beta_version && !target.desired->settings.contains(fact.name);
  });
}

std::vector<Diagnostic> notes_before_upload(const Target& target, const LiveWorker& live) {
  const auto names = unread_settings(target, live);
  if (names.empty()) return {};
  std::string list;
  for (const auto& name : names) list += (list.empty() ? "" : ", ") + name;
  return {{Severity::warning, target.desired->where,
           "the upload of Worker \"" + target.desired->name +
               "\" would drop what Plumbline cannot see of the live one, if it is there: " + list,
           "state in the manifest what is to stay"}};
}

}  // namespace plumbline::reconciler
