#include "manifests/kinds/worker_parser.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "manifests/documents/rules.h"
#include "manifests/kinds/trigger_parser.h"
#include "manifests/kinds/worker_schema.h"

namespace plumbline::manifests {
namespace {

AdoptRule adopt_rule(std::string_view text) {
  if (text == "none") return {};
  if (text == "unowned") return {.kind = AdoptRule::Kind::unowned};
  return {.kind = AdoptRule::Kind::transfer, .from = std::string(text)};
}

class WorkerReader {
 public:
  explicit WorkerReader(Report& report) : report_(report) {}

  WorkerDraft read(const YamlNode& document) {
    const YamlNode* spec = document.find("spec");
    draft_ = parse_worker_name(document, report_);
    if (spec != nullptr && spec->kind == YamlKind::map) read_spec(*spec);
    return std::move(draft_);
  }

 private:
  void read_spec(const YamlNode& spec) {
    read_code(spec);
    read_settings(spec);
    read_secrets(spec);
    if (const YamlNode* subdomain = spec.find("subdomain")) {
      const Json value = to_json(*subdomain);
      if (value.is_object()) draft_.worker.subdomain = value.get_object();
    }
    read_triggers(spec, draft_, report_);
    draft_.worker.ignore = to_texts(spec.find("ignore"));
    check_ignored(spec);
    draft_.worker.depends_on = to_texts(spec.find("depends_on"));
  }

  // A pointer that matches nothing is a mistake, and the value that it was to protect would be overwritten.
  void check_ignored(const YamlNode& spec) {
    const YamlNode* ignore = spec.find("ignore");
    if (ignore == nullptr) return;
    const YamlNode* secrets = spec.find("secrets");
    const auto is_secret = [secrets](const std::vector<std::string>& path) {
      return secrets != nullptr && path.size() > 1 && path.front() == "bindings" && secrets->find(path[1]) != nullptr;
    };
    for (const YamlNode& item : ignore->items) {
      const auto path = split_pointer(item.text);
      if (!path || path->empty()) continue;
      if (!is_setting(path->front())) {
        report_.error(item, fmt::format("\"{}\" does not name a setting", item.text),
                      "a pointer begins with a setting, as in /observability/logs. To leave anything else alone, leave "
                      "it out of the manifest");
      } else if (is_secret(*path)) {
        report_.error(item, fmt::format("\"{}\" is a secret that the manifest states", item.text),
                      "take it out of \"secrets\" to leave it to others");
      } else if (leads_into_list(*path)) {
        report_.error(item, fmt::format("\"{}\" leads into a list", item.text),
                      "a list is compared as a whole: name the list");
      }
    }
  }

  [[nodiscard]] bool leads_into_list(const std::vector<std::string>& path) const {
    const Json* value = member(draft_.worker.settings, path.front());
    for (std::size_t i = 1; i < path.size() && value != nullptr; ++i) {
      if (value->is_array()) return true;
      value = member(*value, path[i]);
    }
    return false;
  }

  void read_code(const YamlNode& spec) {
    const YamlNode* main = spec.find("main");
    const YamlNode* script = spec.find("script");
    draft_.worker.syntax = script != nullptr ? Syntax::service_worker : Syntax::module;
    if (const YamlNode* entry = spec.scalar_at(main != nullptr ? "main" : "script")) {
      draft_.entry = written(*entry);
    }
    if (const YamlNode* modules = spec.find("modules")) {
      for (const YamlNode& item : modules->items) draft_.modules.push_back(written(item));
    }
  }

  void read_settings(const YamlNode& spec) {
    for (const auto& [key, value] : spec.entries) {
      if (is_setting(key.text)) draft_.worker.settings[key.text] = to_json(value);
    }
  }

  void read_secrets(const YamlNode& spec) {
    if (const YamlNode* policy = spec.scalar_at("secrets_policy"); policy && policy->text == "exact") {
      draft_.worker.secrets_policy = SecretsPolicy::exact;
    }
    if (const YamlNode* policy = spec.scalar_at("vars_policy"); policy && policy->text == "keep") {
      draft_.worker.vars_policy = VarsPolicy::keep;
    }
    const YamlNode* secrets = spec.find("secrets");
    if (secrets == nullptr) return;
    const YamlNode* bindings = spec.find("bindings");
    for (const auto& [name, value] : secrets->entries) {
      if (bindings != nullptr && bindings->find(name.text) != nullptr) {
        report_.error(name, fmt::format("\"{}\" is named in \"bindings\" and in \"secrets\"", name.text),
                      "use the name for one of the two");
      }
      draft_.secrets.push_back(written_secret(name, value));
    }
  }

