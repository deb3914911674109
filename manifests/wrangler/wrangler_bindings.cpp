#include "manifests/wrangler/wrangler_bindings.h"

#include <fmt/format.h>

#include "manifests/kinds/binding_facts.h"
#include "manifests/wrangler/wrangler_binding_schema.h"

namespace plumbline::manifests {
namespace {

class BindingReader {
 public:
  BindingReader(const WranglerEnvironment& config, Report& report) : config_(config), report_(report) {}

  JsonObject read() {
    read_vars();
    for (const WranglerKind& kind : wrangler_kinds()) {
      if (kind.form != WranglerForm::producers) read_kind(kind);
    }
    // Queues are bound after all others.
    for (const WranglerKind& kind : wrangler_kinds()) {
      if (kind.form == WranglerForm::producers) read_kind(kind);
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
                    "use the name for one of the two");
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

  void read_kind(const WranglerKind& kind) {
    const YamlNode* value = kind.is_inherited ? config_.inherited(kind.field) : config_.own(kind.field);
    if (value != nullptr && kind.form == WranglerForm::wrapped) value = value->find("bindings");
    if (value != nullptr && kind.form == WranglerForm::producers) value = value->find("producers");
    if (value == nullptr) return;
    if (kind.form == WranglerForm::single) return read_one(kind, *value);
    read_list(kind, *value);
  }

  void read_list(const WranglerKind& kind, const YamlNode& list) {
    for (const YamlNode& item : list.items) read_one(kind, item);
  }

  void read_one(const WranglerKind& kind, const YamlNode& item) {
    const YamlNode* name = item.find(kind.name);
    if (name == nullptr) return;  // reported by the schema
    JsonObject binding{{"type", kind.type}};
    for (const auto& [from, to] : kind.members) {
      const YamlNode* value = from.empty() ? nullptr : item.find(from);
      if (value != nullptr && !is_left_out(kind, item, from, *value)) binding[to] = to_json(*value);
    }
    if (!kind.id.empty() && item.find(kind.id) == nullptr) {
      report_.error(item, fmt::format("\"{}\" of \"{}\" has no \"{}\"", name->text, kind.field, kind.id),
                    "wrangler would create the resource; create it once, and write its id or name here");
    }
    check_one(kind, item);
    if (kind.type == "d1") find_database(item, *name, binding);
    if (const YamlNode* outbound = kind.type == "dispatch_namespace" ? item.find("outbound") : nullptr) {
      binding["outbound"] = outbound_of(*outbound);
    }
    add(*name, std::move(binding));
  }

  // If a Worker's name is empty, wrangler leaves the member out; a pipeline's older name beside the newer one as well.
  static bool is_left_out(const WranglerKind& kind, const YamlNode& item, std::string_view member,
                          const YamlNode& value) {
    if (kind.type == "pipelines")
      return value.text.empty() || (member == "pipeline" && !item.text_at("stream").empty());
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

  void check_one(const WranglerKind& kind, const YamlNode& item) {
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
    if (kind.type == "pipelines" && item.text_at("stream").empty() && item.text_at("pipeline").empty()) {
      report_.error(item, "\"pipelines\" lacks the field \"stream\"", "the id of the stream that records go to");
    }
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
        report_.error(*type, "a binding of this type is not allowed in \"unsafe\"",
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
