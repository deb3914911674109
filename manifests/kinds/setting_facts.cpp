#include "manifests/kinds/setting_facts.h"

#include <algorithm>
#include <array>

#include "manifests/documents/rules.h"
#include "manifests/kinds/binding_facts.h"

// Names and shapes of settings are those of the metadata of
// PUT /accounts/{account_id}/workers/scripts/{script_name}
// (https://developers.cloudflare.com/api/resources/workers/subresources/scripts/methods/update/).
namespace plumbline::manifests {
namespace {

constexpr Shape kAnyList{.type = Type::list};
constexpr Shape kAnyMap{.type = Type::map};

constexpr std::array kLogFields{Field{"enabled", kBoolean, "Whether logs are kept"},
                                Field{"invocation_logs", kBoolean, "Whether each call is logged"},
                                Field{"head_sampling_rate", kSamplingRate, "Share of calls that are logged, 0 to 1"},
                                Field{"persist", kBoolean, "Whether they are stored at Cloudflare"},
                                Field{"destinations", kTexts, "Names of destinations outside of Cloudflare"}};
constexpr Table kLogs{.fields = kLogFields, .unknown = Unknown::pass};

constexpr std::array<std::string_view, 2> kPropagationPolicies{"authenticated", "accept"};
constexpr std::array kTraceFields{Field{"enabled", kBoolean, "Whether traces are kept"},
                                  Field{"head_sampling_rate", kSamplingRate, "Share of calls that are traced, 0 to 1"},
                                  Field{"persist", kBoolean, "Whether they are stored at Cloudflare"},
                                  Field{"destinations", kTexts, "Names of destinations outside of Cloudflare"},
                                  Field{"propagation_policy",
                                        {.type = Type::string, .values = kPropagationPolicies},
                                        "The callers whose trace context is continued"}};
constexpr Table kTraces{.fields = kTraceFields, .unknown = Unknown::pass};

constexpr std::array kIssueFields{Field{"enabled", kBoolean, "Whether issues are collected"}};
constexpr Table kIssues{.fields = kIssueFields, .unknown = Unknown::pass};

constexpr std::array kObservabilityFields{
    Field{"enabled", kBoolean, "Whether logs and traces are collected"},
    Field{"head_sampling_rate", kSamplingRate, "Share of calls that are collected, 0 to 1"},
    Field{"redact_query_string", kBoolean, "Whether query strings are left out"},
    Field{"issues", {.type = Type::object, .table = &kIssues}, "Collection of issues"},
    Field{"logs", {.type = Type::object, .table = &kLogs}, "What is logged"},
    Field{"traces", {.type = Type::object, .table = &kTraces}, "What is traced"}};
constexpr Table kObservability{.fields = kObservabilityFields, .unknown = Unknown::pass};

// As a read expands them (recorded from the service): `enabled` alone implies all of these.
JsonObject observability_defaults(const Json& observability) {
  const bool enabled = bool_member(observability, "enabled").value_or(false);
  return {
      {"enabled", enabled},
      {"head_sampling_rate", kSamplingDefault},
      {"redact_query_string", false},
      {"logs",
       {{"enabled", enabled}, {"head_sampling_rate", kSamplingDefault}, {"invocation_logs", true}, {"persist", true}}},
      {"traces", {{"enabled", false}, {"head_sampling_rate", kSamplingDefault}, {"persist", true}}}};
}

constexpr std::array kLimitFields{Field{"cpu_ms", kPositive, "CPU time of one call in milliseconds"},
                                  Field{"subrequests", kPositive, "Subrequests of one call"}};
constexpr Table kLimits{.fields = kLimitFields, .unknown = Unknown::pass};

// The API accepts smart placement, a place to be near to, and `mode: targeted` with such a place.
void check_placement(const YamlNode& node, Report& report) {
  static constexpr std::array<std::string_view, 4> kPlaces{"region", "hostname", "host", "target"};
  const auto places =
      std::ranges::count_if(kPlaces, [&](std::string_view place) { return node.find(place) != nullptr; });
  const YamlNode* mode = node.find("mode");
  if (mode == nullptr) {
    // {} clears the placement.
    if (node.entries.empty() || (places == 1 && node.find("target") == nullptr)) return;
    report.error(node, "\"placement\" without a mode needs exactly one of region, hostname, host");
  } else if ((mode->text == "smart" || mode->text == "off") && places > 0) {
    report.error(node, "\"placement\" in mode " + mode->text + " takes no region, hostname, host or target");
  } else if (mode->text == "targeted" && places != 1) {
    report.error(node,
                 "\"placement\" in mode targeted needs exactly one of region, hostname, host, "
                 "target");
  }
}

// The same for editors.
constexpr std::string_view kPlacementRules = R"({"allOf": [
  {"if": {"properties": {"mode": {"enum": ["smart", "off"]}}, "required": ["mode"]},
   "then": {"not": {"anyOf": [{"required": ["region"]}, {"required": ["hostname"]}, {"required": ["host"]},
                              {"required": ["target"]}]}}},
  {"if": {"properties": {"mode": {"const": "targeted"}}, "required": ["mode"]},
   "then": {"oneOf": [{"required": ["region"]}, {"required": ["hostname"]}, {"required": ["host"]},
                      {"required": ["target"]}]}},
  {"if": {"not": {"required": ["mode"]}},
   "then": {"not": {"required": ["target"]},
            "oneOf": [{"maxProperties": 0}, {"required": ["region"]}, {"required": ["hostname"]},
                      {"required": ["host"]}]}}]})";