  [[nodiscard]] WrittenSecret written_secret(const YamlNode& name, const YamlNode& value) const {
    WrittenSecret secret{.name = name.text, .where = report_.location(name)};
    if (value.kind == YamlKind::scalar) secret.key = value.text;
    if (const YamlNode* store = value.scalar_at("store")) secret.store = store->text;
    if (const YamlNode* key = value.scalar_at("key")) secret.key = key->text;
    return secret;
  }

  [[nodiscard]] WrittenPath written(const YamlNode& node) const { return {node.text, report_.location(node)}; }

  Report& report_;
  WorkerDraft draft_;
};

// A document in which the merged spec replaces the written one.
struct MergedDocument {
  YamlNode root;
  std::optional<YamlNode> name;
  bool absent = false;
  bool in_doubt = false;  ///< it holds a value that only an unreadable file of values could provide
  Extent extent = Extent::whole;
};

// The overlays stay as written, because they are checked for every environment.
MergedDocument merge_document(YamlNode document, const ParseContext& context, Report& report) {
  static const FolderDefaults no_defaults;
  const FolderDefaults& defaults = context.defaults != nullptr ? *context.defaults : no_defaults;
  MergedDocument merged{.root = std::move(document)};
  std::optional<YamlEntry> environments;
  const auto spec = std::ranges::find(merged.root.entries, "spec", [](const YamlEntry& e) { return e.key.text; });
  if (spec != merged.root.entries.end() && spec->value.kind == YamlKind::map) {
    // Merging hides what it replaces, so each layer is checked before.
    if (defaults.spec.kind == YamlKind::map || spec->value.find("environments") != nullptr) {
      check(spec->value, spec_shape(), "spec", report, Extent::layer);
    }
    LayeredSpec layered = merge_layers(defaults, std::move(spec->value), context.environment);
    spec->value = layered.absent ? YamlNode{} : std::move(layered.spec);
    merged.name = std::move(layered.name);
    merged.absent = layered.absent;
    environments = std::move(layered.environments);
  }
  merged.in_doubt =
      context.values_in_doubt && (has_placeholder(merged.root) || (merged.name && has_placeholder(*merged.name)));
  const std::size_t before = report.errors();
  substitute(merged.root, context.values, report);
  if (merged.name) substitute(*merged.name, context.values, report);
  if (report.errors() > before) merged.extent = Extent::unsubstituted;
  if (!merged.absent && environments) spec->value.entries.push_back(*std::move(environments));
  if (merged.absent) merged.extent = Extent::layer;
  return merged;
}

// The environment has its own name for the Worker.
void take_name(WorkerDraft& draft, const YamlNode& name, Extent extent, Report& report) {
  check(name, worker_name_shape(), "name", report, extent);
  if (name.kind != YamlKind::scalar) return;
  draft.worker.name = name.text;
  draft.worker.where = report.location(name);
}

}  // namespace

WorkerDraft parse_worker_name(const YamlNode& document, const Report& report) {
  WorkerDraft draft;
  const YamlNode* metadata = document.find("metadata");
  if (metadata == nullptr) return draft;
  if (const YamlNode* name = metadata->scalar_at("name")) {
    draft.worker.name = name->text;
    draft.base_name = name->text;
    draft.worker.where = report.location(*name);
  }
  if (const YamlNode* adopt = metadata->scalar_at("adopt")) {
    draft.worker.adopt = adopt_rule(adopt->text);
  }
  draft.worker.prune = to_boolean(metadata->find("prune")).value_or(true);
  draft.worker.allow_data_loss = to_texts(metadata->find("allow_data_loss"));
  return draft;
}

WorkerDraft parse_worker(YamlNode document, const ParseContext& context, Report& report) {
  const std::size_t before = report.errors();
  const MergedDocument merged = merge_document(std::move(document), context, report);
  check(merged.root, worker_shape(), "manifest", report, merged.extent);
  WorkerDraft draft =
      merged.extent == Extent::whole ? WorkerReader(report).read(merged.root) : parse_worker_name(merged.root, report);
  if (merged.name) take_name(draft, *merged.name, merged.extent, report);
  draft.absent = merged.absent;
  draft.broken =
      report.errors() > before || merged.in_doubt || (context.defaults != nullptr && context.defaults->broken);
  return draft;
}

}  // namespace plumbline::manifests
