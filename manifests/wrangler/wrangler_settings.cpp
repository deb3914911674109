#include "manifests/wrangler/wrangler_settings.h"

#include <fmt/format.h>

#include <array>
#include <optional>

#include "manifests/kinds/setting_facts.h"
#include "manifests/wrangler/wrangler_exports.h"

namespace plumbline::manifests {
namespace {

// --- shapes

constexpr std::array kLogFields{may_have("enabled", "Whether logs are kept", kBoolean),
                                may_have("head_sampling_rate", "Share of calls that are logged", kSamplingRate),
                                may_have("invocation_logs", "Whether each call is logged", kBoolean),
                                may_have("destinations", "Names of destinations outside of Cloudflare", kTexts),
                                may_have("persist", "Whether they are stored at Cloudflare", kBoolean)};
constexpr Table kLogs = table_of(kLogFields);
constexpr std::array kTraceFields{may_have("enabled", "Whether traces are kept", kBoolean),
                                  may_have("head_sampling_rate", "Share of calls that are traced", kSamplingRate),
                                  may_have("destinations", "Names of destinations outside of Cloudflare", kTexts),
                                  may_have("persist", "Whether they are stored at Cloudflare", kBoolean),
                                  may_have("propagation_policy", "Whose traces are continued (newer)", kAny)};
constexpr Table kTraces = table_of(kTraceFields);
constexpr std::array kIssueFields{may_have("enabled", "Whether they are", kBoolean)};
constexpr Table kIssues = table_of(kIssueFields);
constexpr std::array kObservabilityFields{
    may_have("enabled", "Whether logs and traces are collected", kBoolean),
    may_have("head_sampling_rate", "Share of calls that are collected", kSamplingRate),
    may_have("logs", "What is logged", {.type = Type::object, .table = &kLogs}),
    may_have("traces", "What is traced", {.type = Type::object, .table = &kTraces}),
    may_have("issues", "Whether errors are grouped", object(kIssues)),
    may_have("redact_query_string", "Whether URLs are logged without their queries", kBoolean)};
constexpr std::array<std::string_view, 4> kObservabilityParts{"enabled", "logs", "traces", "issues"};
constexpr Table kObservability{.fields = kObservabilityFields,
                               .unknown = Unknown::refuse_stated,
                               .unknown_mend = kUnknownMend,
                               .one_of = kObservabilityParts};

constexpr std::array kLimitFields{may_have("cpu_ms", "CPU time of one call in milliseconds", kPositive),
                                  may_have("subrequests", "Subrequests of one call", kPositive)};
constexpr Table kLimits = table_of(kLimitFields);

constexpr std::array kCacheFields{needs("enabled", "Whether the cache is on", kBoolean),
                                  may_have("cross_version_cache", "Whether versions share it", kBoolean)};
constexpr Table kCache = table_of(kCacheFields);

constexpr std::array<std::string_view, 3> kPlacementModes{"off", "smart", "targeted"};
constexpr std::array kPlacementFields{
    may_have("mode", "off, smart or targeted", {.type = Type::string, .values = kPlacementModes}),
    may_have("hint", "Region that smart placement begins in"),
    may_have("region", "Cloud region near which the Worker should run"),
    may_have("host", "Host and port near which the Worker should run"),
    may_have("hostname", "HTTP host near which the Worker should run")};
constexpr Table kPlacement = table_of(kPlacementFields);

// wrangler's rules: a hint needs smart placement, and at most one place is allowed.
void check_placement(const YamlNode& node, Report& report) {
  static constexpr std::array<std::string_view, 3> kPlaces{"region", "host", "hostname"};
  std::size_t places = 0;
  for (const std::string_view place : kPlaces) places += node.find(place) != nullptr ? 1 : 0;
  const YamlNode* mode = node.find("mode");
  const std::string_view how = mode != nullptr ? std::string_view(mode->text) : std::string_view();
  if (node.find("hint") != nullptr) {
    if (places > 0) report.error(node, "\"placement\" takes \"hint\" or a place, not both");
    if (how != "smart") report.error(node, "\"placement\" takes \"hint\" only in mode smart");
  } else if (places == 0 && mode == nullptr) {
    report.error(node, "\"placement\" lacks the field \"mode\"", "off, smart or targeted");
  } else if (places > 0 && how == "smart") {
    report.error(node, "\"placement\" in mode smart takes no region, host or hostname");
  } else if (places > 1) {
    report.error(node, "\"placement\" takes one of region, host, hostname");
  }
}

constexpr std::array kConsumerOfTailFields{needs("service", "Worker that receives the events"),
                                           may_have("environment", "Environment of that Worker")};
constexpr std::array kStreamingFields{needs("service", "Worker that receives the events")};

// Seconds that objects keep their code at most, as wrangler states it for `deferred` alone.
constexpr int kWranglerMaxDelay = 300;

// --- what is uploaded

// Metadata that `unsafe.metadata` may never set, because it has another source.
bool is_reserved(std::string_view name) {
  return is_other_metadata(name) || name == "bindings" || name == "containers";
}

// As wrangler writes it (packages/wrangler/src/utils/placement.ts). If placement is off, wrangler leaves it out, which
// resets it; here the reset is stated.
std::optional<Json> placement_of(const YamlNode& placement) {
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

void read_exports(const WranglerEnvironment& config, JsonObject& settings) {
  // Build tools write an empty one, which wrangler does not upload.
  if (JsonObject exports = wrangler_exports(config); !exports.empty()) settings["exports"] = std::move(exports);
}

// wrangler uploads its own default where the config states none. Here nothing is uploaded then: no read shows the
// setting, so that each Worker would be uploaded once for it, and what the service does without it is the same.
void read_code_update(const WranglerEnvironment& config, JsonObject& settings) {
  const YamlNode* objects = config.own("durable_objects");
  const YamlNode* stated = objects != nullptr ? objects->find("code_update_strategy") : nullptr;
  if (stated == nullptr || stated->kind != YamlKind::map) return;
  if (stated->text_at("mode") == "immediate") {
    settings["code_update_strategy"] = JsonObject{{"mode", "immediate"}};
    return;
  }
  const YamlNode* delay = stated->find("max_delay");
  settings["code_update_strategy"] =
      JsonObject{{"mode", "deferred"}, {"max_delay", delay != nullptr ? to_json(*delay) : Json(kWranglerMaxDelay)}};
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
      report.error(key, fmt::format("\"{}\" is not allowed in \"unsafe.metadata\"", key.text),
                   "use the field of wrangler's config for it");
      continue;
    }
    settings[key.text] = to_json(value);
  }
}

std::optional<Json> as_written(const YamlNode& value) {
  return to_json(value);
}

// --- the table

using enum WranglerSetting::Reading;

// In the order in which they are uploaded.
constexpr auto kRows = std::to_array<WranglerSetting>({
    {inherited("compatibility_date", kDateShape), "compatibility_date", always},
    {inherited("compatibility_flags", kTexts), "compatibility_flags", always},
    {inherited("logpush", kBoolean), "logpush", where_stated, as_written},
    {inherited("limits", object(kLimits)), "limits", where_stated, as_written},
    {inherited("observability", object(kObservability)), "observability", where_stated, as_written},
    {inherited("cache", object(kCache)), "cache_options", where_stated, as_written},
    {own("tail_consumers", Objects<kConsumerOfTailFields>::kList), "tail_consumers", where_stated, as_written},
    {own("streaming_tail_consumers", Objects<kStreamingFields>::kList), "streaming_tail_consumers", where_stated,
     as_written},
    {inherited("placement", object(kPlacement, check_placement)), "placement", where_stated, placement_of},
});

}  // namespace

std::span<const WranglerSetting> wrangler_setting_rows() {
  return kRows;
}

JsonObject wrangler_settings(const WranglerEnvironment& config, Report& report) {
  JsonObject settings;
  read_compatibility(config, settings, report);
  for (const WranglerSetting& row : kRows) {
    if (row.reading == always) continue;
    const bool is_inherited = row.field.in == In::inherited;
    const YamlNode* stated = is_inherited ? config.inherited(row.field.field.name) : config.own(row.field.field.name);
    if (stated == nullptr) continue;
    if (auto value = row.value(*stated)) settings[row.setting] = *std::move(value);
  }
  read_exports(config, settings);
  read_code_update(config, settings);
  read_unsafe_metadata(config, settings, report);
  return settings;
}

JsonObject wrangler_assets_only_settings(const WranglerEnvironment& config, Report& report) {
  JsonObject settings;
  read_compatibility(config, settings, report);
  return settings;
}

}  // namespace plumbline::manifests
