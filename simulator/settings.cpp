#include "simulator/settings.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>
#include <span>

#include "base/text.h"
#include "simulator/bindings.h"
#include "simulator/setting_values.h"

namespace plumbline::simulator {
namespace {

enum class Shape { text, flag, object, texts, objects };

/// Which calls take a setting: an upload and the patches, or an upload alone.
enum class Taken { everywhere, by_upload };

struct Setting {
  std::string_view key;
  Shape shape;
  Taken taken = Taken::everywhere;
};

// Upload metadata of PUT …/workers/scripts/{script_name}, developers.cloudflare.com/api.
constexpr std::array kVersioned{Setting{"compatibility_date", Shape::text},
                                Setting{"compatibility_flags", Shape::texts},
                                Setting{"usage_model", Shape::text},
                                Setting{"placement", Shape::object},
                                Setting{"limits", Shape::object},
                                Setting{"cache_options", Shape::object},
                                Setting{"exports", Shape::object},
                                Setting{"containers", Shape::objects, Taken::by_upload},
                                Setting{"package_dependencies", Shape::objects, Taken::by_upload}};
constexpr std::array kOfWorker{Setting{"logpush", Shape::flag}, Setting{"observability", Shape::object},
                               Setting{"tags", Shape::texts}, Setting{"tail_consumers", Shape::objects},
                               Setting{"streaming_tail_consumers", Shape::objects, Taken::by_upload}};

constexpr std::size_t kMostTags = 10;
constexpr std::size_t kLongestTag = 1024;
constexpr std::string_view kDefaultDate = "2021-11-02";

bool all_of_kind(const Json& value, bool (*is)(const Json&)) {
  return value.is_array() && std::ranges::all_of(value.get_array(), is);
}

bool fits(const Json& value, Shape shape) {
  switch (shape) {
    case Shape::text:
      return value.is_string();
    case Shape::flag:
      return value.is_bool();
    case Shape::object:
      return value.is_object();
    case Shape::texts:
      return all_of_kind(value, [](const Json& v) { return v.is_string(); });
    case Shape::objects:
      return all_of_kind(value, [](const Json& v) { return v.is_object(); });
  }
  return false;
}

Try<void> check_shapes(const JsonObject& stated, std::span<const Setting> settings) {
  for (const auto& setting : settings) {
    const auto* value = member(stated, setting.key);
    if (value && !value->is_null() && !fits(*value, setting.shape)) {
      return refuse(400, 10001, fmt::format("`{}` has the wrong type.", setting.key));
    }
  }
  return {};
}

Try<void> check_tags(const JsonObject& stated) {
  const auto* tags = member(stated, "tags");
  if (!tags || !tags->is_array()) return {};
  if (tags->get_array().size() > kMostTags) return refuse(400, 10001, "More than 10 tags.");
  for (const auto& tag : tags->get_array()) {
    if (tag.get_string().size() > kLongestTag) {
      return refuse(400, 10001, "A tag is longer than 1024 characters.");
    }
  }
  return {};
}

Try<void> check_observability(const JsonObject& stated) {
  const auto* value = member(stated, "observability");
  if (!value || value->is_null()) return {};
  if (!bool_member(*value, "enabled")) {
    return refuse(400, 10001, "`observability.enabled` is required.");
  }
  return {};
}

JsonObject pick(const JsonObject& stated, std::span<const Setting> settings) {
  JsonObject out;
  for (const auto& setting : settings) {
    const auto* value = member(stated, setting.key);
    if (value && !value->is_null()) out[setting.key] = *value;
  }
  return out;
}

void patch(JsonObject& settings, const JsonObject& patch, std::span<const Setting> keys) {
  for (const auto& key : keys) {
    const auto* value = member(patch, key.key);
    if (!value || key.taken == Taken::by_upload) continue;
    if (value->is_null()) {
      settings.erase(key.key);
    } else {
      settings[key.key] = *value;
    }
  }
}

/// Merges the stated members over the defaults; null counts as not stated.
JsonObject with_defaults(JsonObject defaults, const Json* stated) {
  if (!stated || !stated->is_object()) return defaults;
  for (const auto& [key, value] : stated->get_object()) {
    if (!value.is_null()) defaults[key] = value;
  }
  return defaults;
}

Json value_or_null(const JsonObject& settings, std::string_view key) {
  const auto* found = member(settings, key);
  const bool is_empty = !found || (found->is_array() && found->get_array().empty());
  return is_empty ? Json(nullptr) : *found;
}

}  // namespace

Try<void> check_settings(const JsonObject& stated) {
  if (auto ok = check_shapes(stated, kVersioned); !ok) return ok;
  if (auto ok = check_shapes(stated, kOfWorker); !ok) return ok;
  const auto date = string_member(stated, "compatibility_date");
  if (!date.empty() && !is_date(date)) {
    return refuse(400, 10021, fmt::format("Invalid compatibility date: {}.", printable(date)));
  }
  if (auto ok = check_tags(stated); !ok) return ok;
  if (auto ok = check_observability(stated); !ok) return ok;
  return check_values(stated);
}

JsonObject versioned_settings(const JsonObject& stated) {
  return pick(stated, kVersioned);
}

JsonObject worker_settings(const JsonObject& stated) {
  return pick(stated, kOfWorker);
}

bool is_worker_setting(std::string_view key) {
  return std::ranges::find(kOfWorker, key, &Setting::key) != kOfWorker.end();
}

void patch_versioned(JsonObject& settings, const JsonObject& change) {
  patch(settings, change, kVersioned);
}

void patch_worker(JsonObject& settings, const JsonObject& change) {
  patch(settings, change, kOfWorker);
}

Try<JsonObject> read_annotations(const JsonObject& stated) {
  static constexpr std::array<std::pair<std::string_view, std::size_t>, 3> kKeys{
      {{"workers/message", 1000}, {"workers/tag", 100}, {"workers/alias", 63}}};
  JsonObject out;
  const auto* annotations = member(stated, "annotations");
  if (!annotations || annotations->is_null()) return out;
  if (!annotations->is_object()) return refuse(400, 10001, "`annotations` is not an object.");
  for (const auto& [key, limit] : kKeys) {
    const auto text = string_member(*annotations, key);
    if (text.size() > limit) {
      return refuse(400, 10001, fmt::format("Annotation {} is longer than {} bytes.", key, limit));
    }
    if (!text.empty()) out[key] = text;
  }
  return out;
}

JsonObject expanded_observability(const JsonObject& settings) {
  const auto* stated = member(settings, "observability");
  const bool enabled = stated && bool_member(*stated, "enabled").value_or(false);
  auto out = with_defaults({{"enabled", enabled}, {"head_sampling_rate", 1}, {"redact_query_string", false}}, stated);
  out["logs"] = with_defaults({{"enabled", enabled},
                               {"head_sampling_rate", 1},
                               {"invocation_logs", true},
                               {"persist", true},
                               {"destinations", JsonArray()}},
                              stated ? member(*stated, "logs") : nullptr);
  out["traces"] = with_defaults({{"enabled", false}, {"head_sampling_rate", 1}, {"persist", true}},
                                stated ? member(*stated, "traces") : nullptr);
  return out;
}

Json setting_or(const JsonObject& settings, std::string_view key, const Json& otherwise) {
  const auto* found = member(settings, key);
  return found ? *found : otherwise;
}

std::string_view compatibility_date(const JsonObject& settings) {
  const auto date = string_member(settings, "compatibility_date");
  return date.empty() ? kDefaultDate : date;
}

JsonObject placement_view(const Version& version) {
  const auto* stated = member(version.settings, "placement");
  auto out = stated && stated->is_object() ? stated->get_object() : JsonObject();
  if (out.empty()) return out;
  if (!out.contains("status")) out["status"] = "INSUFFICIENT_INVOCATIONS";
  if (!out.contains("last_analyzed_at")) out["last_analyzed_at"] = timestamp(version.created_on);
  return out;
}

JsonArray flags_view(const JsonObject& settings) {
  std::set<std::string> sorted;
  if (const auto* flags = member(settings, "compatibility_flags")) {
    for (const auto& flag : flags->get_array()) sorted.emplace(view(flag.get_string()));
  }
  JsonArray out;
  for (const auto& flag : sorted) out.emplace_back(flag);
  return out;
}

JsonObject settings_view(const World& world, const Worker& worker, const Version& version) {
  JsonObject out{{"bindings", view_of(world, worker.name, version.bindings)},
                 {"compatibility_date", compatibility_date(version.settings)},
                 {"compatibility_flags", flags_view(version.settings)},
                 {"usage_model", setting_or(version.settings, "usage_model", "standard")},
                 {"placement", placement_view(version)},
                 {"tags", setting_or(worker.settings, "tags", JsonArray())},
                 {"tail_consumers", setting_or(worker.settings, "tail_consumers", JsonArray())},
                 {"logpush", setting_or(worker.settings, "logpush", false)}};
  if (worker.settings.contains("observability")) {
    out["observability"] = expanded_observability(worker.settings);
  }
  // `exports` is in the list, but in no schema of this answer.
  for (const std::string_view key : {"limits", "cache_options"}) {
    if (const auto* value = member(version.settings, key)) out[key] = *value;
  }
  if (world.semantics().settings_annotations) out["annotations"] = version.annotations;
  return out;
}

JsonObject script_settings_view(const Worker& worker) {
  return {{"logpush", setting_or(worker.settings, "logpush", false)},
          {"observability", expanded_observability(worker.settings)},
          {"tags", setting_or(worker.settings, "tags", JsonArray())},
          {"tail_consumers", value_or_null(worker.settings, "tail_consumers")}};
}

}  // namespace plumbline::simulator
