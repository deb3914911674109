#include "manifests/wrangler/wrangler_settings.h"

#include <fmt/format.h>

#include <array>
#include <optional>

#include "manifests/kinds/setting_facts.h"

namespace plumbline::manifests {
namespace {

// Metadata that `unsafe.metadata` may never set, because it has another source.
bool is_reserved(std::string_view name) {
  return is_other_metadata(name) || name == "bindings" || name == "containers";
}

// As wrangler writes it (packages/wrangler/src/utils/placement.ts). If placement is off, wrangler leaves it out, which
// resets it; here the reset is stated.
std::optional<JsonObject> placement_of(const YamlNode& placement) {
  const auto& hint = placement.text_at("hint");
  const auto& mode = placement.text_at("mode");
  if (hint.empty() && mode == "off") return JsonObject();
  if (!hint.empty() || mode == "smart") {
    JsonObject out{{"mode", "smart"}};
    if (!hint.empty()) out["hint"] = hint;
    return out;
  }
  for (const auto* place : {"region", "host", "hostname"}) {
    const auto& where = placement.text_at(place);
    if (!where.empty()) return JsonObject{{"mode", "targeted"}, {place, where}};
  }
  return std::nullopt;
}

void read_compatibility(const WranglerEnvironment& config, JsonObject& settings, Report& report) {
  if (const YamlNode* date = config.inherited("compatibility_date")) {
    settings["compatibility_date"] = date->text;
  } else {
    report.error(config.root(), "the config has no \"compatibility_date\"", "wrangler deploys nothing without it");
  }
  const YamlNode* flags = config.inherited("compatibility_flags");
  settings["compatibility_flags"] = flags != nullptr ? to_json(*flags) : Json(JsonArray());
}

void read_unsafe_metadata(const WranglerEnvironment& config, JsonObject& settings, Report& report) {
  const YamlNode* unsafe = config.own("unsafe");
  if (unsafe == nullptr) return;
  if (const YamlNode* capnp = unsafe->find("capnp")) {
    report.error(*capnp, "\"unsafe.capnp\" is not supported", "its schemas are compiled by a program on your machine");
  }
  const YamlNode* metadata = unsafe->find("metadata");
  if (metadata == nullptr) return;
  for (const auto& [key, value] : metadata->entries) {
    if (is_reserved(key.text)) {
      report.error(key, fmt::format("\"{}\" may not stand in \"unsafe.metadata\"", key.text),
                   "use the field of wrangler's config for it");
      continue;
    }
    settings[key.text] = to_json(value);
  }
}

// A field of wrangler's config that is uploaded unchanged.
struct Copied {
  std::string_view from;
  std::string_view to;
};
constexpr std::array<Copied, 4> kInherited{
    Copied{"logpush", "logpush"}, {"limits", "limits"}, {"observability", "observability"}, {"cache", "cache_options"}};
constexpr std::array<Copied, 2> kOwn{Copied{"tail_consumers", "tail_consumers"},
                                     {"streaming_tail_consumers", "streaming_tail_consumers"}};

}  // namespace

JsonObject wrangler_settings(const WranglerEnvironment& config, Report& report) {
  JsonObject settings;
  read_compatibility(config, settings, report);
  for (const auto& [from, to] : kInherited) {
    if (const YamlNode* value = config.inherited(from)) settings[to] = to_json(*value);
  }
  for (const auto& [from, to] : kOwn) {
    if (const YamlNode* value = config.own(from)) settings[to] = to_json(*value);
  }
  if (const YamlNode* placement = config.inherited("placement")) {
    if (auto value = placement_of(*placement)) settings["placement"] = *std::move(value);
  }
  read_unsafe_metadata(config, settings, report);
  return settings;
}

JsonObject wrangler_assets_only_settings(const WranglerEnvironment& config, Report& report) {
  JsonObject settings;
  read_compatibility(config, settings, report);
  return settings;
}

}  // namespace plumbline::manifests