constexpr std::array<std::string_view, 3> kPlacementModes{"smart", "targeted", "off"};
constexpr std::array kPlacementFields{
    Field{"mode", {.type = Type::string, .values = kPlacementModes}, "smart, targeted or off"},
    Field{"region", kText, "Cloud region near which the Worker should run"},
    Field{"hostname", kText, "HTTP host near which the Worker should run"},
    Field{"host", kText, "Host and port near which the Worker should run"},
    Field{"target", {.type = Type::list, .most = 1}, "One place, in mode targeted"}};
constexpr Table kPlacement{.fields = kPlacementFields};

constexpr std::array kTailConsumerFields{
    Field{"service", kFilled, "Worker that receives the events", Presence::required},
    Field{"environment", kText, "Environment of that Worker"},
    Field{"namespace", kText, "Dispatch namespace of that Worker"}};
constexpr Table kTailConsumer{.fields = kTailConsumerFields, .unknown = Unknown::pass};
constexpr Shape kTailConsumerShape{.type = Type::object, .table = &kTailConsumer};

// The API allows ten; ownership takes one.
constexpr std::size_t kMaxTags = 9;
constexpr Shape kTag{.type = Type::string, .rule = tag_problem, .pattern = "^(?!plumbline=|cf:)[\\s\\S]{1,1024}$"};

constexpr std::array<std::string_view, 2> kUpdateModes{"immediate", "deferred"};
constexpr double kMostUpdateDelay = 24 * 3600;
constexpr std::array kCodeUpdateFields{
    Field{"mode", {.type = Type::string, .values = kUpdateModes}, "immediate or deferred", Presence::required},
    Field{"max_delay",
          {.type = Type::number, .minimum = 0, .maximum = kMostUpdateDelay},
          "Seconds that objects keep their code at most"}};
constexpr Table kCodeUpdate{.fields = kCodeUpdateFields, .unknown = Unknown::pass};

constexpr std::array<std::string_view, 3> kUsageModels{"standard", "bundled", "unbound"};

// --- the table

using enum SettingLevel;
using enum SettingSection;
using Call = SettingCall;
using Read = SettingRead;
using Carry = SettingCarry;
using Form = SettingForm;
using Row = SettingFact;

