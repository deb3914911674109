#include "manifests/desired_json.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "manifests/kinds/manifest.h"

namespace plumbline::manifests {
namespace {

Json with_sorted_keys(const Json& value) {
  if (const auto* array = value.if_array()) {
    JsonArray out;
    for (const Json& item : *array) out.push_back(with_sorted_keys(item));
    return out;
  }
  const auto* object = value.if_object();
  if (object == nullptr) return value;
  std::vector<std::string_view> keys;
  for (const auto& entry : *object) keys.emplace_back(entry.key());
  std::ranges::sort(keys);
  JsonObject out;
  for (const std::string_view key : keys) out[key] = with_sorted_keys(object->at(key));
  return out;
}

void add_members(JsonObject& object, const JsonObject& more) {
  const Json sorted = with_sorted_keys(more);
  for (const auto& entry : sorted.get_object()) object.insert(entry);
}

void add_text(JsonObject& object, std::string_view key, const std::string& text) {
  if (!text.empty()) object[key] = text;
}

void add_if_true(JsonObject& object, std::string_view key, bool value) {
  if (value) object[key] = true;
}

Json sorted_texts(std::vector<std::string> texts) {
  std::ranges::sort(texts);
  return JsonArray(texts.begin(), texts.end());
}

// Sorts `items` by the text `name`, and writes each with `document_of`.
template <class Item>
Json sorted_list(std::vector<Item> items, std::string Item::* name, JsonObject (*document_of)(const Item& item)) {
  std::ranges::sort(items, {}, name);
  JsonArray out;
  for (const Item& item : items) out.push_back(document_of(item));
  return out;
}

JsonObject document_of(const ModuleFile& module) {
  return {{"name", module.name},
          {"path", module.path},
          {"content_type", module.content_type},
          {"sha256", module.sha256},
          {"size", module.size}};
}

JsonObject document_of(const DesiredRoute& route) {
  JsonObject out{{"pattern", route.pattern}};
  add_text(out, "zone", route.zone);
  add_text(out, "zone_id", route.zone_id);
  add_if_true(out, "adopt", route.adopt);
  return out;
}

JsonObject document_of(const DesiredDomain& domain) {
  JsonObject out{{"hostname", domain.hostname}};
  add_text(out, "zone", domain.zone);
  add_text(out, "zone_id", domain.zone_id);
  add_if_true(out, "override_existing_origin", domain.override_existing_origin);
  add_if_true(out, "override_existing_dns_record", domain.override_existing_dns_record);
  return out;
}

JsonObject document_of(const DesiredQueueConsumer& consumer) {
  JsonObject out{{"queue", consumer.queue}};
  add_text(out, "dead_letter_queue", consumer.dead_letter_queue);
  add_members(out, consumer.settings);
  return out;
}

JsonObject document_of(const DesiredWorkflow& workflow) {
  JsonObject out{{"name", workflow.name}, {"class_name", workflow.class_name}};
  add_members(out, workflow.settings);
  return out;
}

JsonObject document_of(const DesiredMigration& migration) {
  JsonObject out{{"tag", migration.tag}};
  add_members(out, migration.steps);
  return out;
}

JsonObject document_of(const DesiredFilter& filter) {
  return {{"pattern", filter.pattern}, {"enabled", filter.enabled}};
}

JsonObject document_of(const DesiredAssets& assets) {
  JsonObject out{{"directory", assets.directory.empty() ? "." : assets.directory}};
  add_text(out, "binding", assets.binding);
  if (!assets.config.empty()) out["config"] = with_sorted_keys(assets.config);
  return out;
}

std::string text_of(const AdoptRule& rule) {
  switch (rule.kind) {
    case AdoptRule::Kind::none:
      return "none";
    case AdoptRule::Kind::unowned:
      return "unowned";
    case AdoptRule::Kind::transfer:
      return rule.from;
  }
  return "none";
}

JsonObject metadata_of(const DesiredWorker& worker) {
  JsonObject out{{"name", worker.name}, {"adopt", text_of(worker.adopt)}, {"prune", worker.prune}};
  if (!worker.allow_data_loss.empty()) out["allow_data_loss"] = sorted_texts(worker.allow_data_loss);
  return out;
}

// The entry has the name that a manifest gives it; imported modules follow in `modules`.
void add_code(JsonObject& spec, const DesiredWorker& worker) {
  if (worker.modules.empty()) return;
  spec[worker.syntax == Syntax::module ? "main" : "script"] = worker.modules.front().path;
  JsonArray modules;
  for (const ModuleFile& module : worker.modules) modules.push_back(document_of(module));
  spec["modules"] = std::move(modules);
}

void add_secrets(JsonObject& spec, const DesiredWorker& worker) {
  JsonObject secrets;
  for (const auto& [name, reference] : worker.secrets) {
    secrets[name] = {{"store", reference.store}, {"key", reference.key}};
  }
  if (!secrets.empty()) spec["secrets"] = std::move(secrets);
  spec["secrets_policy"] = worker.secrets_policy == SecretsPolicy::exact ? "exact" : "keep";
  if (worker.vars_policy == VarsPolicy::keep) spec["vars_policy"] = "keep";
}

void add_triggers(JsonObject& spec, const DesiredWorker& worker) {
  if (worker.subdomain) spec["subdomain"] = with_sorted_keys(*worker.subdomain);
  if (worker.routes) spec["routes"] = sorted_list(*worker.routes, &DesiredRoute::pattern, document_of);
  if (worker.domains) spec["domains"] = sorted_list(*worker.domains, &DesiredDomain::hostname, document_of);
  if (worker.schedules) spec["schedules"] = sorted_texts(*worker.schedules);
  if (worker.queue_consumers) {
    spec["queue_consumers"] = sorted_list(*worker.queue_consumers, &DesiredQueueConsumer::queue, document_of);
  }
  if (worker.workflows) spec["workflows"] = sorted_list(*worker.workflows, &DesiredWorkflow::name, document_of);
}

void add_history(JsonObject& spec, const DesiredWorker& worker) {
  if (worker.assets) spec["assets"] = document_of(*worker.assets);
  if (!worker.migrations) return;
  JsonArray migrations;
  for (const DesiredMigration& migration : *worker.migrations) migrations.push_back(document_of(migration));
  spec["migrations"] = std::move(migrations);
}

JsonObject spec_of(const DesiredWorker& worker) {
  JsonObject spec;
  add_code(spec, worker);
  add_members(spec, worker.settings);
  add_secrets(spec, worker);
  add_triggers(spec, worker);
  add_history(spec, worker);
  if (!worker.depends_on.empty()) spec["depends_on"] = sorted_texts(worker.depends_on);
  if (!worker.ignore.empty()) spec["ignore"] = sorted_texts(worker.ignore);
  return spec;
}

}  // namespace

Json to_json(const DesiredWorker& worker) {
  return {
      {"apiVersion", kApiVersion}, {"kind", "Worker"}, {"metadata", metadata_of(worker)}, {"spec", spec_of(worker)}};
}

Json to_json(const DesiredZoneWorker& worker) {
  JsonObject spec;
  add_text(spec, "zone", worker.zone);
  add_text(spec, "zone_id", worker.zone_id);
  spec["script"] = document_of(worker.script);
  if (worker.filters) spec["filters"] = sorted_list(*worker.filters, &DesiredFilter::pattern, document_of);
  return {{"apiVersion", kApiVersion},
          {"kind", "ZoneWorker"},
          {"metadata", {{"adopt", "unowned"}}},
          {"spec", std::move(spec)}};
}

}  // namespace plumbline::manifests
