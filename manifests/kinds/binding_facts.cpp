#include "manifests/kinds/binding_facts.h"

#include <algorithm>
#include <array>
#include <functional>
#include <system_error>
#include <utility>

#include "manifests/documents/rules.h"

// The kinds of bindings of the Workers API, from the types of its official SDK (cloudflare-typescript,
// resources/workers/scripts) and https://developers.cloudflare.com/workers/runtime-apis/bindings/.
namespace plumbline::manifests {
namespace {

constexpr Shape kMap{.type = Type::map};

constexpr Field needs(std::string_view name, std::string_view documentation, Shape shape = kFilled) {
  return {name, shape, documentation, Presence::required};
}

constexpr Field may_have(std::string_view name, std::string_view documentation, Shape shape = kFilled) {
  return {name, shape, documentation};
}

// The key of every binding is its name.
constexpr Field kName{"name", {}, "the binding's name is its key in the map", Presence::optional, Support::refused};

template <class... Fields>
constexpr auto with_name(Fields... fields) {
  return std::array{kName, fields...};
}

constexpr std::string_view kIdOrName = "give the id or the name";

constexpr auto kNothing = with_name();
constexpr auto kAiSearch =
    with_name(needs("instance_name", "Name of the instance"), may_have("namespace", "Namespace of the instance"));
constexpr auto kNamespace = with_name(needs("namespace", "Name of the namespace"));
constexpr auto kAnalyticsEngine = with_name(needs("dataset", "Name of the dataset"));
constexpr auto kD1 =
    with_name(may_have("database_id", "Id of the database"), may_have("id", "Older name of database_id"),
              may_have("database_name", "Name of the database, in place of its id"));
constexpr std::array<std::string_view, 3> kD1Ids{"database_id", "database_name", "id"};
constexpr std::array kD1Exclusions{Exclusion{"database_id", "database_name", kIdOrName},
                                   Exclusion{"id", "database_name", kIdOrName}};
constexpr auto kPart = with_name(needs("part", "Name of the module that holds the data"));
constexpr std::array kOutboundWorkerFields{needs("service", "Name of the Worker"),
                                           may_have("environment", "Environment of that Worker"),
                                           may_have("entrypoint", "Named entrypoint of that Worker")};
constexpr Table kOutboundWorker{.fields = kOutboundWorkerFields, .unknown = Unknown::pass};
constexpr std::array kOutboundParameterFields{needs("name", "Name of the parameter")};
constexpr Table kOutboundParameter{.fields = kOutboundParameterFields, .unknown = Unknown::pass};
constexpr Shape kOutboundParameterShape{.type = Type::object, .table = &kOutboundParameter};
constexpr std::array kOutboundFields{
    needs("worker", "Worker that requests pass through", {.type = Type::object, .table = &kOutboundWorker}),
    may_have("params", "Parameters that the dispatcher passes on",
             {.type = Type::list, .element = &kOutboundParameterShape})};
constexpr Table kOutbound{.fields = kOutboundFields, .unknown = Unknown::pass};
constexpr auto kDispatchNamespace = with_name(
    needs("namespace", "Name of the dispatch namespace"),
    may_have("outbound", "Worker that outgoing requests pass through", {.type = Type::object, .table = &kOutbound}));
constexpr auto kDurableObject = with_name(
    may_have("class_name", "Exported class of the Durable Object"), may_have("namespace_id", "Id of the namespace"),
    may_have("script_name", "Worker that exports the class, if it is another one"),
    may_have("environment", "Environment of that Worker"),
    may_have("dispatch_namespace", "Dispatch namespace of that Worker"));
constexpr std::array<std::string_view, 2> kDurableObjectIds{"class_name", "namespace_id"};
constexpr auto kFlagship = with_name(needs("app_id", "Id of the app"));
// Here `name` is not the binding's name, but that of the resource.
constexpr std::array kHyperdrive{may_have("id", "Id of the configuration"),
                                 may_have("name", "Name of the configuration, in place of its id")};
constexpr std::array<std::string_view, 2> kHyperdriveIds{"id", "name"};
constexpr std::array kHyperdriveExclusions{Exclusion{"id", "name", kIdOrName}};
constexpr auto kJson = with_name(needs("json", "The value", {.type = Type::any}));
constexpr auto kK2 = with_name(needs("stream", "Name of the stream"));
constexpr auto kKv = with_name(may_have("namespace_id", "Id of the namespace"),
                               may_have("title", "Title of the namespace, in place of its id"));
constexpr std::array<std::string_view, 2> kKvIds{"namespace_id", "title"};
constexpr std::array kKvExclusions{Exclusion{"namespace_id", "title", kIdOrName}};
constexpr auto kCertificate = with_name(needs("certificate_id", "Id of the certificate"));
constexpr auto kPipelines =
    with_name(may_have("pipeline", "Id of the pipeline"), may_have("stream", "Id of the stream"));
constexpr std::array<std::string_view, 2> kPipelineIds{"pipeline", "stream"};
constexpr std::array kPipelineExclusions{Exclusion{"pipeline", "stream"}};
constexpr auto kPlainText = with_name(needs("text", "The value", kText));
constexpr auto kQueue = with_name(needs("queue_name", "Name of the queue"),
                                  may_have("delivery_delay", "Seconds that a message waits", kWhole));
constexpr std::array<std::string_view, 4> kJurisdictions{"eu", "fedramp", "fedramp-high", "us"};
constexpr auto kR2 =
    with_name(needs("bucket_name", "Name of the bucket"),
              may_have("jurisdiction", "Jurisdiction of the bucket", {.type = Type::string, .values = kJurisdictions}));
constexpr std::array kRate{
    needs("limit", "Requests per period", {.type = Type::number, .minimum = 0}),
    needs("period", "Length of the period in seconds", {.type = Type::number, .minimum = 0}),
    may_have("mitigation_timeout", "Seconds for which requests stay refused", {.type = Type::number, .minimum = 0})};
constexpr Table kRateTable{.fields = kRate, .unknown = Unknown::pass};
constexpr auto kRateLimit = with_name(needs("namespace_id", "Id of the counter, chosen by you"),
                                      needs("simple", "The limit", {.type = Type::object, .table = &kRateTable}));
constexpr auto kStoreSecret =
    with_name(needs("store_id", "Id of the Secrets Store"), needs("secret_name", "Name of the secret in it"));
constexpr auto kSendEmail =
    with_name(may_have("destination_address", "The one address that mail may go to"),
              may_have("allowed_destination_addresses", "Addresses that mail may go to", kTexts),
              may_have("allowed_sender_addresses", "Addresses that mail may come from", kTexts));
constexpr std::array kSendEmailExclusions{
    Exclusion{"destination_address", "allowed_destination_addresses", "list the one address as well"}};
constexpr auto kService = with_name(needs("service", "Name of the Worker that is called"),
                                    may_have("environment", "Environment of that Worker"),
                                    may_have("entrypoint", "Named entrypoint of that Worker"),
                                    may_have("props", "Values that the entrypoint sees", kMap));
constexpr auto kVectorize = with_name(needs("index_name", "Name of the index"));
constexpr auto kVpcNetwork =
    with_name(may_have("tunnel_id", "Id of the tunnel"), may_have("network_id", "Id of the network"));
constexpr std::array<std::string_view, 2> kVpcNetworkIds{"tunnel_id", "network_id"};
constexpr std::array kVpcNetworkExclusions{Exclusion{"tunnel_id", "network_id"}};
constexpr auto kVpcService = with_name(needs("service_id", "Id of the service"));
constexpr auto kWorkflow =
    with_name(needs("workflow_name", "Name of the workflow"), may_have("class_name", "Exported class of the workflow"),
              may_have("script_name", "Worker that exports the class, if it is another one"));

constexpr BindingFact kind(std::string_view type, std::span<const Field> fields,
                           std::span<const std::string_view> one_of = {}, std::span<const Exclusion> exclusions = {}) {
  return {.type = type,
          .table = {.fields = fields, .unknown = Unknown::pass, .one_of = one_of, .exclusions = exclusions}};
}

constexpr BindingFact refused(std::string_view type, std::string_view mend) {
  return {.type = type, .table = {.fields = kNothing}, .refused = mend};
}

constexpr std::string_view kUseSecrets =
    "name the secret under \"secrets\"; its value comes from a secret store, never from git";

constexpr auto kKinds = std::to_array<BindingFact>({
    kind("agent_memory", kNamespace),
    kind("ai", kNothing),
    kind("ai_search", kAiSearch),
    kind("ai_search_namespace", kNamespace),
    kind("analytics", kNothing),
    kind("analytics_engine", kAnalyticsEngine),
    kind("artifacts", kNamespace),
    kind("assets", kNothing),
    kind("browser", kNothing),
    kind("d1", kD1, kD1Ids, kD1Exclusions)
        .by_name({ResourceKind::d1_database, "database_name", "database_id", "D1 database", "name"})
        .renamed({"id", "database_id"}),
    kind("data_blob", kPart),
    kind("dispatch_namespace", kDispatchNamespace).naming(kOutboundOfBinding),
    // 10061 while the other Worker is not there.
    kind("durable_object_namespace", kDurableObject, kDurableObjectIds)
        .naming({"/script_name", "dispatch_namespace", true}),
    kind("flagship", kFlagship),
    kind("hyperdrive", kHyperdrive, kHyperdriveIds, kHyperdriveExclusions)
        .by_name({ResourceKind::hyperdrive_config, "name", "id", "Hyperdrive configuration", "name"}),
    kind("images", kNothing),
    refused("inherit", "\"bindings\" is the complete set, so git has to say what each binding is"),
    kind("json", kJson).holding("json"),
    kind("k2", kK2),
    kind("kv_namespace", kKv, kKvIds, kKvExclusions)
        .by_name({ResourceKind::kv_namespace, "title", "namespace_id", "KV namespace", "title"}),
    kind("media", kNothing),
    kind("messaging", kNamespace),
    kind("mtls_certificate", kCertificate),
    kind("pipelines", kPipelines, kPipelineIds, kPipelineExclusions),
    kind("plain_text", kPlainText),
    kind("queue", kQueue),
    kind("r2_bucket", kR2),
    kind("ratelimit", kRateLimit),
    refused("secret_key", kUseSecrets).secret(),
    refused("secret_text", kUseSecrets).secret(),
    kind("secrets_store_secret", kStoreSecret),
    kind("send_email", kSendEmail, {}, kSendEmailExclusions),
    // 10143 while the other Worker is not there.
    kind("service", kService).naming({.pointer = "/service", .has_to_be_there = true}).holding("props"),
    kind("text_blob", kPart),
    kind("vectorize", kVectorize),
    kind("version_metadata", kNothing),
    kind("vpc_network", kVpcNetwork, kVpcNetworkIds, kVpcNetworkExclusions),
    kind("vpc_service", kVpcService),
    kind("wasm_module", kPart),
    kind("workflow", kWorkflow).naming({.pointer = "/script_name"}).filling("class_name"),
});

// By type, each once.
static_assert(std::ranges::adjacent_find(kKinds, std::ranges::greater_equal(), &BindingFact::type) == kKinds.end());

// What a row names among its members is one of them.
constexpr bool has_field(const BindingFact& fact, std::string_view member) {
  return member.empty() || std::ranges::find(fact.table.fields, member, &Field::name) != fact.table.fields.end();
}
// The first segment of a JSON pointer.
constexpr std::string_view first_of(std::string_view pointer) {
  return pointer.empty() ? pointer : pointer.substr(1, pointer.substr(1).find('/'));
}
static_assert(std::ranges::all_of(kKinds, [](const BindingFact& fact) {
  return has_field(fact, fact.filled) && has_field(fact, fact.document) && has_field(fact, fact.alias.older) &&
         has_field(fact, fact.alias.name) && has_field(fact, fact.resource.name_key) &&
         has_field(fact, fact.resource.id_key) && has_field(fact, fact.worker.elsewhere) &&
         has_field(fact, first_of(fact.worker.pointer));
}));

constexpr auto kVariants = [] {
  std::array<Variant, kKinds.size()> variants;
  std::ranges::transform(kKinds, variants.begin(), [](const BindingFact& fact) {
    return Variant{.value = fact.type, .table = fact.table, .refused = fact.refused};
  });
  return variants;
}();

}  // namespace

constexpr Shape kBindingShape{.type = Type::variant,
                              .expected = "a binding object such as {type: plain_text, text: hello}",
                              .tag = "type",
                              .variants = kVariants};

std::span<const BindingFact> binding_facts() {
  return kKinds;
}

const BindingFact* binding_fact(std::string_view type) {
  const auto* const found = std::ranges::lower_bound(kKinds, type, {}, &BindingFact::type);
  return found != kKinds.end() && found->type == type ? found : nullptr;
}

const BindingFact& binding_of(ResourceKind kind) {
  return *std::ranges::find_if(kKinds, [kind](const BindingFact& fact) {
    return !fact.resource.name_key.empty() && fact.resource.kind == kind;
  });
}

bool is_refused_binding(std::string_view type) {
  const BindingFact* fact = binding_fact(type);
  return fact != nullptr && !fact->refused.empty();
}

bool is_users_document(std::string_view member) {
  return !member.empty() && std::ranges::find(kKinds, member, &BindingFact::document) != kKinds.end();
}

const Json* named_worker(const Json& binding, const NamedWorker& where) {
  if (where.pointer.empty()) return nullptr;
  if (!where.elsewhere.empty() && member(binding, where.elsewhere) != nullptr) return nullptr;
  std::error_code absent;
  const Json* name = binding.find_pointer(where.pointer, absent);
  return name != nullptr && name->is_string() ? name : nullptr;
}

Json* named_worker(Json& binding, const NamedWorker& where) {
  if (named_worker(std::as_const(binding), where) == nullptr) return nullptr;
  std::error_code absent;
  return binding.find_pointer(where.pointer, absent);
}

std::span<const Variant> binding_variants() {
  return kVariants;
}

}  // namespace plumbline::manifests
