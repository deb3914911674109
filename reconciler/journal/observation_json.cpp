#include "reconciler/journal/observation_json.h"

#include "api/redact.h"

namespace plumbline::reconciler {
namespace {

std::int64_t seconds(TimePoint time) {
  return std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count();
}

std::vector<std::string> strings(const Json* array) {
  std::vector<std::string> out;
  if (array == nullptr || !array->is_array()) return out;
  for (const auto& item : array->get_array()) {
    if (item.is_string()) out.emplace_back(view(item.get_string()));
  }
  return out;
}

std::map<std::string, std::string> texts(const Json* object) {
  std::map<std::string, std::string> out;
  if (object == nullptr || !object->is_object()) return out;
  for (const auto& entry : object->get_object()) {
    if (entry.value().is_string()) out.emplace(entry.key(), view(entry.value().get_string()));
  }
  return out;
}

std::vector<TimePoint> times(const Json* array) {
  std::vector<TimePoint> out;
  if (array == nullptr || !array->is_array()) return out;
  for (const auto& item : array->get_array()) {
    if (item.is_int64()) out.emplace_back(std::chrono::seconds(item.get_int64()));
  }
  return out;
}

JsonObject* object_in(JsonObject& object, std::string_view key) {
  auto* found = object.if_contains(key);
  return found != nullptr ? found->if_object() : nullptr;
}

// Takes them out of `document`.
PartValues take_parts(JsonObject& document) {
  PartValues parts;
  // Where journals had them that were written before there were parts.
  for (const auto* part : {"subdomain", "schedules", "queue_consumers", "workflows"}) {
    if (auto* value = document.if_contains(part)) parts.emplace(part, std::move(*value));
  }
  auto* all = object_in(document, "parts");
  if (all == nullptr) return parts;
  for (auto& entry : *all) parts.insert_or_assign(std::string(entry.key()), std::move(entry.value()));
  return parts;
}

}  // namespace

Json to_json(const Observation& observation) {
  JsonObject out{{"list_key", observation.list_key},
                 {"settings", api::redacted(observation.settings)},
                 {"version_id", observation.version_id},
                 {"applied", observation.applied},
                 {"managed", JsonArray(observation.managed.begin(), observation.managed.end())},
                 {"observed_at", seconds(observation.observed_at)}};
  JsonObject parts;
  for (const auto& [part, value] : observation.parts) parts.emplace(part, value);
  if (!parts.empty()) out["parts"] = std::move(parts);
  if (observation.attestation) {
    const auto& attestation = *observation.attestation;
    out["attestation"] =
        JsonArray{attestation.key_id, attestation.modules, attestation.assets, attestation.secrets, attestation.unseen};
  }
  if (const auto& author = observation.author) out["author"] = JsonArray{author->writer, author->revision};
  if (const auto& mendings = observation.mendings; !mendings.times.empty()) {
    JsonArray times;
    for (const auto time : mendings.times) times.emplace_back(seconds(time));
    out["mendings"] = JsonObject{{"times", std::move(times)}, {"what", mendings.what}};
  }
  if (const auto& agreed = observation.agreed; agreed != Agreed()) {
    JsonObject values;
    for (const auto& [part, value] : agreed.parts) values.emplace(part, value);
    out["agreed"] = JsonObject{{"settings", api::redacted(agreed.settings)}, {"parts", std::move(values)}};
  }
  if (!observation.version_since.empty()) out["version_since"] = observation.version_since;
  if (!observation.file.empty()) out["file"] = observation.file;
  if (observation.newest_undeployed) out["newest_undeployed"] = true;
  if (observation.released) out["released"] = true;
  JsonObject fingerprints;
  for (const auto& [name, value] : observation.secret_fingerprints) fingerprints.emplace(name, value);
  if (!fingerprints.empty()) out["secret_fingerprints"] = std::move(fingerprints);
  JsonObject ids;
  for (const auto& [name, id] : observation.resource_ids) ids.emplace(name, id);
  if (!ids.empty()) out["resource_ids"] = std::move(ids);
  return out;
}

std::optional<Observation> observation_from_json(Json document) {
  auto* object = document.if_object();
  auto* settings = object != nullptr ? object_in(*object, "settings") : nullptr;
  if (settings == nullptr) return std::nullopt;
  Observation out;
  out.list_key = string_member(document, "list_key");
  out.settings = std::move(*settings);
  out.version_id = string_member(document, "version_id");
  out.version_since = string_member(document, "version_since");
  out.applied = string_member(document, "applied");
  out.file = string_member(document, "file");
  out.managed = strings(member(document, "managed"));
  out.parts = take_parts(*object);
  if (const auto parts = strings(member(document, "attestation")); parts.size() == 4 || parts.size() == 5) {
    // A journal from before the fifth part was added has four.
    out.attestation = Attestation{parts[0], parts[1], parts[2], parts[3], parts.size() == 5 ? parts[4] : "-"};
  }
  if (const auto parts = strings(member(document, "author")); parts.size() == 2) {
    out.author = Author{parts[0], parts[1]};
  }
  out.secret_fingerprints = texts(member(document, "secret_fingerprints"));
  out.resource_ids = texts(member(document, "resource_ids"));
  if (const auto* at = member(document, "observed_at"); at != nullptr && at->is_int64()) {
    out.observed_at = nearest_time(std::chrono::seconds(at->get_int64()));
  }
  if (const auto* mendings = member(document, "mendings")) {
    out.mendings = {times(member(*mendings, "times")), std::string(string_member(*mendings, "what"))};
  }
  if (auto* agreed = object_in(*object, "agreed")) {
    if (auto* values = object_in(*agreed, "settings")) out.agreed.settings = std::move(*values);
    out.agreed.parts = take_parts(*agreed);
  }
  out.newest_undeployed = bool_member(document, "newest_undeployed").value_or(false);
  out.released = bool_member(document, "released").value_or(false);
  out.dirty = false;
  return out;
}

}  // namespace plumbline::reconciler
