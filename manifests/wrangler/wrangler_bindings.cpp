#include "manifests/wrangler/wrangler_bindings.h"

#include <fmt/format.h>

#include <array>
#include <span>

#include "manifests/kinds/binding_facts.h"

namespace plumbline::manifests {
namespace {

// A member of a binding, with its names in wrangler's config and in the API.
struct Member {
  std::string_view from;
  std::string_view to;
};

constexpr Member same(std::string_view name) {
  return {name, name};
}

enum class Form : std::uint8_t {
  list,     // [{...}]
  wrapped,  // {bindings: [{...}]}
  single,   // {...}
};

// A kind of binding (workers-sdk, packages/wrangler/src/deployment-bundle/create-worker-upload-form.ts).
struct Kind {
  std::string_view field;
  Form form;
  std::string_view name;  ///< the member that names the binding
  std::string_view type;
  std::array<Member, 5> members;
  /// Without this member wrangler would create the resource.
  std::string_view id = {};
};

constexpr std::array kKinds{
    Kind{"kv_namespaces", Form::list, "binding", "kv_namespace", {Member{"id", "namespace_id"}}, "id"},
    Kind{"send_email",
         Form::list,
         "name",
         "send_email",
         {same("destination_address"), same("allowed_destination_addresses"), same("allowed_sender_addresses")}},
    Kind{"durable_objects",
         Form::wrapped,
         "name",
         "durable_object_namespace",
         {same("class_name"), same("script_name"), same("environment")}},
    Kind{"workflows",
         Form::list,
         "binding",
         "workflow",
         {Member{"name", "workflow_name"}, same("class_name"), same("script_name")}},
    Kind{"r2_buckets", Form::list, "binding", "r2_bucket", {same("bucket_name"), same("jurisdiction")}, "bucket_name"},
    // The API's older name for database_id is `id`, which wrangler still sends.
    Kind{"d1_databases",
         Form::list,
         "binding",
         "d1",
         {same("database_id"), Member{"database_internal_env", "internalEnv"}}},
    Kind{"vectorize", Form::list, "binding", "vectorize", {same("index_name")}},
    Kind{"ai_search_namespaces", Form::list, "binding", "ai_search_namespace", {same("namespace")}},
    Kind{"ai_search", Form::list, "binding", "ai_search", {same("instance_name")}},
    Kind{"hyperdrive", Form::list, "binding", "hyperdrive", {same("id")}},
    Kind{"secrets_store_secrets",
         Form::list,
         "binding",
         "secrets_store_secret",
         {same("store_id"), same("secret_name")}},
    Kind{"artifacts", Form::list, "binding", "artifacts", {same("namespace")}},
    Kind{"unsafe_hello_world", Form::list, "binding", "unsafe_hello_world", {same("enable_timer")}},
    Kind{"flagship", Form::list, "binding", "flagship", {same("app_id")}},
    Kind{"ratelimits", Form::list, "name", "ratelimit", {same("namespace_id"), same("simple")}},
    Kind{"vpc_services", Form::list, "binding", "vpc_service", {same("service_id")}},
    Kind{"vpc_networks", Form::list, "binding", "vpc_network", {same("tunnel_id"), same("network_id")}},
    Kind{"services",
         Form::list,
         "binding",
         "service",
         {same("service"), same("cross_account_grant"), same("environment"), same("entrypoint"), same("props")}},
    Kind{"analytics_engine_datasets", Form::list, "binding", "analytics_engine", {same("dataset")}},
    Kind{"dispatch_namespaces", Form::list, "binding", "dispatch_namespace", {same("namespace")}},
    Kind{"mtls_certificates", Form::list, "binding", "mtls_certificate", {same("certificate_id")}},
    Kind{"pipelines", Form::list, "binding", "pipelines", {same("pipeline")}},
    Kind{"worker_loaders", Form::list, "binding", "worker_loader", {}},
    Kind{"logfwdr", Form::wrapped, "name", "logfwdr", {same("destination")}},
    Kind{"browser", Form::single, "binding", "browser", {}},
    Kind{"ai", Form::single, "binding", "ai", {same("staging")}}, Kind{"images", Form::single, "binding", "images", {}},
    Kind{"stream", Form::single, "binding", "stream", {}}, Kind{"media", Form::single, "binding", "media", {}},
    Kind{"version_metadata", Form::single, "binding", "version_metadata", {}}};

constexpr Kind kQueueKind{
    "queues.producers", Form::list, "binding", "queue", {Member{"queue", "queue_name"}, same("delivery_delay")}};

class BindingReader {
 public:
  BindingReader(const WranglerEnvironment& config, Report& report) : config_(config), report_(report) {}

  JsonObject read() {
    read_vars();
    for (const Kind& kind : kKinds) read_kind(kind);
    if (const YamlNode* queues = config_.own("queues")) {
      if (const YamlNode* producers = queues->find("producers")) read_list(kQueueKind, *producers);
    }
    read_assets();
    read_unsafe();
    return std::move(bindings_);
  }

 private:
  void add(const YamlNode& name, JsonObject binding) {
    const auto [at, is_new] = bindings_.emplace(name.text, std::move(binding));
    if (!is_new) {
      report_.error(name, fmt::format("the name \"{}\" is given to two bindings", name.text),
                    "a name can be one of the two");
    }
  }

  void read_vars() {
    const YamlNode* vars = config_.own("vars");
    if (vars == nullptr) return;
    for (const auto& [name, value] : vars->entries) {
      if (type_of(value) == ValueType::string) {
        add(name, {{"type", "plain_text"}, {"text", value.text}});
      } else {
        add(name, {{"type", "json"}, {"json", to_json(value)}});
      }
    }
  }

