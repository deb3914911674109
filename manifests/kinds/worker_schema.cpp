#include "manifests/kinds/worker_schema.h"

#include <algorithm>
#include <array>

#include "manifests/documents/rules.h"
#include "manifests/kinds/binding_schema.h"
#include "manifests/kinds/trigger_schema.h"

// Names and shapes of settings are those of the metadata of
// PUT /accounts/{account_id}/workers/scripts/{script_name}
// (https://developers.cloudflare.com/api/resources/workers/subresources/scripts/methods/update/).
namespace plumbline::manifests {
namespace {

constexpr Shape kRate{.type = Type::number, .minimum = 0, .maximum = 1};
constexpr Shape kAnyList{.type = Type::list};
constexpr Shape kAnyMap{.type = Type::map};
constexpr Shape kPath{.type = Type::string};

// --- metadata

constexpr std::string_view kNamePattern = "^[A-Za-z]([A-Za-z0-9_-]{0,61}[A-Za-z0-9])?$";
constexpr Shape kWorkerName{.type = Type::string, .rule = worker_name_problem, .pattern = kNamePattern};
constexpr Shape kAdopt{
    .type = Type::string, .rule = adopt_problem, .pattern = "^(none|unowned|[A-Za-z0-9._-]+/[A-Za-z0-9._-]+)$"};
constexpr std::string_view kBindingPattern = "^[A-Za-z_$][A-Za-z0-9_$]*$";
constexpr std::string_view kWordPattern = "^[A-Za-z0-9_-]+$";

constexpr std::array kMetadataFields{
    Field{"name", kWorkerName, "Name of the Worker", Presence::required},
    Field{"adopt", kAdopt, "What may be taken over: none, unowned, or <instance>/<source>"},
    Field{"prune", kBoolean, "Whether the live Worker is deleted when this manifest goes"},
    Field{"allow_data_loss", kTexts,
          "Migration tags, or names of the classes, workflows or queues whose end is meant"}};
constexpr Table kMetadata{.fields = kMetadataFields};

constexpr std::array kDefaultsMetadataFields{Field{"name", kText, "A label for people"}};
constexpr Table kDefaultsMetadata{.fields = kDefaultsMetadataFields};

// --- settings

constexpr Shape kDate{.type = Type::string, .rule = date_problem, .pattern = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"};

constexpr std::array kLogFields{Field{"enabled", kBoolean, "Whether logs are kept"},
                                Field{"invocation_logs", kBoolean, "Whether each call is logged"},
                                Field{"head_sampling_rate", kRate, "Share of calls that are logged, 0 to 1"},
                                Field{"persist", kBoolean, "Whether they are stored at Cloudflare"},
                                Field{"destinations", kTexts, "Names of destinations outside"}};
constexpr Table kLogs{.fields = kLogFields, .unknown = Unknown::pass};

constexpr std::array<std::string_view, 2> kPropagationPolicies{"authenticated", "accept"};
constexpr std::array kTraceFields{Field{"enabled", kBoolean, "Whether traces are kept"},
                                  Field{"head_sampling_rate", kRate, "Share of calls that are traced, 0 to 1"},
                                  Field{"persist", kBoolean, "Whether they are stored at Cloudflare"},
                                  Field{"destinations", kTexts, "Names of destinations outside"},
                                  Field{"propagation_policy",
                                        {.type = Type::string, .values = kPropagationPolicies},
                                        "Whose trace context is continued"}};
constexpr Table kTraces{.fields = kTraceFields, .unknown = Unknown::pass};

constexpr std::array kIssueFields{Field{"enabled", kBoolean, "Whether issues are collected"}};
constexpr Table kIssues{.fields = kIssueFields, .unknown = Unknown::pass};

constexpr std::array kObservabilityFields{
    Field{"enabled", kBoolean, "Whether logs and traces are collected"},
    Field{"head_sampling_rate", kRate, "Share of calls that are collected, 0 to 1"},
    Field{"redact_query_string", kBoolean, "Whether query strings are left out"},
    Field{"issues", {.type = Type::object, .table = &kIssues}, "Collection of issues"},
    Field{"logs", {.type = Type::object, .table = &kLogs}, "What is logged"},
    Field{"traces", {.type = Type::object, .table = &kTraces}, "What is traced"}};
constexpr Table kObservability{.fields = kObservabilityFields, .unknown = Unknown::pass};

constexpr std::array kLimitFields{
    Field{"cpu_ms", {.type = Type::integer, .minimum = 1}, "CPU time of one call in milliseconds"},
    Field{"subrequests", {.type = Type::integer, .minimum = 1}, "Subrequests of one call"}};
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
    Field{"region", kText, "Region of a cloud that the Worker should run near to"},
    Field{"hostname", kText, "Host over HTTP that the Worker should run near to"},
    Field{"host", kText, "Host and port that the Worker should run near to"},
    Field{"target", {.type = Type::list, .most = 1}, "One place, in mode targeted"}};
constexpr Table kPlacement{.fields = kPlacementFields};

constexpr std::array kTailConsumerFields{Field{"service", kText, "Worker that receives the events", Presence::required},
                                         Field{"environment", kText, "Environment of that Worker"},
                                         Field{"namespace", kText, "Dispatch namespace of that Worker"}};
constexpr Table kTailConsumer{.fields = kTailConsumerFields, .unknown = Unknown::pass};
constexpr Shape kTailConsumerShape{.type = Type::object, .table = &kTailConsumer};

// The API allows ten; ownership takes one.
constexpr std::size_t kMaxTags = 9;
constexpr Shape kTag{.type = Type::string, .rule = tag_problem, .pattern = "^(?!plumbline=|cf:)[\\s\\S]{1,1024}$"};

constexpr std::array<std::string_view, 3> kUsageModels{"standard", "bundled", "unbound"};

// --- fields with a meaning of their own

constexpr std::array kSubdomainFields{
    Field{"enabled", kBoolean, "Whether the Worker answers on workers.dev", Presence::required},
    Field{"previews_enabled", kBoolean, "Whether its versions have preview addresses"}};
constexpr Table kSubdomain{.fields = kSubdomainFields};

constexpr std::string_view kKeyPattern = "^(?=.{1,255}$)[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)?$";
constexpr std::string_view kSecretForms = "a key in a secret store, {store, key}, or {}";
constexpr std::array kSecretFields{
    Field{"store",
          {.type = Type::string, .rule = store_name_problem, .pattern = kWordPattern},
          "Name of the secret store"},
    Field{"key", {.type = Type::string, .rule = secret_key_problem, .pattern = kKeyPattern}, "Key in the store"}};
constexpr Table kSecret{.fields = kSecretFields};
constexpr std::array kSecretAlternatives{
    Shape{.type = Type::string, .expected = kSecretForms, .rule = secret_key_problem, .pattern = kKeyPattern},
    Shape{.type = Type::object, .expected = kSecretForms, .table = &kSecret}};
constexpr Shape kSecretShape{.type = Type::either, .expected = kSecretForms, .alternatives = kSecretAlternatives};

constexpr std::array<std::string_view, 2> kSecretsPolicies{"keep", "exact"};
constexpr Shape kPointer{
    .type = Type::string, .rule = pointer_problem, .pattern = "^/([^~/]|~[01])+(/([^~/]|~[01])*)*$"};

constexpr std::array<std::string_view, 3> kCode{"main", "script", "assets"};
constexpr std::string_view kMainOrScript = "main is for ES modules, script for service-worker syntax";
constexpr std::array kSpecExclusions{
    Exclusion{"main", "script", kMainOrScript},
    Exclusion{"exports", "migrations", "exports says of each class what migrations say of its history"}};

constexpr std::string_view kOverlayForms = "a map that is merged over spec, or null";

const Shape& binding_shape() {
  static const Shape shape{.type = Type::variant,
                           .expected = "a binding object such as {type: plain_text, text: hello}",
                           .tag = "type",
                           .variants = binding_variants()};
  return shape;
}

enum class Use : std::uint8_t { own, setting };

struct SpecField {
  Field field;
  Use use = Use::own;
};

SpecField setting(std::string_view name, Shape shape, std::string_view documentation) {
  return {{name, shape, documentation}, Use::setting};
}

// Fields that `spec` and the overlays of environments share.
const auto& spec_fields() {
  static const std::array fields{
      SpecField{{"main", kPath, "Entry of an ES module Worker, relative to this file"}},
      SpecField{{"script", kPath, "Code of a service-worker Worker, relative to this file"}},
      SpecField{{"modules", kTexts, "Globs of the other modules, relative to this file"}},
      setting("compatibility_date", kDate, "Day whose runtime behaviour the Worker sees"),
      setting("compatibility_flags", kTexts, "Runtime features that are on or off"),
      setting("bindings",
              {.type = Type::map,
               .expected = "a map from names to bindings",
               .element = &binding_shape(),
               .key_rule = binding_name_problem,
               .key_pattern = kBindingPattern},
              "All bindings but secrets, by name"),
      SpecField{{"secrets",
                 {.type = Type::map,
                  .expected = "a map from names to keys in a secret store",
                  .element = &kSecretShape,
                  .key_rule = binding_name_problem,
                  .key_pattern = kBindingPattern},
                 "Secrets by name, each with its key in a secret store"}},
      SpecField{{"secrets_policy",
                 {.type = Type::string, .values = kSecretsPolicies},
                 "Whether secrets that are not named here are kept or deleted"}},
      SpecField{
          {"subdomain", {.type = Type::object, .table = &kSubdomain}, "Whether the Worker answers on workers.dev"}},
      setting("observability", {.type = Type::object, .table = &kObservability}, "Logs and traces"),
      setting("logpush", kBoolean, "Whether Logpush receives trace events"),
      setting("placement",
              {.type = Type::object, .table = &kPlacement, .node_rule = check_placement, .also = kPlacementRules},
              "Where the Worker runs"),
      setting("limits", {.type = Type::object, .table = &kLimits}, "Limits of one call"),
      setting("tags", {.type = Type::list, .expected = "a list of strings", .element = &kTag, .most = kMaxTags},
              "Labels of the Worker"),
      setting("tail_consumers", {.type = Type::list, .element = &kTailConsumerShape},
              "Workers that receive the events of this one"),
      setting("usage_model", {.type = Type::string, .values = kUsageModels}, "How calls are billed"),
      SpecField{{"ignore",
                 {.type = Type::list, .expected = "a list of JSON pointers", .element = &kPointer},
                 "JSON pointers into the settings that are left alone"}},
      SpecField{{"depends_on",
                 {.type = Type::list, .expected = "a list of names of Workers", .element = &kWorkerName},
                 "Workers that must exist before this one"}},
      // Metadata of the upload that is passed on unchanged.
      setting("cache_options", kAnyMap, "Cache in front of the Worker"),
      setting("containers", kAnyList, "Containers of the Worker"),
      setting("exports", kAnyMap, "Durable Objects and entrypoints by class"),
      setting("package_dependencies", kAnyList, "Packages that the code was built from"),
      setting("streaming_tail_consumers", kAnyList, "Workers that receive events as they happen"),
      // Fields with calls of their own, beside the upload.
      SpecField{{"routes", routes_shape(), "Patterns of requests that the Worker answers"}},
      SpecField{{"domains", domains_shape(), "Hostnames that are all the Worker's"}},
      SpecField{{"schedules", schedules_shape(), "Times at which the Worker is called, in UTC"}},
      SpecField{{"queue_consumers", queue_consumers_shape(), "Queues whose messages the Worker takes"}},
      SpecField{{"workflows", workflows_shape(), "Workflows that classes of the Worker implement"}},
      SpecField{{"assets", assets_shape(), "Files that are served beside the Worker"}},
      SpecField{{"migrations", migrations_shape(), "History of the Durable Object classes, oldest first"}},
      // Never accepted.
      SpecField{refused_field("annotations", "Plumbline writes the annotations of every version itself")},
      SpecField{refused_field("keep_assets", "leave \"assets\" out to keep what is live")},
      SpecField{refused_field("keep_bindings", "leave \"bindings\" out to keep what is live")},
      SpecField{refused_field("main_module", "name the file under \"main\"")},
      SpecField{refused_field("body_part", "name the file under \"script\"")}};
  return fields;
}

std::vector<Field> with_spec_fields(std::vector<Field> fields) {
  for (const SpecField& one : spec_fields()) fields.push_back(one.field);
  return fields;
}

Field environments(const Shape& overlay) {
  return {"environments",
          {.type = Type::map,
           .expected = "a map from environments to overlays",
           .element = &overlay,
           .key_rule = environment_name_problem,
           .key_pattern = kWordPattern},
          "Overlays, merged over spec in the environment of that name; null: the Worker is not in it"};
}

Field nested_environments() {
  return refused_field("environments", "an overlay has no overlays");
}

const Shape& overlay_shape() {
  static const std::vector<Field> fields =
      with_spec_fields({{"name", kWorkerName, "Name of the Worker in this environment"}, nested_environments()});
  static const Table table{.fields = fields};
  static const Shape shape{.type = Type::object, .expected = kOverlayForms, .table = &table, .extent = Extent::layer};
  return shape;
}

const Shape& defaults_overlay_shape() {
  static const std::vector<Field> fields = with_spec_fields(
      {refused_field("name", "every Worker below would have the same name; use the source's name_suffix"),
       nested_environments()});
  static const Table table{.fields = fields};
  static const Shape shape{.type = Type::object, .expected = kOverlayForms, .table = &table, .extent = Extent::layer};
  return shape;
}

const Shape& defaults_spec_shape() {
  static const std::vector<Field> fields = with_spec_fields({environments(defaults_overlay_shape())});
  static const Table table{.fields = fields};
  static const Shape shape{.type = Type::object, .table = &table, .extent = Extent::layer};
  return shape;
}

}  // namespace

const Shape& spec_shape() {
  static const std::vector<Field> fields = with_spec_fields({environments(overlay_shape())});
  static const Table table{
      .fields = fields, .one_of = kCode, .one_of_mend = kMainOrScript, .exclusions = kSpecExclusions};
  static const Shape shape{.type = Type::object, .table = &table};
  return shape;
}

const Shape& worker_name_shape() {
  return kWorkerName;
}

bool is_setting(std::string_view spec_field) {
  const auto found = std::ranges::find(spec_fields(), spec_field, [](const SpecField& one) { return one.field.name; });
  return found != spec_fields().end() && found->use == Use::setting;
}

const Shape& worker_shape() {
  static const std::array fields{Field{"apiVersion", kText, "Version of this format", Presence::required},
                                 Field{"kind", kText, "What the document describes", Presence::required},
                                 Field{"metadata",
                                       {.type = Type::object, .table = &kMetadata},
                                       "Name and ownership of the Worker",
                                       Presence::required},
                                 Field{"spec", spec_shape(), "What the Worker should be", Presence::required}};
  static const Table table{.fields = fields};
  static const Shape shape{.type = Type::object, .table = &table};
  return shape;
}

const Shape& defaults_shape() {
  static const std::array fields{
      Field{"apiVersion", kText, "Version of this format", Presence::required},
      Field{"kind", kText, "What the document describes", Presence::required},
      Field{"metadata", {.type = Type::object, .table = &kDefaultsMetadata}, "A label for people"},
      Field{"spec", defaults_spec_shape(), "What lies under every Worker below this folder", Presence::required}};
  static const Table table{.fields = fields};
  static const Shape shape{.type = Type::object, .table = &table};
  return shape;
}

}  // namespace plumbline::manifests
