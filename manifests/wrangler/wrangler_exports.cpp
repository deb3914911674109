#include "manifests/wrangler/wrangler_exports.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <initializer_list>
#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "manifests/kinds/trigger_items.h"

namespace plumbline::manifests {
namespace {

// --- shapes

constexpr std::string_view kObject = "durable-object";
constexpr std::string_view kWorkflow = "workflow";
constexpr std::string_view kEntrypoint = "worker";

constexpr Field kType = needs("type", "durable-object, worker or workflow");

// The state of a Durable Object class, and which other fields belong to it.
struct State {
  std::string_view name;
  std::array<std::string_view, 2> needed{};
};
constexpr std::array kStates{State{"created", {"storage"}}, State{"deleted"}, State{"renamed", {"renamed_to"}},
                             State{"transferred", {"transferred_to"}},
                             State{"expecting-transfer", {"storage", "transfer_from"}}};
constexpr auto kStateNames = [] {
  std::array<std::string_view, kStates.size()> names;
  std::ranges::transform(kStates, names.begin(), &State::name);
  return names;
}();

bool needs_field(const State& state, std::string_view field) {
  return !field.empty() && std::ranges::find(state.needed, field) != state.needed.end();
}

void check_state(const YamlNode& node, Report& report) {
  const YamlNode* stated = node.find("state");
  const auto* const state =
      std::ranges::find(kStates, stated != nullptr ? std::string_view(stated->text) : "created", &State::name);
  if (state == kStates.end()) return;  // reported by the schema
  for (const std::string_view field : state->needed) {
    if (field.empty() || node.find(field) != nullptr) continue;
    report.error(node, fmt::format("a class in state \"{}\" lacks the field \"{}\"", state->name, field));
  }
  for (const YamlEntry& entry : node.entries) {
    const std::string& field = entry.key.text;
    if (field == "type" || field == "state" || needs_field(*state, field)) continue;
    report.error(entry.key, fmt::format("\"{}\" does not belong to a class in state \"{}\"", field, state->name));
  }
}

constexpr std::array<std::string_view, 2> kStorages{"sqlite", "legacy-kv"};
constexpr std::array kExportedObjectFields{
    kType,
    may_have("state", "What becomes of the class", {.type = Type::string, .values = kStateNames}),
    may_have("storage", "How its data is stored", {.type = Type::string, .values = kStorages}),
    may_have("renamed_to", "Its new name", kClassName),
    may_have("transferred_to", "Worker that takes it", kFilled),
    may_have("transfer_from", "Worker that it comes from", kFilled),
    refused_field("container", "images are built and rolled out by wrangler; name this file in .plumblineignore")};
constexpr Table kObjectTable = table_of(kExportedObjectFields);

constexpr std::array kEntrypointCache{needs("enabled", "Whether the cache is on", kBoolean)};
constexpr Table kEntrypointCacheTable = table_of(kEntrypointCache);
constexpr std::array kEntrypointFields{kType, may_have("cache", "Cache in front of it", object(kEntrypointCacheTable))};
constexpr Table kEntrypointTable = table_of(kEntrypointFields);

constexpr std::array kExportedWorkflowFields{kType,
                                             needs("name", "Name of the workflow", kWorkflowName),
                                             kWranglerWorkflowSettings[0],
                                             kWranglerWorkflowSettings[1],
                                             kWranglerWorkflowSettings[2],
                                             kWranglerWorkflowSettings[3],
                                             kWranglerWorkflowSettings[4]};
constexpr Table kWorkflowTable = table_of(kExportedWorkflowFields);

constexpr std::array kVariants{Variant{.value = kObject, .table = kObjectTable},
                               Variant{.value = kEntrypoint, .table = kEntrypointTable},
                               Variant{.value = kWorkflow, .table = kWorkflowTable}};

void check_export(const YamlNode& node, Report& report) {
  const std::string& type = node.text_at("type");
  if (type == kObject) return check_state(node, report);
  if (type.empty() || std::ranges::find(kVariants, type, &Variant::value) != kVariants.end()) return;
  report.error(*node.find("type"), "\"type\" of an export must be durable-object, worker or workflow",
               std::string(kUnknownMend));
}

constexpr Shape kExport{.type = Type::variant,
                        .expected = "an export such as {type: durable-object, storage: sqlite}",
                        .tag = "type",
                        .variants = kVariants,
                        .node_rule = check_export};

// Two classes cannot implement one workflow.
void check_names_of_workflows(const YamlNode& exports, Report& report) {
  std::map<std::string_view, std::string_view> class_of;
  for (const auto& [name, entry] : exports.entries) {
    const std::string& workflow = entry.text_at("name");
    if (entry.text_at("type") != kWorkflow || workflow.empty()) continue;
    const auto [at, is_new] = class_of.emplace(workflow, name.text);
    if (is_new) continue;
    report.error(name, fmt::format("\"{}\" and \"{}\" are both the workflow \"{}\"", at->second, name.text, workflow),
                 "names of workflows are unique in an account");
  }
}

// --- workflows

JsonObject settings_of(const YamlNode& workflow) {
  JsonObject settings;
  for (const Field& field : kWranglerWorkflowSettings) {
    const YamlNode* value = workflow.find(field.name);
    if (value == nullptr || value->kind == YamlKind::null) continue;
    if (field.name != "schedules") {
      settings[field.name] = to_json(*value);
      continue;
    }
    JsonArray schedules;
    for (const std::string& cron : value->kind == YamlKind::list ? to_texts(value) : std::vector{value->text}) {
      schedules.push_back(JsonObject{{"cron", cron}});
    }
    settings["schedules"] = std::move(schedules);
  }
  return settings;
}

class WorkflowReader {
 public:
  WorkflowReader(const WranglerEnvironment& config, DesiredWorker& worker, Report& report)
      : worker_(worker), report_(report) {
    if (const YamlNode* exports = config.inherited("exports")) {
      for (const auto& [name, entry] : exports->entries) {
        if (entry.text_at("type") == kWorkflow) exported_.emplace(entry.text_at("name"), Exported{name.text, &entry});
      }
    }
    if (const YamlNode* bound = config.own("workflows")) {
      for (const YamlNode& workflow : bound->items) read_bound(workflow);
    }
    for (const auto& [name, entry] : exported_)
      add({name, entry.class_name, settings_of(*entry.node), at(*entry.node)});
  }