  void read_kind(const Kind& kind) {
    // Only log forwarding is inherited.
    const YamlNode* value = kind.field == "logfwdr" ? config_.inherited(kind.field) : config_.own(kind.field);
    if (value != nullptr && kind.form == Form::wrapped) value = value->find("bindings");
    if (value == nullptr) return;
    if (kind.form == Form::single) return read_one(kind, *value);
    read_list(kind, *value);
  }

  void read_list(const Kind& kind, const YamlNode& list) {
    for (const YamlNode& item : list.items) read_one(kind, item);
  }

  void read_one(const Kind& kind, const YamlNode& item) {
    const YamlNode* name = item.find(kind.name);
    if (name == nullptr) return;  // reported by the schema
    JsonObject binding{{"type", kind.type}};
    for (const auto& [from, to] : kind.members) {
      const YamlNode* value = from.empty() ? nullptr : item.find(from);
      if (value != nullptr && !is_left_out(kind, from, *value)) binding[to] = to_json(*value);
    }
    if (!kind.id.empty() && item.find(kind.id) == nullptr) {
      report_.error(item, fmt::format("\"{}\" of \"{}\" has no \"{}\"", name->text, kind.field, kind.id),
                    "wrangler would make the resource; make it once and write its id or name here");
    }
    check_one(kind, item);
    if (kind.type == "d1") find_database(item, *name, binding);
    if (const YamlNode* outbound = kind.type == "dispatch_namespace" ? item.find("outbound") : nullptr) {
      binding["outbound"] = outbound_of(*outbound);
    }
    add(*name, std::move(binding));
  }

  // If a Worker's name is empty, wrangler leaves the member out.
  static bool is_left_out(const Kind& kind, std::string_view member, const YamlNode& value) {
    const bool names_worker = kind.type == "durable_object_namespace" || kind.type == "service";
    const bool optional = member != "class_name" && member != "service" && member != "cross_account_grant";
    return names_worker && optional && value.kind == YamlKind::scalar && value.text.empty();
  }

  // A database without an id is looked up by its name.
  void find_database(const YamlNode& item, const YamlNode& name, JsonObject& binding) {
    const YamlNode* id = item.find("database_id");
    const YamlNode* database = item.find("database_name");
    if (id != nullptr && !id->text.empty()) return;
    binding.erase("database_id");
    if (database != nullptr) {
      binding["database_name"] = database->text;
    } else {
      report_.error(item, fmt::format("\"{}\" of \"d1_databases\" has no \"database_id\"", name.text),
                    "write the id or the name of the database");
    }
  }

  void check_one(const Kind& kind, const YamlNode& item) {
    const auto has = [&item](std::string_view key) { return item.find(key) != nullptr; };
    if (kind.type == "vpc_network" && has("tunnel_id") == has("network_id")) {
      report_.error(item, "\"vpc_networks\" needs exactly one of tunnel_id, network_id");
    }
    if (kind.type == "send_email" && has("destination_address") && has("allowed_destination_addresses")) {
      report_.error(item, "\"send_email\" takes destination_address or allowed_destination_addresses, not both");
    }
    if (kind.type == "durable_object_namespace" && has("environment") && !has("script_name")) {
      report_.error(item, "\"durable_objects\" takes \"environment\" only together with \"script_name\"");
    }
    if (kind.type == "ratelimit") check_period(item);
  }

  void check_period(const YamlNode& item) {
    const YamlNode* simple = item.find("simple");
    const YamlNode* period = simple != nullptr ? simple->find("period") : nullptr;
    if (period == nullptr) return;
    const Json value = to_json(*period);
    if (!equal(value, Json(10)) && !equal(value, Json(60))) report_.error(*period, "\"period\" must be 10 or 60");
  }

  static JsonObject outbound_of(const YamlNode& outbound) {
    JsonObject worker;
    for (const auto* key : {"service", "environment"}) {
      if (const YamlNode* value = outbound.find(key)) worker[key] = value->text;
    }
    JsonObject out{{"worker", std::move(worker)}};
    if (const YamlNode* parameters = outbound.find("parameters")) {
      JsonArray names;
      for (const YamlNode& parameter : parameters->items) names.push_back(JsonObject{{"name", parameter.text}});
      out["params"] = std::move(names);
    }
    return out;
  }

  void read_assets() {
    const YamlNode* assets = config_.inherited("assets");
    const YamlNode* name = assets != nullptr ? assets->find("binding") : nullptr;
    if (name != nullptr && name->kind == YamlKind::scalar) add(*name, {{"type", "assets"}});
  }

  void read_unsafe() {
    const YamlNode* unsafe = config_.own("unsafe");
    const YamlNode* bindings = unsafe != nullptr ? unsafe->find("bindings") : nullptr;
    if (bindings == nullptr) return;
    for (const YamlNode& item : bindings->items) {
      const YamlNode* name = item.find("name");
      const YamlNode* type = item.find("type");
      if (name == nullptr || type == nullptr) continue;
      if (is_refused_binding(type->text)) {
        report_.error(*type, "a binding of this type may not stand in \"unsafe\"",
                      "name the secret under secrets.required; its value comes from a secret store, never from git");
        continue;
      }
      Json binding = to_json(item);
      binding.get_object().erase("name");
      add(*name, std::move(binding.get_object()));
    }
  }

  const WranglerEnvironment& config_;
  Report& report_;
  JsonObject bindings_;
};

}  // namespace

JsonObject wrangler_bindings(const WranglerEnvironment& config, Report& report) {
  return BindingReader(config, report).read();
}

}  // namespace plumbline::manifests
