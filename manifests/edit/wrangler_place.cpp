#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "manifests/edit/written_spec.h"
#include "manifests/wrangler/wrangler_settings.h"

namespace plumbline::manifests {
namespace {

using How = AcceptedValue::How;

// A field of a config, and whether an environment inherits it.
struct ConfigPlace {
  std::vector<std::string> path;
  bool is_inherited = true;
  std::optional<Json> value{};  ///< nothing: as it is
  std::string key{};            ///< of items
};

using Found = std::optional<ConfigPlace>;

// Smart placement, one place, or none, as wrangler's config says them.
std::optional<Json> wrangler_placement(const AcceptedValue& value) {
  if (value.how == How::remove) return JsonObject{{"mode", "off"}};
  if (!value.value.is_object() || value.path.size() != 1) return std::nullopt;
  auto placement = value.value.get_object();
  if (placement.empty()) return JsonObject{{"mode", "off"}};
  if (string_member(placement, "mode") == "targeted") placement.erase("mode");
  const bool one = placement.size() == 1 && !placement.contains("target");
  return one ? std::optional<Json>(std::move(placement)) : std::nullopt;
}

Found setting_place(const AcceptedValue& value) {
  const auto rows = wrangler_setting_rows();
  const auto row = std::ranges::find(rows, value.path.front(), &WranglerSetting::setting);
  if (row == rows.end()) return std::nullopt;
  ConfigPlace place{value.path, row->field.in == In::inherited};
  place.path.front() = row->field.field.name;
  if (row->setting != "placement") return place;
  place.value = wrangler_placement(value);
  return place.value ? Found(std::move(place)) : std::nullopt;
}

// Variables have a field of their own; of every other kind of binding the config has another form than the API.
Found binding_place(const AcceptedValue& value) {
  if (value.path.size() != 2) return std::nullopt;
  ConfigPlace place{{"vars", value.path[1]}, false};
  if (value.how == How::remove) return place;
  const auto type = string_member(value.value, "type");
  const auto* held = type == "plain_text" ? member(value.value, "text") : nullptr;
  if (type == "json") held = member(value.value, "json");
  if (held == nullptr || (type == "json" && held->is_string())) return std::nullopt;
  place.value = *held;
  return place;
}

Found subdomain_place(const AcceptedValue& value) {
  if (value.path.size() != 2) return std::nullopt;
  return ConfigPlace{{value.path[1] == "enabled" ? "workers_dev" : "preview_urls"}};
}

Found route_place(const AcceptedValue& value) {
  ConfigPlace place{.path = {"routes"}, .key = "pattern"};
  if (value.how == How::remove_item) {
    place.value = value.value;
    return place;
  }
  if (value.path.front() == "domains") {
    place.value = JsonObject{{"pattern", string_member(value.value, "hostname")}, {"custom_domain", true}};
    return place;
  }
  JsonObject item{{"pattern", string_member(value.value, "pattern")}};
  if (const auto* zone = member(value.value, "zone")) item["zone_name"] = *zone;
  if (const auto* zone = member(value.value, "zone_id")) item["zone_id"] = *zone;
  place.value = std::move(item);
  return place;
}

Found config_place(const AcceptedValue& value) {
  const auto& field = value.path.front();
  if (field == "bindings") return binding_place(value);
  if (field == "subdomain") return subdomain_place(value);
  if (field == "schedules") return ConfigPlace{{"triggers", "crons"}};
  if (field == "routes" || field == "domains") return route_place(value);
  return setting_place(value);
}

std::unexpected<NotAccepted> refuse_in_config(const WrittenWorker& worker, const AcceptedValue& value,
                                              const YamlNode& at, std::string message) {
  return std::unexpected(NotAccepted{value.what, {worker.file, at.line, at.column}, std::move(message)});
}

// Whether a variable that shall go, or change, stands among the variables, and not in a field of another kind.
bool is_in_other_field(const ConfigPlace& place, const AcceptedValue& value, const YamlNode* node) {
  return place.path.front() == "vars" && value.how == How::remove && node == nullptr;
}

}  // namespace

Result<WranglerPlace, NotAccepted> place_in_wrangler_config(const WrittenWorker& worker, const YamlNode& root,
                                                            const AcceptedValue& value) {
  auto found = config_place(value);
  if (!found)
    return refuse_in_config(worker, value, root, "wrangler's config says it in another form: write it by hand");
  const auto* environments = root.find("env");
  const auto* environment =
      environments != nullptr && !worker.environment.empty() ? environments->find(worker.environment) : nullptr;
  if (environment != nullptr) {
    const auto* stated = environment->find(found->path.front());
    if (stated != nullptr) {
      return refuse_in_config(worker, value, *stated,
                              fmt::format("it comes from the environment {}", worker.environment));
    }
    if (!found->is_inherited) {
      return refuse_in_config(worker, value, *environment,
                              fmt::format("the environment {} does not inherit it, and lacks it", worker.environment));
    }
  }
  // The field with one route that is older than the list of them.
  const auto* route = found->path.front() == "routes" ? root.find("route") : nullptr;
  if (route != nullptr) return refuse_in_config(worker, value, *route, "it is written as \"route\": write it by hand");
  const auto* node = find_path(root, found->path);
  if (is_in_other_field(*found, value, node)) {
    return refuse_in_config(worker, value, root, "wrangler's config says it in another form: write it by hand");
  }
  WranglerPlace out{{found->path, node}, value};
  out.value.path = found->path;
  if (found->value) out.value.value = *std::move(found->value);
  if (!found->key.empty()) out.value.key = found->key;
  // A placement that is off is a value of its own.
  if (out.value.how == How::remove && found->path.front() == "placement") out.value.how = How::set;
  return out;
}

}  // namespace plumbline::manifests