 private:
  struct Exported {
    std::string class_name;
    const YamlNode* node;
  };

  [[nodiscard]] SourceLocation at(const YamlNode& node) const { return report_.location(node); }

  void add(DesiredWorkflow workflow) {
    if (!worker_.workflows) worker_.workflows.emplace();
    worker_.workflows->push_back(std::move(workflow));
  }

  void read_bound(const YamlNode& workflow) {
    const YamlNode* script = workflow.find("script_name");
    const bool is_foreign = script != nullptr && script->text != worker_.name;
    const auto exported = exported_.find(workflow.text_at("name"));
    if (exported != exported_.end()) return check_beside_export(workflow, exported->second, is_foreign);
    if (is_foreign) return refuse_settings(workflow, "belongs to the Worker that defines the workflow");
    add(to_workflow(workflow, settings_of(workflow), report_));
  }

  void check_beside_export(const YamlNode& workflow, const Exported& exported, bool is_foreign) {
    const auto declares =
        fmt::format("\"exports.{}\" declares the workflow \"{}\"", exported.class_name, workflow.text_at("name"));
    if (is_foreign) {
      report_.error(workflow, declares + " in this Worker", "remove \"script_name\", or give the export another name");
    } else if (workflow.text_at("class_name") != exported.class_name) {
      report_.error(workflow, declares + " with another class", "give both the same class");
    }
    refuse_settings(workflow,
                    fmt::format("is set at \"exports.{}\", which declares the workflow", exported.class_name));
  }

  void refuse_settings(const YamlNode& workflow, std::string_view where) {
    for (const Field& field : kWranglerWorkflowSettings) {
      if (const YamlNode* value = workflow.find(field.name)) {
        report_.error(*value, fmt::format("\"{}\" of a workflow {}", field.name, where));
      }
    }
  }

  DesiredWorker& worker_;
  Report& report_;
  std::map<std::string, Exported> exported_;  // by the name of the workflow
};

}  // namespace

constexpr Shape kWranglerExportsShape{.type = Type::map, .element = &kExport, .node_rule = check_names_of_workflows};

void check_workflow_schedules(const YamlNode& schedules, Report& report) {
  if (schedules.items.empty()) report.error(schedules, "\"schedules\" may not be empty", "remove the field");
}

JsonObject wrangler_exports(const WranglerEnvironment& config) {
  const YamlNode* exports = config.inherited("exports");
  if (exports == nullptr) return {};
  Json value = to_json(*exports);
  return value.is_object() ? std::move(value.get_object()) : JsonObject();
}

void check_exports_beside_migrations(const WranglerEnvironment& config, Report& report) {
  const YamlNode* exports = config.inherited("exports");
  const YamlNode* migrations = config.inherited("migrations");
  if (exports == nullptr || migrations == nullptr || migrations->items.empty()) return;
  const auto describes_class = [](const YamlEntry& entry) { return entry.value.text_at("type") == kObject; };
  if (std::ranges::none_of(exports->entries, describes_class)) return;
  report.error(*migrations, "\"exports\" and \"migrations\" both describe Durable Object classes",
               "use one of the two; wrangler refuses both as well");
}

void read_wrangler_workflows(const WranglerEnvironment& config, DesiredWorker& worker, Report& report) {
  WorkflowReader(config, worker, report);
}

}  // namespace plumbline::manifests