// From the schemas of the API reference (https://developers.cloudflare.com/api/resources/workers/, November 2026): the
// bodies of Scripts: Upload, Script And Version Settings: Edit and Settings: Edit; the answers of Scripts: List, Script
// And Version Settings: Get and Beta Workers: Versions: Get. `streaming_tail_consumers` and `code_update_strategy` are
// in no schema; wrangler sends them with uploads.
constexpr auto kRows = std::to_array<SettingFact>({
    Row{"compatibility_date", version, Call::settings, Read::list, Carry::as_read}  //
        .stated(runtime, kDateShape, "Date that selects the behaviour of the runtime"),
    Row{"compatibility_flags", version, Call::settings, Read::list, Carry::as_read}
        .stated(runtime, kTexts, "Runtime features that are on or off")
        .of(Form::texts),
    Row{"bindings", version, Call::settings, Read::settings, Carry::apart}
        .stated(runtime,
                {.type = Type::map,
                 .expected = "a map from names to bindings",
                 .element = &kBindingShape,
                 .key_rule = binding_name_problem,
                 .key_pattern = kBindingNamePattern},
                "All bindings but secrets, by name")
        .of(Form::bindings),
    Row{"observability", script, Call::script_settings, Read::list, Carry::as_read}
        .stated(operation, {.type = Type::object, .table = &kObservability}, "Logs and traces")
        .merged()
        // The service wants to hear that it is off; an empty block is refused.
        .cleared_by(R"({"enabled": false})")
        .completed_by(observability_defaults),
    Row{"logpush", script, Call::script_settings, Read::list, Carry::as_read}  //
        .stated(operation, kBoolean, "Whether Logpush receives trace events"),
    Row{"placement", version, Call::settings, Read::list, Carry::as_read}
        .stated(operation,
                {.type = Type::object, .table = &kPlacement, .node_rule = check_placement, .also = kPlacementRules},
                "Where the Worker runs")
        .of(Form::placement)
        // `mode: off` is written as it is read.
        .cleared_by("{}"),
    Row{"limits", version, Call::settings, Read::settings, Carry::as_read}
        .stated(operation, {.type = Type::object, .table = &kLimits}, "Limits of one call")
        .merged(),
    Row{"tags", script, Call::script_settings, Read::list, Carry::apart}
        .stated(operation, {.type = Type::list, .expected = "a list of strings", .element = &kTag, .most = kMaxTags},
                "Labels of the Worker")
        .of(Form::tags),
    Row{"tail_consumers", script, Call::script_settings, Read::list, Carry::as_read}
        .stated(operation, {.type = Type::list, .element = &kTailConsumerShape},
                "Workers that receive the events of this one")
        .of(Form::consumers),
    // Today's plans know only `standard`.
    Row{"usage_model", version, Call::settings, Read::list, Carry::nothing}
        .stated(operation, {.type = Type::string, .values = kUsageModels}, "How calls are billed")
        .preset("standard"),
    Row{"cache_options", version, Call::settings, Read::list, Carry::as_read}.stated(passed_on, kAnyMap,
                                                                                     "Cache in front of the Worker"),
    Row{"containers", version, Call::upload, Read::beta_version, Carry::as_read}.stated(passed_on, kAnyList,
                                                                                        "Containers of the Worker"),
    Row{"exports", version, Call::settings, Read::list_alone, Carry::as_read}.stated(
        passed_on, kAnyMap, "Durable Objects and entrypoints by class"),
    Row{"package_dependencies", version, Call::upload, Read::beta_version, Carry::as_read}.stated(
        passed_on, kAnyList, "Packages that the code was built from"),
    Row{"streaming_tail_consumers", script, Call::upload, Read::nothing, Carry::nothing}
        .stated(passed_on, kAnyList, "Workers that receive events as they happen")
        .of(Form::consumers),
    Row{"code_update_strategy", version, Call::upload, Read::nothing, Carry::nothing}.stated(
        passed_on, {.type = Type::object, .table = &kCodeUpdate}, "When Durable Objects that run get new code"),
});

constexpr auto kByName = [] {
  auto rows = kRows;
  std::ranges::sort(rows, {}, &SettingFact::name);
  return rows;
}();
static_assert(std::ranges::adjacent_find(kByName, {}, &SettingFact::name) == kByName.end());

// A setting that a manifest may state is described to who writes one.
static_assert(std::ranges::all_of(kRows, [](const SettingFact& fact) {
  return (fact.section == SettingSection::none) == fact.documentation.empty();
}));

constexpr SettingFact kUnknownSetting{};

constexpr auto kOthers = std::to_array<OtherMetadata>({
    {"annotations", "Plumbline writes the annotations of every version itself"},
    {"keep_assets", "leave \"assets\" out to keep what is live"},
    {"keep_bindings", "leave \"bindings\" out to keep what is live"},
    {"main_module", "name the file under \"main\""},
    {"body_part", "name the file under \"script\""},
    {"assets"},
    {"migrations"},
});

}  // namespace

std::span<const SettingFact> setting_rows() {
  return kRows;
}

std::span<const SettingFact> setting_facts() {
  return kByName;
}

const SettingFact& setting_fact(std::string_view name) {
  const auto* const found = std::ranges::find(kByName, name, &SettingFact::name);
  return found != kByName.end() ? *found : kUnknownSetting;
}

std::span<const OtherMetadata> other_metadata() {
  return kOthers;
}

bool is_other_metadata(std::string_view name) {
  return std::ranges::find(kOthers, name, &OtherMetadata::name) != kOthers.end();
}

}  // namespace plumbline::manifests
