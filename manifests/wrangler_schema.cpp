#include "manifests/wrangler_schema.h"

#include <vector>

#include "manifests/rules.h"

namespace plumbline::manifests {
namespace {

constexpr Shape kAny{};
constexpr Shape kText{.type = Type::string};
constexpr Shape kTexts{.type = Type::list, .element = &kText};
constexpr Shape kBool{.type = Type::boolean};
constexpr Shape kNumber{.type = Type::number};
constexpr Shape kMap{.type = Type::map};
constexpr Shape kTextMap{.type = Type::map, .element = &kText};

std::optional<std::string> nonempty_problem(std::string_view text) {
  if (text.empty()) return "may not be empty";
  return std::nullopt;
}

constexpr Shape kNonEmpty{.type = Type::string, .rule = nonempty_problem};

constexpr Field needs(std::string_view name, std::string_view documentation, Shape shape = kText) {
  return {name, shape, documentation, Presence::required};
}

constexpr Field may_have(std::string_view name, std::string_view documentation, Shape shape = kText) {
  return {name, shape, documentation};
}

constexpr Table table_of(std::span<const Field> fields) {
  return {.fields = fields, .unknown = Unknown::warn};
}

// Every binding has its name, and most may be proxied by `wrangler dev`.
constexpr Field kBinding = needs("binding", "Name of the binding", kNonEmpty);
constexpr Field kName = needs("name", "Name of the binding", kNonEmpty);
constexpr Field kRemote = may_have("remote", "Whether wrangler dev uses the real resource", kBool);

// --- bindings

constexpr std::array kKvFields{kBinding, kRemote, may_have("id", "Id of the namespace", kNonEmpty),
                               may_have("preview_id", "Namespace of wrangler dev")};
constexpr std::array kR2Fields{kBinding, kRemote, may_have("bucket_name", "Name of the bucket", kNonEmpty),
                               may_have("preview_bucket_name", "Bucket of wrangler dev"),
                               may_have("jurisdiction", "Jurisdiction of the bucket")};
constexpr std::array kD1Fields{kBinding,
                               kRemote,
                               may_have("database_id", "Id of the database"),
                               may_have("database_name", "Name of the database"),
                               may_have("preview_database_id", "Database of wrangler dev"),
                               may_have("database_internal_env", "Environment inside of Cloudflare"),
                               may_have("migrations_dir", "Folder of SQL migrations"),
                               may_have("migrations_table", "Table that holds their state")};
constexpr std::array kEmailFields{kName,
                                  kRemote,
                                  may_have("binding", "Older name of name"),
                                  may_have("destination_address", "The one address that mail may go to"),
                                  may_have("allowed_destination_addresses", "Addresses that mail may go to", kTexts),
                                  may_have("allowed_sender_addresses", "Addresses that mail may come from", kTexts)};
constexpr std::array kObjectFields{kName, kRemote, needs("class_name", "Exported class of the Durable Object"),
                                   may_have("script_name", "Worker that exports the class, if it is another one"),
                                   may_have("environment", "Environment of that Worker")};
constexpr std::array kStepLimits{may_have("steps", "Steps of one instance at most", {.type = Type::number})};
constexpr Table kStepLimitTable = table_of(kStepLimits);
constexpr std::array kWorkflowFields{
    kBinding,
    kRemote,
    needs("name", "Name of the workflow", kNonEmpty),
    needs("class_name", "Exported class of the workflow"),
    may_have("script_name", "Worker that exports the class, if it is another one"),
    may_have("limits", "Limits of the workflow", {.type = Type::object, .table = &kStepLimitTable})};
constexpr std::array kProducerFields{kBinding, kRemote, needs("queue", "Name of the queue", kNonEmpty),
                                     may_have("delivery_delay", "Seconds that a message waits", kNumber)};
constexpr std::array<std::string_view, 1> kConsumerTypes{"worker"};
constexpr std::array kConsumerFields{
    needs("queue", "Name of the queue", kNonEmpty),
    may_have("type", "Kind of the consumer", {.type = Type::string, .values = kConsumerTypes}),
    may_have("max_batch_size", "Messages of one batch at most", kNumber),
    may_have("max_batch_timeout", "Seconds until a batch is full", kNumber),
    may_have("max_retries", "Times that a message is delivered again", kNumber),
    may_have("dead_letter_queue", "Queue of messages that failed"),
    may_have("max_concurrency", "Consumers at the same time", kNumber),
    may_have("visibility_timeout_ms", "Used by pull consumers only", kNumber),
    may_have("retry_delay", "Seconds until a message is delivered again", kNumber)};
constexpr std::array kVectorizeFields{kBinding, kRemote, needs("index_name", "Name of the index")};
constexpr std::array kNamespaceFields{kBinding, kRemote, needs("namespace", "Name of the namespace")};
constexpr std::array kAiSearchFields{kBinding, kRemote, needs("instance_name", "Name of the instance")};
constexpr std::array kHyperdriveFields{kBinding, kRemote, needs("id", "Id of the configuration"),
                                       may_have("localConnectionString", "Database of wrangler dev")};
constexpr std::array kStoreSecretFields{kBinding, needs("store_id", "Id of the Secrets Store"),
                                        needs("secret_name", "Name of the secret in it")};
constexpr std::array kHelloFields{kBinding, may_have("enable_timer", "An experiment of wrangler's", kBool)};
constexpr std::array kFlagshipFields{kBinding, kRemote, needs("app_id", "Id of the app")};
constexpr std::array kRateFields{needs("limit", "Requests per period", kNumber),
                                 needs("period", "Length of the period in seconds, 10 or 60", kNumber)};
constexpr Table kRateTable = table_of(kRateFields);
constexpr std::array kRateLimitFields{kName, needs("namespace_id", "Id of the counter, chosen by you"),
                                      needs("simple", "The limit", {.type = Type::object, .table = &kRateTable})};
constexpr std::array kVpcServiceFields{kBinding, kRemote, needs("service_id", "Id of the service")};
constexpr std::array kVpcNetworkFields{kBinding, kRemote, may_have("tunnel_id", "Id of the tunnel"),
                                       may_have("network_id", "Id of the network")};
constexpr std::array kServiceFields{kBinding,
                                    kRemote,
                                    needs("service", "Name of the Worker that is called"),
                                    may_have("environment", "Environment of that Worker"),
                                    may_have("entrypoint", "Named entrypoint of that Worker"),
                                    may_have("props", "Values that the entrypoint sees", kMap),
                                    may_have("cross_account_grant", "Grant of another account")};
constexpr std::array kDatasetFields{kBinding, kRemote, may_have("dataset", "Name of the dataset", kNonEmpty)};
constexpr std::array kOutboundFields{needs("service", "Worker that requests pass through"),
                                     may_have("environment", "Environment of that Worker"),
                                     may_have("parameters", "Names of values for it", kTexts)};
constexpr Table kOutboundTable = table_of(kOutboundFields);
constexpr std::array kDispatchFields{kBinding, kRemote, needs("namespace", "Name of the dispatch namespace"),
                                     may_have("outbound", "Worker that outgoing requests pass through",
                                              {.type = Type::object, .table = &kOutboundTable})};
constexpr std::array kCertificateFields{kBinding, kRemote, needs("certificate_id", "Id of the certificate", kNonEmpty)};
constexpr std::array kPipelineFields{kBinding, kRemote, needs("pipeline", "Id or name of the pipeline")};
constexpr std::array kLoaderFields{kBinding};
constexpr std::array kForwarderFields{kName, needs("destination", "Where log lines go")};
constexpr std::array kSimpleFields{kBinding, kRemote};
constexpr std::array kAiFields{kBinding, kRemote, may_have("staging", "Use of the staging models", kBool)};
constexpr std::array kUnsafeFields{kName, needs("type", "Type of the binding in the API")};
constexpr Table kUnsafeTable{.fields = kUnsafeFields, .unknown = Unknown::pass};
constexpr Shape kUnsafe{.type = Type::object, .table = &kUnsafeTable};

// A list of objects of `Fields`.
template <const auto& Fields>
struct Objects {
  static constexpr Table kTable = table_of(Fields);
  static constexpr Shape kOne{.type = Type::object, .table = &kTable};
  static constexpr Shape kList{.type = Type::list, .expected = "a list of maps", .element = &kOne};
};

// `{bindings: [...]}`
template <const auto& Fields>
struct Wrapped {
  static constexpr std::array kFields{needs("bindings", "List of the bindings", Objects<Fields>::kList)};
  static constexpr Table kTable = table_of(kFields);
  static constexpr Shape kShape{.type = Type::object, .table = &kTable};
};

constexpr std::array kQueueFields{
    may_have("producers", "Queues that the Worker sends to", Objects<kProducerFields>::kList),
    may_have("consumers", "Queues that the Worker reads", Objects<kConsumerFields>::kList)};
constexpr Table kQueues = table_of(kQueueFields);

constexpr Shape kUnsafeList{.type = Type::list, .expected = "a list of maps", .element = &kUnsafe};
constexpr std::array kUnsafeSettings{may_have("bindings", "Bindings as the API writes them", kUnsafeList),
                                     may_have("metadata", "Members of the upload's metadata", kMap),
                                     may_have("capnp", "Schemas of log lines", kMap)};
constexpr Table kUnsafeSettingsTable = table_of(kUnsafeSettings);

constexpr std::array kSecretFields{may_have("required", "Names of the secrets that must be there", kTexts)};
constexpr Table kSecrets = table_of(kSecretFields);

// --- code

constexpr std::array<std::string_view, 7> kRuleTypes{"ESModule", "CommonJS",     "CompiledWasm",     "Text",
                                                     "Data",     "PythonModule", "PythonRequirement"};
constexpr std::array kRuleFields{
    needs("type", "What the files are", {.type = Type::string, .values = kRuleTypes}),
    needs("globs", "Patterns of the files, relative to the folder of main or to base_dir", kTexts),
    may_have("fallthrough", "Whether later rules of this type apply as well", kBool)};

constexpr std::array kBuildFields{may_have("command", "Command that wrangler runs before bundling"),
                                  may_have("cwd", "Folder that it runs in"),
                                  may_have("watch_dir", "Folders that wrangler dev watches", kAny)};
constexpr Table kBuild = table_of(kBuildFields);

constexpr std::array kPythonFields{may_have("exclude", "Patterns of files that are left out", kTexts)};
constexpr Table kPython = table_of(kPythonFields);

// --- triggers

constexpr std::array kRouteFields{needs("pattern", "Host and path, with wildcards"),
                                  may_have("zone_id", "Id of the zone"),
                                  may_have("zone_name", "Name of the zone"),
                                  may_have("custom_domain", "Whether the whole host belongs to the Worker", kBool),
                                  may_have("enabled", "Whether the custom domain is served", kBool),
                                  may_have("previews_enabled", "Whether previews of it are served", kBool)};
constexpr Table kRouteTable{.fields = kRouteFields};
constexpr std::string_view kRouteForms = "a string, or a map with pattern and zone_name, zone_id or custom_domain";

void check_route(const YamlNode& node, Report& report) {
  const auto has = [&node](std::string_view key) { return node.find(key) != nullptr; };
  if (has("zone_id") && has("zone_name")) {
    report.error(node, "a route takes \"zone_id\" or \"zone_name\", not both");
  }
  if ((has("enabled") || has("previews_enabled")) && !has("custom_domain")) {
    report.error(node, "\"enabled\" and \"previews_enabled\" belong to a route with \"custom_domain\"");
  }
  if (!has("zone_id") && !has("zone_name") && !has("custom_domain")) {
    report.error(node, "a route with \"pattern\" alone is written as a string",
                 "write the pattern itself, or add zone_name, zone_id or custom_domain");
  }
}

constexpr std::array kRouteAlternatives{kText,
                                        Shape{.type = Type::object, .table = &kRouteTable, .node_rule = check_route}};
constexpr Shape kRoute{.type = Type::either, .expected = kRouteForms, .alternatives = kRouteAlternatives};
constexpr Shape kRoutes{.type = Type::list, .expected = "a list of routes", .element = &kRoute};

constexpr std::array kTriggerFields{may_have("crons", "Cron expressions", kTexts)};
constexpr Table kTriggers = table_of(kTriggerFields);

// --- settings

constexpr Shape kDate{.type = Type::string, .rule = date_problem};
constexpr std::array kLogFields{may_have("enabled", "Whether logs are kept", kBool),
                                may_have("head_sampling_rate", "Share of calls that are logged", kNumber),
                                may_have("invocation_logs", "Whether each call is logged", kBool),
                                may_have("destinations", "Names of destinations outside", kTexts),
                                may_have("persist", "Whether they are stored at Cloudflare", kBool)};
constexpr Table kLogs = table_of(kLogFields);
constexpr std::array kTraceFields{may_have("enabled", "Whether traces are kept", kBool),
                                  may_have("head_sampling_rate", "Share of calls that are traced", kNumber),
                                  may_have("destinations", "Names of destinations outside", kTexts),
                                  may_have("persist", "Whether they are stored at Cloudflare", kBool)};
constexpr Table kTraces = table_of(kTraceFields);
constexpr std::array kObservabilityFields{
    may_have("enabled", "Whether logs and traces are collected", kBool),
    may_have("head_sampling_rate", "Share of calls that are collected",
             {.type = Type::number, .minimum = 0, .maximum = 1}),
    may_have("logs", "What is logged", {.type = Type::object, .table = &kLogs}),
    may_have("traces", "What is traced", {.type = Type::object, .table = &kTraces})};
constexpr std::array<std::string_view, 3> kObservabilityParts{"enabled", "logs", "traces"};
constexpr Table kObservability{.fields = kObservabilityFields, .unknown = Unknown::warn, .one_of = kObservabilityParts};

constexpr std::array kLimitFields{may_have("cpu_ms", "CPU time of one call in milliseconds", kNumber),
                                  may_have("subrequests", "Subrequests of one call", kNumber)};
constexpr Table kLimits{.fields = kLimitFields, .unknown = Unknown::pass};

constexpr std::array kCacheFields{needs("enabled", "Whether the cache is on", kBool)};
constexpr Table kCache = table_of(kCacheFields);

constexpr std::array<std::string_view, 3> kPlacementModes{"off", "smart", "targeted"};
constexpr std::array kPlacementFields{
    may_have("mode", "off, smart or targeted", {.type = Type::string, .values = kPlacementModes}),
    may_have("hint", "Region that smart placement begins in"),
    may_have("region", "Region of a cloud that the Worker should run near to"),
    may_have("host", "Host and port that the Worker should run near to"),
    may_have("hostname", "Host over HTTP that the Worker should run near to")};
constexpr Table kPlacement{.fields = kPlacementFields, .unknown = Unknown::pass};

// The rules of wrangler: a hint is smart placement's, and there is one place at most.
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

constexpr std::array<std::string_view, 4> kHtmlHandling{"auto-trailing-slash", "force-trailing-slash",
                                                        "drop-trailing-slash", "none"};
constexpr std::array<std::string_view, 3> kNotFoundHandling{"single-page-application", "404-page", "none"};
constexpr std::array kFirstAlternatives{kBool, kTexts};
constexpr std::array kAssetFields{
    may_have("directory", "Folder of the files, relative to this file"),
    may_have("binding", "Name of the binding that serves them", kNonEmpty),
    may_have("html_handling", "Slashes behind pages", {.type = Type::string, .values = kHtmlHandling}),
    may_have("not_found_handling", "What is served where nothing is",
             {.type = Type::string, .values = kNotFoundHandling}),
    may_have(
        "run_worker_first", "Paths that the Worker sees before the assets",
        {.type = Type::either, .expected = "true, false or a list of strings", .alternatives = kFirstAlternatives})};
constexpr Table kAssets = table_of(kAssetFields);

constexpr std::array kRenamedFields{needs("from", "Old name"), needs("to", "New name")};
constexpr std::array kTransferredFields{needs("from", "Name of the class there"),
                                        needs("from_script", "Worker that it comes from"),
                                        needs("to", "Name of the class here")};
constexpr std::array kMigrationFields{
    needs("tag", "Name of this step"),
    may_have("new_classes", "Classes with the older storage", kTexts),
    may_have("new_sqlite_classes", "Classes with SQLite storage", kTexts),
    may_have("renamed_classes", "Classes with another name", Objects<kRenamedFields>::kList),
    may_have("transferred_classes", "Classes from another Worker", Objects<kTransferredFields>::kList),
    may_have("deleted_classes", "Classes whose data is destroyed", kTexts)};

// --- the file

enum class In : std::uint8_t { top_only, inherited, not_inherited };

struct ConfigField {
  Field field;
  In in;
};

ConfigField inherited(std::string_view name, const Shape& shape) {
  return {{name, shape, {}}, In::inherited};
}

ConfigField own(std::string_view name, const Shape& shape) {
  return {{name, shape, {}}, In::not_inherited};
}

ConfigField top(std::string_view name, const Shape& shape) {
  return {{name, shape, {}}, In::top_only};
}

Shape object(const Table& table, NodeRule rule = nullptr) {
  return {.type = Type::object, .table = &table, .node_rule = rule};
}

const std::vector<ConfigField>& config_fields() {
  static const std::vector<ConfigField> fields{
      // What says what the Worker is.
      inherited("name", kText), inherited("main", kText), inherited("account_id", kText),
      inherited("compatibility_date", kDate), inherited("compatibility_flags", kTexts),
      inherited("rules", Objects<kRuleFields>::kList), inherited("base_dir", kText), inherited("no_bundle", kBool),
      inherited("find_additional_modules", kBool), inherited("preserve_file_names", kBool),
      inherited("upload_source_maps", kBool), inherited("build", object(kBuild)),
      inherited("python_modules", object(kPython)),
      // What only wrangler's bundling needs.
      inherited("jsx_factory", kText), inherited("jsx_fragment", kText), inherited("tsconfig", kText),
      inherited("minify", kBool), inherited("keep_names", kBool), own("define", kTextMap), top("alias", kTextMap),
      // Settings and triggers.
      inherited("route", kRoute), inherited("routes", kRoutes), inherited("triggers", object(kTriggers)),
      inherited("workers_dev", kBool), inherited("preview_urls", kBool), inherited("limits", object(kLimits)),
      inherited("placement", object(kPlacement, check_placement)), inherited("observability", object(kObservability)),
      inherited("logpush", kBool), inherited("cache", object(kCache)), inherited("assets", object(kAssets)),
      inherited("migrations", Objects<kMigrationFields>::kList), inherited("compliance_region", kText),
      inherited("first_party_worker", kBool), inherited("previews", kMap),
      own("tail_consumers", Objects<kConsumerOfTailFields>::kList),
      own("streaming_tail_consumers", Objects<kStreamingFields>::kList),
      // Bindings.
      own("vars", kMap), own("secrets", object(kSecrets)), own("kv_namespaces", Objects<kKvFields>::kList),
      own("send_email", Objects<kEmailFields>::kList), own("durable_objects", Wrapped<kObjectFields>::kShape),
      own("workflows", Objects<kWorkflowFields>::kList), own("queues", object(kQueues)),
      own("r2_buckets", Objects<kR2Fields>::kList), own("d1_databases", Objects<kD1Fields>::kList),
      own("vectorize", Objects<kVectorizeFields>::kList), own("ai_search_namespaces", Objects<kNamespaceFields>::kList),
      own("ai_search", Objects<kAiSearchFields>::kList), own("hyperdrive", Objects<kHyperdriveFields>::kList),
      own("secrets_store_secrets", Objects<kStoreSecretFields>::kList),
      own("artifacts", Objects<kNamespaceFields>::kList), own("unsafe_hello_world", Objects<kHelloFields>::kList),
      own("flagship", Objects<kFlagshipFields>::kList), own("ratelimits", Objects<kRateLimitFields>::kList),
      own("vpc_services", Objects<kVpcServiceFields>::kList), own("vpc_networks", Objects<kVpcNetworkFields>::kList),
      own("services", Objects<kServiceFields>::kList), own("analytics_engine_datasets", Objects<kDatasetFields>::kList),
      own("dispatch_namespaces", Objects<kDispatchFields>::kList),
      own("mtls_certificates", Objects<kCertificateFields>::kList), own("pipelines", Objects<kPipelineFields>::kList),
      own("worker_loaders", Objects<kLoaderFields>::kList), inherited("logfwdr", Wrapped<kForwarderFields>::kShape),
      own("browser", Objects<kSimpleFields>::kOne), own("ai", Objects<kAiFields>::kOne),
      own("images", Objects<kSimpleFields>::kOne), own("stream", Objects<kSimpleFields>::kOne),
      own("media", Objects<kSimpleFields>::kOne), own("version_metadata", Objects<kSimpleFields>::kOne),
      own("unsafe", object(kUnsafeSettingsTable)), own("containers", {.type = Type::list}), own("cloudchamber", kMap),
      top("wasm_modules", kTextMap), top("text_blobs", kTextMap), top("data_blobs", kTextMap),
      // What only the whole file has.
      top("$schema", kText), top("env", {.type = Type::map, .element = &kMap}), top("legacy_env", kBool),
      top("send_metrics", kBool), top("keep_vars", kBool), top("dev", kMap), top("site", kMap),
      top("pages_build_output_dir", kText),
      // What build tools write into configurations that .wrangler/deploy/config.json points at.
      top("configPath", kAny), top("userConfigPath", kAny), top("topLevelName", kAny), top("definedEnvironments", kAny),
      top("targetEnvironment", kAny)};
  return fields;
}

std::vector<Field> fields_where(bool (*wanted)(In)) {
  std::vector<Field> out;
  for (const auto& [field, in] : config_fields()) {
    if (wanted(in)) out.push_back(field);
  }
  return out;
}

}  // namespace

const Shape& wrangler_config_shape() {
  static const std::vector<Field> fields = fields_where([](In) { return true; });
  static const Table table = table_of(fields);
  static const Shape shape = object(table);
  return shape;
}

const Shape& wrangler_environment_shape() {
  static const std::vector<Field> fields = fields_where([](In in) { return in != In::top_only; });
  static const Table table = table_of(fields);
  static const Shape shape = object(table);
  return shape;
}

std::span<const std::string_view> wrangler_not_inherited() {
  static const std::vector<std::string_view> names = [] {
    std::vector<std::string_view> out;
    for (const auto& [field, in] : config_fields()) {
      if (in == In::not_inherited) out.push_back(field.name);
    }
    return out;
  }();
  return names;
}

}  // namespace plumbline::manifests
