#include "reconciler/model/canonical.h"

#include <algorithm>
#include <array>
#include <set>

#include "api/redact.h"
#include "manifests/kinds/binding_facts.h"
#include "manifests/kinds/setting_facts.h"
#include "reconciler/model/ownership.h"

namespace plumbline::reconciler {
namespace {

using Form = manifests::SettingForm;

bool is_secret_type(std::string_view type) {
  const auto* fact = manifests::binding_fact(type);
  return fact != nullptr && fact->is_secret;
}

// null, [], {} and false are what the service writes for "not set", each where it pleases.
bool is_empty(const Json* value) {
  if (value == nullptr || value->is_null()) return true;
  if (const auto* object = value->if_object()) {
    // `{enabled: false, head_sampling_rate: 1, …}` is how a read spells "off".
    const bool off = bool_member(*value, "enabled") == false;
    return std::ranges::all_of(
        *object, [off](const auto& entry) { return is_empty(&entry.value()) || (off && !entry.value().is_object()); });
  }
  if (const auto* array = value->if_array()) return array->empty();
  return value->is_bool() && !value->get_bool();
}

// What a manifest writes to clear a field. An object that states keys, even as false, is compared
// key by key.
bool is_cleared(const Json& desired) {
  if (const auto* object = desired.if_object()) return object->empty();
  return is_empty(&desired);
}

Json without_nulls(const Json& value) {
  if (const auto* object = value.if_object()) {
    JsonObject out;
    for (const auto& entry : *object) {
      if (!entry.value().is_null()) out.emplace(entry.key(), without_nulls(entry.value()));
    }
    return out;
  }
  if (const auto* array = value.if_array()) {
    JsonArray out;
    for (const auto& item : *array) out.push_back(without_nulls(item));
    return out;
  }
  return value;
}

JsonObject canonical_binding(const JsonObject& binding) {
  JsonObject out;
  const std::string type(string_member(binding, "type"));
  for (const auto& entry : binding) {
    // Of a kind of secret that we do not know yet no value is compared, since no read may show it.
    if (entry.key() != "name" && !api::is_value_of_secret(type, entry.key())) out.insert(entry);
  }
  // Reads of service and Durable Object bindings carry the environment that every Worker has.
  if (string_member(out, "environment") == "production") out.erase("environment");
  // Reads may show a member under both of its names.
  if (const auto* fact = manifests::binding_fact(type); fact != nullptr && !fact->alias.older.empty()) {
    const auto& [older, name] = fact->alias;
    if (!out.contains(name) && out.contains(older)) out.emplace(name, Json(out.at(older)));
    out.erase(older);
  }
  return out;
}

JsonObject canonical_bindings(const Json& bindings) {
  JsonObject out;
  const auto add = [&out](std::string_view name, const Json& binding) {
    if (!binding.is_object() || is_secret_type(string_member(binding, "type"))) return;
    out[name] = canonical_binding(binding.get_object());
  };
  if (const auto* array = bindings.if_array()) {
    for (const auto& binding : *array) add(string_member(binding, "name"), binding);
  } else if (const auto* object = bindings.if_object()) {
    for (const auto& entry : *object) add(view(boost::json::string(entry.key())), entry.value());
  }
  return out;
}

JsonArray sorted_set(const Json& value, bool (*keep)(std::string_view)) {
  std::set<std::string> items;
  if (const auto* array = value.if_array()) {
    for (const auto& item : *array) {
      if (item.is_string() && keep(view(item.get_string()))) {
        items.emplace(view(item.get_string()));
      }
    }
  }
  return JsonArray(items.begin(), items.end());
}

JsonArray sorted_consumers(const Json& value) {
  std::vector<Json> consumers;
  if (const auto* array = value.if_array()) {
    for (const auto& item : *array) {
      consumers.push_back(without_nulls(item));
      if (string_member(consumers.back(), "environment") == "production") {
        consumers.back().get_object().erase("environment");
      }
    }
  }
  std::ranges::sort(consumers, {}, [](const Json& item) { return to_canonical_text(item); });
  return JsonArray(consumers.begin(), consumers.end());
}

// The API writes one placement in several ways: a place with `mode: targeted` or without a mode, the place alone or in
// `target`, and {} or `mode: off` for none (union WorkersPlacementMode… of Scripts: Upload). Here a place stands beside
// `mode: targeted`, and none is {}.
Json canonical_placement(const Json& value) {
  if (!value.is_object()) return value;
  JsonObject out = without_nulls(value).get_object();
  // What smart placement found out; not a setting.
  for (const auto* key : {"last_analyzed_at", "status"}) out.erase(key);
  if (const auto* target = member(out, "target"); target != nullptr && target->is_array()) {
    const JsonArray places = target->get_array();
    if (places.size() == 1 && places.front().is_object()) {
      out.erase("target");
      for (const auto& entry : places.front().get_object()) out.insert(entry);
    }
  }
  if (string_member(out, "mode") == "off") return JsonObject();
  constexpr std::array<std::string_view, 4> kPlaces{"region", "hostname", "host", "target"};
  const bool placed = std::ranges::any_of(kPlaces, [&out](auto key) { return out.contains(key); });
  if (placed && !out.contains("mode")) out["mode"] = "targeted";
  return out;
}

// What the service adds to a settings document and nobody sets.
constexpr std::array<std::string_view, 19> kReadOnly{"created_on",
                                                     "deployment_id",
                                                     "entry_point",
                                                     "etag",
                                                     "handlers",
                                                     "has_assets",
                                                     "has_modules",
                                                     "id",
                                                     "last_deployed_from",
                                                     "migration_tag",
                                                     "modified_on",
                                                     "named_handlers",
                                                     "placement_mode",
                                                     "placement_status",
                                                     "routes",
                                                     "startup_time_ms",
                                                     "tag",
                                                     "pipeline_hash",
                                                     "exports_reconciliation"};

bool is_setting(std::string_view key) {
  return !manifests::is_other_metadata(key) && std::ranges::find(kReadOnly, key) == kReadOnly.end();
}

bool is_service_default(const manifests::SettingFact& fact, const Json& value) {
  return !fact.service_default.empty() && value.is_string() && view(value.get_string()) == fact.service_default;
}

Json canonical_value(const manifests::SettingFact& fact, const Json& value) {
  switch (fact.form) {
    case Form::plain:
      break;
    case Form::texts:
      return sorted_set(value, [](std::string_view) { return true; });
    case Form::tags:
      return sorted_set(value, [](std::string_view tag) { return !is_reserved_tag(tag); });
    case Form::consumers:
      return sorted_consumers(value);
    case Form::placement:
      return canonical_placement(value);
    case Form::bindings:
      return canonical_bindings(value);
  }
  return is_service_default(fact, value) ? Json(nullptr) : value;
}

void fill_in(JsonObject& target, const JsonObject& defaults) {
  for (const auto& entry : defaults) {
    Json& value = target[entry.key()];
    if (value.is_null()) {
      value = entry.value();
    } else if (value.is_object() && entry.value().is_object()) {
      fill_in(value.get_object(), entry.value().get_object());
    }
  }
}

// What no object says is not the service's to complete.
void complete(const manifests::SettingFact& fact, Json& value) {
  if (!value.is_object() && !value.is_null()) return;
  if (value.is_null()) value = JsonObject();
  fill_in(value.get_object(), fact.defaults(value));
}

}  // namespace

JsonObject canonical_settings(const JsonObject& settings) {
  JsonObject out;
  for (const auto& entry : settings) {
    const std::string_view key = entry.key();
    if (!is_setting(key)) continue;
    out.emplace(key, canonical_value(manifests::setting_fact(key), entry.value()));
  }
  return out;
}

JsonObject with_service_defaults(JsonObject canonical_live) {
  for (const auto& fact : manifests::setting_facts()) {
    if (fact.defaults != nullptr) complete(fact, canonical_live[fact.name]);
  }
  return canonical_live;
}

std::optional<Json> canonical_setting(std::string_view name, const Json* live) {
  const auto& fact = manifests::setting_fact(name);
  std::optional<Json> value;
  if (live != nullptr && is_setting(name)) value = canonical_value(fact, *live);
  if (fact.defaults != nullptr) complete(fact, value ? *value : value.emplace(nullptr));
  return value;
}

bool is_canonical(std::string_view name, const Json* live) {
  const auto& fact = manifests::setting_fact(name);
  if (fact.defaults != nullptr) return false;
  return live == nullptr || (fact.form == Form::plain && is_setting(name) && !is_service_default(fact, *live));
}

bool is_unset(const Json* live) {
  return is_empty(live);
}

std::vector<std::string> secret_names(const Json* bindings) {
  std::vector<std::string> names;
  if (bindings == nullptr || !bindings->is_array()) return names;
  for (const auto& binding : bindings->get_array()) {
    if (is_secret_type(string_member(binding, "type"))) {
      names.emplace_back(string_member(binding, "name"));
    }
  }
  std::ranges::sort(names);
  return names;
}

bool satisfies(const Json* live, const Json& desired) {
  if (is_cleared(desired)) return is_empty(live);
  if (const auto* stated = desired.if_object()) {
    // A missing object holds what an empty one does: `{enabled: false}` is met by nothing at all.
    if (live != nullptr && !live->is_object() && !live->is_null()) return false;
    return std::ranges::all_of(*stated, [live](const auto& entry) {
      return satisfies(live != nullptr ? member(*live, entry.key()) : nullptr, entry.value());
    });
  }
  if (live == nullptr || !live->is_structured()) return live != nullptr && equal(*live, desired);
  return equal(without_nulls(*live), without_nulls(desired));
}

bool binding_satisfies(const JsonObject& live, const JsonObject& desired) {
  for (const auto& entry : desired) {
    const auto* value = member(live, entry.key());
    // Every key of it has a meaning.
    const bool whole = manifests::is_users_document(entry.key());
    const bool same = whole ? value != nullptr && equal(*value, entry.value()) : satisfies(value, entry.value());
    if (!same) return false;
  }
  const auto* fact = manifests::binding_fact(string_member(desired, "type"));
  return fact == nullptr || std::ranges::all_of(fact->table.fields, [&](const manifests::Field& field) {
           return !fact->counts_where_left_out(field) || desired.contains(field.name) ||
                  is_empty(member(live, field.name));
         });
}

std::optional<Json> as_stated(const Json* live, const Json& stated) {
  if (satisfies(live, stated)) return stated;
  if (is_unset(live)) return std::nullopt;
  const auto* object = stated.if_object();
  if (object == nullptr || object->empty() || !live->is_object()) return *live;
  JsonObject out;
  for (const auto& entry : *object) {
    if (auto value = as_stated(member(*live, entry.key()), entry.value())) out[entry.key()] = std::move(*value);
  }
  if (out.empty()) return std::nullopt;
  return out;
}

bool is_script_setting(std::string_view key) {
  return manifests::setting_fact(key).call == manifests::SettingCall::script_settings;
}

}  // namespace plumbline::reconciler
