#include "manifests/kinds/trigger_parser.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "manifests/kinds/migrations.h"
#include "manifests/kinds/trigger_items.h"

namespace plumbline::manifests {
namespace {

// The members of `map` as JSON, but for those that have a place of their own.
JsonObject others(const YamlNode& map, std::initializer_list<std::string_view> own) {
  JsonObject out;
  for (const auto& [key, value] : map.entries) {
    if (std::ranges::find(own, key.text) == own.end()) out[key.text] = to_json(value);
  }
  return out;
}

class TriggerReader {
 public:
  TriggerReader(const YamlNode& spec, WorkerDraft& draft, Report& report)
      : spec_(spec), worker_(draft.worker), report_(report) {}

  void read() {
    read_list("routes", worker_.routes, &TriggerReader::route);
    read_list("domains", worker_.domains, &TriggerReader::domain);
    read_list("schedules", worker_.schedules, &TriggerReader::schedule);
    read_list("queue_consumers", worker_.queue_consumers, &TriggerReader::consumer);
    read_list("workflows", worker_.workflows, &TriggerReader::workflow);
    read_list("migrations", worker_.migrations, &TriggerReader::migration);
    if (const YamlNode* assets = spec_.find("assets"); assets != nullptr && assets->kind == YamlKind::map) {
      read_assets(*assets);
    }
    check_classes();
  }

 private:
  template <class T>
  void read_list(std::string_view field, std::optional<std::vector<T>>& out,
                 T (TriggerReader::*read)(const YamlNode&)) {
    const YamlNode* list = spec_.find(field);
    if (list == nullptr) return;
    out.emplace();
    for (const YamlNode& item : list->items) out->push_back((this->*read)(item));
  }

  DesiredRoute route(const YamlNode& node) {
    return {.pattern = node.text_at("pattern"),
            .zone = node.text_at("zone"),
            .zone_id = node.text_at("zone_id"),
            .adopt = is_true(node.find("adopt")),
            .where = report_.location(node)};
  }

  DesiredDomain domain(const YamlNode& node) {
    return {.hostname = node.kind == YamlKind::scalar ? node.text : node.text_at("hostname"),
            .override_existing_origin = is_true(node.find("override_existing_origin")),
            .override_existing_dns_record = is_true(node.find("override_existing_dns_record")),
            .where = report_.location(node)};
  }

  std::string schedule(const YamlNode& node) { return node.text; }

  DesiredQueueConsumer consumer(const YamlNode& node) {
    return to_consumer(node, others(node, {"queue", "dead_letter_queue"}), report_);
  }

  DesiredWorkflow workflow(const YamlNode& node) {
    return to_workflow(node, others(node, {"name", "class_name"}), report_);
  }

  DesiredMigration migration(const YamlNode& node) { return to_migration(node, others(node, {"tag"}), report_); }

  void read_assets(const YamlNode& node) {
    DesiredAssets assets{.binding = node.text_at("binding"), .where = report_.location(node)};
    if (const YamlNode* config = node.find("config")) assets.config = others(*config, {});
    if (const YamlNode* directory = node.find("directory")) take_directory(*directory, assets, report_);
    if (const YamlNode* binding = node.find("binding")) bind_assets(*binding);
    worker_.assets = std::move(assets);
  }

  // `bindings` is the complete set, so this binding must be in it, too.
  void bind_assets(const YamlNode& name) {
    if (spec_.find("main") == nullptr && spec_.find("script") == nullptr) {
      report_.error(name, "a binding for assets needs code that uses it", "add main, or remove the binding");
    }
    for (const char* field : {"bindings", "secrets"}) {
      const YamlNode* map = spec_.find(field);
      if (map == nullptr || map->find(name.text) == nullptr) continue;
      report_.error(name, fmt::format("\"{}\" is named in \"{}\" and as the binding of assets", name.text, field),
                    "use the name for one of the two");
    }
    Json* bindings = worker_.settings.if_contains("bindings");
    if (bindings != nullptr && bindings->is_object()) {
      bindings->get_object().emplace(name.text, JsonObject{{"type", "assets"}});
    }
  }

  void check_classes() {
    const YamlNode* bindings = spec_.find("bindings");
    const YamlNode* migrations = spec_.find("migrations");
    if (bindings == nullptr || migrations == nullptr) return;
    std::vector<const YamlNode*> of_own_classes;
    for (const auto& [name, binding] : bindings->entries) {
      const bool is_own = binding.find("script_name") == nullptr;
      if (is_own && binding.text_at("type") == "durable_object_namespace") of_own_classes.push_back(&binding);
    }
    check_bound_classes(of_own_classes, *migrations, report_);
  }

  const YamlNode& spec_;
  DesiredWorker& worker_;
  Report& report_;
};

}  // namespace

void read_triggers(const YamlNode& spec, WorkerDraft& draft, Report& report) {
  TriggerReader(spec, draft, report).read();
}

}  // namespace plumbline::manifests
