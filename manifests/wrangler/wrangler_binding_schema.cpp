#include "manifests/wrangler/wrangler_binding_schema.h"

#include <algorithm>
#include <iterator>

#include "manifests/kinds/trigger_values.h"
#include "manifests/wrangler/wrangler_exports.h"

namespace plumbline::manifests {
namespace {

// Every binding has a name, and `wrangler dev` can proxy most of them.
constexpr Field kBinding = needs("binding", "Name of the binding");
constexpr Field kName = needs("name", "Name of the binding");
constexpr Field kRemote = may_have("remote", "Whether wrangler dev uses the real resource", kBoolean);
// Its name while it was an experiment, which wrangler passes over.
constexpr Field kOldRemote{.name = "experimental_remote",
                           .shape = kAny,
                           .documentation = "it was for wrangler dev, which has called it \"remote\" since",
                           .support = Support::idle};

constexpr std::array kKvFields{kBinding, kRemote, kOldRemote, may_have("id", "Id of the namespace", kFilled),
                               may_have("preview_id", "Namespace of wrangler dev")};
constexpr std::array kR2Fields{kBinding,
                               kRemote,
                               kOldRemote,
                               may_have("bucket_name", "Name of the bucket", kFilled),
                               may_have("preview_bucket_name", "Bucket of wrangler dev"),
                               may_have("local_dev", "Credentials of wrangler dev", kAny),
                               may_have("jurisdiction", "Jurisdiction of the bucket")};
constexpr std::array kD1Fields{kBinding,
                               kRemote,
                               kOldRemote,
                               may_have("database_id", "Id of the database"),
                               may_have("database_name", "Name of the database"),
                               may_have("preview_database_id", "Database of wrangler dev"),
                               may_have("database_internal_env", "Environment inside of Cloudflare"),
                               may_have("jurisdiction", "Location of a database that wrangler creates"),
                               may_have("migrations_dir", "Folder of SQL migrations"),
                               may_have("migrations_pattern", "Names of SQL migrations"),
                               may_have("migrations_table", "Table that holds their state")};
constexpr std::array kEmailFields{kName,
                                  kRemote,
                                  kOldRemote,
                                  may_have("binding", "Older name of name"),
                                  may_have("destination_address", "The one address that mail may go to"),
                                  may_have("allowed_destination_addresses", "Addresses that mail may go to", kTexts),
                                  may_have("allowed_sender_addresses", "Addresses that mail may come from", kTexts)};
constexpr std::array kObjectFields{kName,
                                   kRemote,
                                   kOldRemote,
                                   needs("class_name", "Exported class of the Durable Object", kClassName),
                                   may_have("script_name", "Worker that exports the class, if it is another one"),
                                   may_have("environment", "Environment of that Worker")};
constexpr std::array kWorkflowFields{kBinding,
                                     kRemote,
                                     kOldRemote,
                                     needs("name", "Name of the workflow", kWorkflowName),
                                     needs("class_name", "Exported class of the workflow", kClassName),
                                     may_have("script_name", "Worker that exports the class, if it is another one"),
                                     kWranglerWorkflowSettings[0],
                                     kWranglerWorkflowSettings[1],
                                     kWranglerWorkflowSettings[2],
                                     kWranglerWorkflowSettings[3],
                                     kWranglerWorkflowSettings[4]};
constexpr Shape kWorkflowList = checked(Objects<kWorkflowFields>::kList, check_repeated_workflows);
constexpr std::array kProducerFields{kBinding, kRemote, kOldRemote, may_have("queue", "Name of the queue", kFilled),
                                     may_have("delivery_delay", "Seconds that a message waits", kWhole)};
constexpr std::array<std::string_view, 1> kConsumerTypes{"worker"};
constexpr std::array kConsumerFields{
    needs("queue", "Name of the queue"),
    may_have("type", "Kind of the consumer", {.type = Type::string, .values = kConsumerTypes}),
    may_have("max_batch_size", "Messages of one batch at most", kPositive),
    may_have("max_batch_timeout", "Seconds until a batch is full", kWaitInSeconds),
    may_have("max_retries", "Times that a message is delivered again", kWhole),
    may_have("dead_letter_queue", "Queue for messages that failed", kFilled),
    may_have("max_concurrency", "Consumers at the same time", kPositive),
    may_have("visibility_timeout_ms", "Used by pull consumers only", kNumber),
    may_have("retry_delay", "Seconds until a message is delivered again", kWhole)};
constexpr std::array kVectorizeFields{kBinding, kRemote, kOldRemote, needs("index_name", "Name of the index")};
constexpr std::array kNamespaceFields{kBinding, kRemote, kOldRemote,
                                      may_have("namespace", "Name of the namespace", kFilled)};
constexpr std::array kArtifactFields{kBinding, kRemote, kOldRemote, needs("namespace", "Name of the namespace")};
constexpr std::array kAiSearchFields{kBinding, kRemote, kOldRemote, needs("instance_name", "Name of the instance")};
constexpr std::array kHyperdriveFields{kBinding, kRemote, kOldRemote, needs("id", "Id of the configuration"),
                                       may_have("localConnectionString", "Database of wrangler dev")};
constexpr std::array kStoreSecretFields{kBinding, needs("store_id", "Id of the Secrets Store"),
                                        needs("secret_name", "Name of the secret in it")};
constexpr std::array kHelloFields{kBinding, may_have("enable_timer", "An experiment of wrangler's", kBoolean)};
constexpr std::array kFlagshipFields{kBinding, kRemote, kOldRemote, may_have("app_id", "Id of the app", kFilled)};
constexpr std::array kRateFields{needs("limit", "Requests per period", kNumber),
                                 needs("period", "Length of the period in seconds, 10 or 60", kNumber)};
constexpr Table kRateTable = table_of(kRateFields);
constexpr std::array kRateLimitFields{kName, needs("namespace_id", "Id of the counter, chosen by you"),
                                      needs("simple", "The limit", {.type = Type::object, .table = &kRateTable})};
constexpr std::array kVpcServiceFields{kBinding, kRemote, kOldRemote, needs("service_id", "Id of the service")};
constexpr std::array kVpcNetworkFields{kBinding, kRemote, kOldRemote, may_have("tunnel_id", "Id of the tunnel"),
                                       may_have("network_id", "Id of the network")};
constexpr std::array kServiceFields{kBinding,
                                    kRemote,
                                    kOldRemote,
                                    needs("service", "Name of the Worker that is called"),
                                    may_have("environment", "Environment of that Worker"),
                                    may_have("entrypoint", "Named entrypoint of that Worker"),
                                    may_have("props", "Values that the entrypoint sees", kMap),
                                    may_have("cross_account_grant", "Grant of another account")};
constexpr std::array kDatasetFields{kBinding, kRemote, kOldRemote, may_have("dataset", "Name of the dataset", kFilled)};
constexpr std::array kOutboundFields{needs("service", "Worker that requests pass through"),
                                     may_have("environment", "Environment of that Worker"),
                                     may_have("parameters", "Names of values for it", kTexts)};
constexpr Table kOutboundTable = table_of(kOutboundFields);
constexpr std::array kDispatchFields{kBinding, kRemote, kOldRemote,
                                     may_have("namespace", "Name of the dispatch namespace", kFilled),
                                     may_have("outbound", "Worker that outgoing requests pass through",
                                              {.type = Type::object, .table = &kOutboundTable})};
constexpr std::array kCertificateFields{kBinding, kRemote, kOldRemote,
                                        needs("certificate_id", "Id of the certificate")};
constexpr std::array kPipelineFields{kBinding, kRemote, kOldRemote, may_have("stream", "Id of the stream"),
                                     may_have("pipeline", "Older way: id or name of the pipeline")};
constexpr std::array kK2Fields{kBinding, kRemote, needs("stream", "Name of the stream")};
constexpr std::array kLoaderFields{kBinding};
constexpr std::array kForwarderFields{kName, needs("destination", "Where log lines go")};
constexpr std::array kSimpleFields{kBinding, kRemote, kOldRemote};
constexpr std::array kAiFields{kBinding, kRemote, kOldRemote,
                               may_have("staging", "Use of the staging models", kBoolean)};
constexpr std::array kUnsafeFields{kName, needs("type", "Type of the binding in the API")};
constexpr Table kUnsafeTable{.fields = kUnsafeFields, .unknown = Unknown::pass};
constexpr Shape kUnsafe{.type = Type::object, .table = &kUnsafeTable};

constexpr Shape kConsumerList = checked(Objects<kConsumerFields>::kList, check_repeated_consumers);
constexpr std::array kQueueFields{
    may_have("producers", "Queues that the Worker sends to", Objects<kProducerFields>::kList),
    may_have("consumers", "Queues that the Worker reads", kConsumerList)};
constexpr Table kQueues = table_of(kQueueFields);
constexpr Shape kQueuesShape{.type = Type::object, .table = &kQueues};

constexpr std::array<std::string_view, 2> kUpdateModes{"immediate", "deferred"};
constexpr double kMostDelay = 24 * 3600;
constexpr std::array kCodeUpdateFields{
    needs("mode", "immediate or deferred", {.type = Type::string, .values = kUpdateModes}),
    may_have("max_delay", "Seconds that objects keep their code at most",
             {.type = Type::number, .minimum = 0, .maximum = kMostDelay, .node_rule = check_whole_milliseconds})};
constexpr Table kCodeUpdate = table_of(kCodeUpdateFields);
constexpr std::array kDurableObjectFields{
    // A config whose classes are told by `exports` alone binds none.
    may_have("bindings", "List of the bindings", Objects<kObjectFields>::kList),
    may_have("code_update_strategy", "When objects that run get new code", object(kCodeUpdate))};
constexpr Table kDurableObjects = table_of(kDurableObjectFields);
constexpr Shape kDurableObjectsShape{.type = Type::object, .table = &kDurableObjects};

constexpr Shape kUnsafeList{.type = Type::list, .expected = "a list of maps", .element = &kUnsafe};
constexpr std::array kUnsafeSettings{may_have("bindings", "Bindings as the API writes them", kUnsafeList),
                                     may_have("metadata", "Members of the upload's metadata", kMap),
                                     may_have("capnp", "Schemas of log lines", kMap)};
constexpr Table kUnsafeSettingsTable = table_of(kUnsafeSettings);

constexpr std::array kSecretNameFields{may_have("required", "Names of the secrets that must be there", kTexts)};
constexpr Table kSecrets = table_of(kSecretNameFields);

// --- the table

using Form = WranglerForm;
using Members = std::array<WranglerMember, 5>;

constexpr WranglerMember same(std::string_view name) {
  return {name, name};
}

template <const auto& Fields>
constexpr WranglerKind listed(std::string_view field, std::string_view type, Members members = {}) {
  return {field, type, Form::list, &Objects<Fields>::kList, Fields, members};
}

template <const auto& Fields>
constexpr WranglerKind wrapped(std::string_view field, std::string_view type, Members members = {}) {
  return {field, type, Form::wrapped, &Wrapped<Fields>::kShape, Fields, members};
}

template <const auto& Fields>
constexpr WranglerKind single(std::string_view field, std::string_view type, Members members = {}) {
  return {field, type, Form::single, &Objects<Fields>::kOne, Fields, members};
}

constexpr auto kRows = std::to_array<WranglerKind>({
    listed<kKvFields>("kv_namespaces", "kv_namespace", Members{WranglerMember{"id", "namespace_id"}})
        .made_without("id"),
    listed<kEmailFields>(
        "send_email", "send_email",
        Members{same("destination_address"), same("allowed_destination_addresses"), same("allowed_sender_addresses")})
        .named_by("name"),
    WranglerKind{"durable_objects", "durable_object_namespace", Form::wrapped, &kDurableObjectsShape, kObjectFields,
                 Members{same("class_name"), same("script_name"), same("environment")}, "name"},
    WranglerKind{"workflows", "workflow", Form::list, &kWorkflowList, kWorkflowFields,
                 Members{WranglerMember{"name", "workflow_name"}, same("class_name"), same("script_name")}},
    WranglerKind{"queues", "queue", Form::producers, &kQueuesShape, kProducerFields,
                 Members{WranglerMember{"queue", "queue_name"}, same("delivery_delay")}}
        .made_without("queue"),
    listed<kR2Fields>("r2_buckets", "r2_bucket", Members{same("bucket_name"), same("jurisdiction")})
        .made_without("bucket_name"),
    // The API's older name for database_id is `id`, which wrangler still sends.
    listed<kD1Fields>("d1_databases", "d1",
                      Members{same("database_id"), WranglerMember{"database_internal_env", "internalEnv"}}),
    listed<kVectorizeFields>("vectorize", "vectorize", Members{same("index_name")}),
    listed<kNamespaceFields>("ai_search_namespaces", "ai_search_namespace", Members{same("namespace")})
        .made_without("namespace"),
    listed<kAiSearchFields>("ai_search", "ai_search", Members{same("instance_name")}),
    listed<kNamespaceFields>("agent_memory", "agent_memory", Members{same("namespace")}).made_without("namespace"),
    listed<kHyperdriveFields>("hyperdrive", "hyperdrive", Members{same("id")}),
    listed<kStoreSecretFields>("secrets_store_secrets", "secrets_store_secret",
                               Members{same("store_id"), same("secret_name")}),
    listed<kArtifactFields>("artifacts", "artifacts", Members{same("namespace")}),
    listed<kHelloFields>("unsafe_hello_world", "unsafe_hello_world", Members{same("enable_timer")}),
    listed<kFlagshipFields>("flagship", "flagship", Members{same("app_id")}).made_without("app_id"),
    listed<kRateLimitFields>("ratelimits", "ratelimit", Members{same("namespace_id"), same("simple")}).named_by("name"),
    listed<kVpcServiceFields>("vpc_services", "vpc_service", Members{same("service_id")}),
    listed<kVpcNetworkFields>("vpc_networks", "vpc_network", Members{same("tunnel_id"), same("network_id")}),
    listed<kServiceFields>(
        "services", "service",
        Members{same("service"), same("cross_account_grant"), same("environment"), same("entrypoint"), same("props")}),
    listed<kDatasetFields>("analytics_engine_datasets", "analytics_engine", Members{same("dataset")}),
    listed<kDispatchFields>("dispatch_namespaces", "dispatch_namespace", Members{same("namespace")})
        .made_without("namespace"),
    listed<kCertificateFields>("mtls_certificates", "mtls_certificate", Members{same("certificate_id")}),
    listed<kPipelineFields>("pipelines", "pipelines", Members{same("stream"), same("pipeline")}),
    listed<kK2Fields>("k2", "k2", Members{same("stream")}),
    listed<kLoaderFields>("worker_loaders", "worker_loader"),
    wrapped<kForwarderFields>("logfwdr", "logfwdr", Members{same("destination")}).named_by("name").inherited(),
    single<kSimpleFields>("browser", "browser"),
    single<kSimpleFields>("analytics", "analytics"),
    single<kAiFields>("ai", "ai", Members{same("staging")}),
    single<kSimpleFields>("images", "images"),
    single<kSimpleFields>("stream", "stream"),
    single<kSimpleFields>("media", "media"),
    single<kSimpleFields>("version_metadata", "version_metadata"),
});

// What a row names among the members of a binding is one of its fields.
constexpr bool is_field(const WranglerKind& kind, std::string_view member) {
  return member.empty() || std::ranges::find(kind.fields, member, &Field::name) != kind.fields.end();
}
static_assert(std::ranges::all_of(kRows, [](const WranglerKind& kind) {
  return is_field(kind, kind.name) && is_field(kind, kind.id) &&
         std::ranges::all_of(kind.members, [&kind](const auto& member) { return is_field(kind, member.from); });
}));

ConfigField field_of(const WranglerKind& kind) {
  return kind.is_inherited ? inherited(kind.field, *kind.shape) : own(kind.field, *kind.shape);
}

}  // namespace

std::span<const WranglerKind> wrangler_kinds() {
  return kRows;
}

std::vector<ConfigField> wrangler_binding_fields() {
  std::vector<ConfigField> fields{own("vars", kMap), own("secrets", object(kSecrets))};
  std::ranges::transform(kRows, std::back_inserter(fields), field_of);
  const std::vector<ConfigField> others{own("unsafe", object(kUnsafeSettingsTable)),
                                        own("containers", {.type = Type::list}),
                                        own("cloudchamber", kMap),
                                        top("wasm_modules", kTextMap),
                                        top("text_blobs", kTextMap),
                                        top("data_blobs", kTextMap)};
  fields.insert(fields.end(), others.begin(), others.end());
  return fields;
}

}  // namespace plumbline::manifests
