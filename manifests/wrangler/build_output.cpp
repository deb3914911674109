#include "manifests/wrangler/build_output.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "manifests/wrangler/wrangler_binding_schema.h"

namespace plumbline::manifests {
namespace {

// --- names

// `maxBatchSize` is `max_batch_size`.
std::string snake(std::string_view name) {
  std::string out;
  for (const char c : name) {
    if (c >= 'A' && c <= 'Z') out += '_';
    out += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return out;
}

YamlNode snaked(const YamlNode& node) {
  YamlNode out = node;
  for (YamlNode& item : out.items) item = snaked(item);
  for (YamlEntry& entry : out.entries) {
    entry.key.text = snake(entry.key.text);
    entry.value = snaked(entry.value);
  }
  return out;
}

struct Renamed {
  std::string_view from;
  std::string_view to;
};

// A kind of binding: its type in a Build Output, its field in a wrangler config, and which members are not called the
// same in snake case.
struct EnvKind {
  std::string_view type;
  std::string_view field;
  std::array<Renamed, 3> renamed{};
};

constexpr auto kEnvKinds = std::to_array<EnvKind>({
    {"agent-memory", "agent_memory"},
    {"ai", "ai"},
    {"ai-search", "ai_search", {Renamed{"name", "instance_name"}}},
    {"ai-search-namespace", "ai_search_namespaces"},
    {"analytics-engine-dataset", "analytics_engine_datasets", {Renamed{"name", "dataset"}}},
    {"analytics-sql", "analytics"},
    {"artifacts", "artifacts"},
    {"browser", "browser"},
    {"d1", "d1_databases", {Renamed{"id", "database_id"}, Renamed{"name", "database_name"}}},
    {"dispatch-namespace", "dispatch_namespaces"},
    {"durable-object", "durable_objects", {Renamed{"exportName", "class_name"}, Renamed{"worker", "script_name"}}},
    {"flagship", "flagship", {Renamed{"id", "app_id"}}},
    {"hyperdrive", "hyperdrive"},
    {"images", "images"},
    {"k2", "k2", {Renamed{"id", "stream"}}},
    {"kv", "kv_namespaces"},
    {"logfwdr", "logfwdr"},
    {"media", "media"},
    {"mtls-certificate", "mtls_certificates", {Renamed{"id", "certificate_id"}}},
    {"pipeline", "pipelines", {Renamed{"streamId", "stream"}}},
    {"queue", "queues", {Renamed{"name", "queue"}}},
    {"r2", "r2_buckets", {Renamed{"name", "bucket_name"}}},
    {"rate-limit", "ratelimits", {Renamed{"namespace", "namespace_id"}}},
    {"secrets-store-secret", "secrets_store_secrets"},
    {"send-email", "send_email"},
    {"stream", "stream"},
    {"vectorize", "vectorize", {Renamed{"name", "index_name"}}},
    {"version-metadata", "version_metadata"},
    {"vpc-network", "vpc_networks"},
    {"vpc-service", "vpc_services", {Renamed{"id", "service_id"}}},
    {"worker", "services", {Renamed{"worker", "service"}, Renamed{"exportName", "entrypoint"}}},
    {"worker-loader", "worker_loaders"},
    {"workflow", "workflows", {Renamed{"exportName", "class_name"}, Renamed{"worker", "script_name"}}},
});
static_assert(std::ranges::is_sorted(kEnvKinds, {}, &EnvKind::type));

constexpr std::string_view kUnsafe = "unsafe:";
constexpr std::string_view kNewer = "this version of Plumbline does not know it; update Plumbline";

const WranglerKind& kind_of(const EnvKind& kind) {
  return *std::ranges::find(wrangler_kinds(), kind.field, &WranglerKind::field);
}

// --- nodes

// An empty map or list at the place of another node.
YamlNode like(const YamlNode& other, YamlKind kind) {
  YamlNode out{.kind = kind, .line = other.line, .column = other.column, .file = other.file};
  return out;
}

YamlNode text_like(const YamlNode& other, std::string_view text) {
  YamlNode out = like(other, YamlKind::scalar);
  out.plain = false;
  out.text = text;
  return out;
}

YamlNode flag_like(const YamlNode& other, std::string_view value) {
  YamlNode out = text_like(other, value);
  out.plain = true;
  return out;
}

// The value of `name` in `map`, which is made if it is not there.
YamlNode& at(YamlNode& map, const YamlNode& place, std::string_view name, YamlKind kind) {
  for (YamlEntry& entry : map.entries) {
    if (entry.key.text == name) return entry.value;
  }
  map.entries.push_back({text_like(place, name), like(place, kind)});
  return map.entries.back().value;
}

void set(YamlNode& map, const YamlNode& place, std::string_view name, YamlNode value) {
  map.entries.push_back({text_like(place, name), std::move(value)});
}

// --- the Worker

class Converter {
 public:
  Converter(const YamlNode& output, bool has_assets, Report& report)
      : output_(output), has_assets_(has_assets), report_(report), config_(like(output, YamlKind::map)) {}

  YamlNode run(const YamlNode* root) {
    for (const auto& [key, value] : output_.entries) convert(key, value);
    if (has_assets_) name_assets(output_);
    if (root != nullptr) convert_root(*root);
    return std::move(config_);
  }

 private:
  void convert(const YamlNode& key, const YamlNode& value) {
    struct Row {
      std::string_view name;
      YamlKind kind;
      void (Converter::*take)(const YamlNode& key, const YamlNode& value);
    };
    static constexpr std::array kRows{Row{"access", YamlKind::map, &Converter::take_as_is},
                                      Row{"assets", YamlKind::map, &Converter::take_assets},
                                      Row{"domains", YamlKind::list, &Converter::take_domains},
                                      Row{"env", YamlKind::map, &Converter::take_env},
                                      Row{"experimental", YamlKind::map, &Converter::take_experimental},
                                      Row{"exports", YamlKind::map, &Converter::take_exports},
                                      Row{"manifest", YamlKind::map, &Converter::take_manifest},
                                      Row{"tailConsumers", YamlKind::list, &Converter::take_consumers},
                                      Row{"triggers", YamlKind::list, &Converter::take_triggers},
                                      Row{"unsafe", YamlKind::map, &Converter::take_unsafe}};
    const auto* const row = std::ranges::find(kRows, key.text, &Row::name);
    if (row != kRows.end() && value.kind != row->kind) {
      return report_.error(
          value, fmt::format("expected a {} for \"{}\", found {}", row->kind == YamlKind::map ? "map" : "list",
                             key.text, describe(type_of(value))));
    }
    if (row != kRows.end()) return (this->*row->take)(key, value);
    static constexpr std::array<std::string_view, 10> kRenamed{
        "cache", "compatibilityDate", "compatibilityFlags", "limits",      "logpush",
        "name",  "observability",     "placement",          "previewUrls", "workersDev"};
    if (std::ranges::find(kRenamed, key.text) == kRenamed.end()) return refuse(key);
    set(config_, key, snake(key.text), snaked(value));
  }

  void refuse(const YamlNode& key) {
    report_.error(key, fmt::format("unknown field \"{}\"", key.text), std::string(kNewer));
  }

  void take_as_is(const YamlNode& key, const YamlNode& value) { set(config_, key, key.text, value); }

  YamlNode& assets(const YamlNode& place) { return at(config_, place, "assets", YamlKind::map); }

  void name_assets(const YamlNode& place) {
    YamlNode& node = assets(place);
    if (node.find("directory") == nullptr) set(node, place, "directory", text_like(place, "assets"));
  }

  void take_assets(const YamlNode& key, const YamlNode& value) {
    for (YamlEntry& entry : snaked(value).entries) assets(key).entries.push_back(std::move(entry));
    name_assets(key);
  }

  void take_domains(const YamlNode& key, const YamlNode& value) {
    for (const YamlNode& domain : value.items) {
      YamlNode route = like(domain, YamlKind::map);
      if (domain.kind != YamlKind::map) {
        set(route, domain, "pattern", domain);
      } else {
        for (const auto& [name, member] : domain.entries) {
          static constexpr std::array kNames{Renamed{"hostname", "pattern"}, Renamed{"production", "enabled"},
                                             Renamed{"previews", "previews_enabled"}};
          const auto* const known = std::ranges::find(kNames, name.text, &Renamed::from);
          set(route, name, known != kNames.end() ? known->to : std::string_view(name.text), member);
        }
      }
      set(route, domain, "custom_domain", flag_like(domain, "true"));
      at(config_, key, "routes", YamlKind::list).items.push_back(std::move(route));
    }
  }

  // Only what it is uploaded as; `dev` of a binding is for development.
  void take_env(const YamlNode& /*key*/, const YamlNode& value) {
    for (const auto& [name, binding] : value.entries) take_binding(name, binding);
  }

  void take_binding(const YamlNode& name, const YamlNode& binding) {
    const std::string& type = binding.text_at("type");
    if (type == "text" || type == "json") return take_var(name, binding);
    if (type == "secret") {
      YamlNode& secrets = at(config_, name, "secrets", YamlKind::map);
      at(secrets, name, "required", YamlKind::list).items.push_back(text_like(name, name.text));
    } else if (type == "assets") {
      set(assets(name), name, "binding", text_like(name, name.text));
    } else if (type.starts_with(kUnsafe)) {
      take_unsafe_binding(name, binding, type.substr(kUnsafe.size()));
    } else if (const auto* const kind = std::ranges::find(kEnvKinds, type, &EnvKind::type); kind != kEnvKinds.end()) {
      place(*kind, name, converted(*kind, name, binding));
    } else {
      report_.error(binding, fmt::format("the binding \"{}\" is of an unknown type", name.text), std::string(kNewer));
    }
  }

  void take_var(const YamlNode& name, const YamlNode& binding) {
    const YamlNode* value = binding.find("value");
    if (value == nullptr) return report_.error(binding, fmt::format("\"{}\" lacks the field \"value\"", name.text));
    set(at(config_, name, "vars", YamlKind::map), name, name.text, *value);
  }

  void take_unsafe_binding(const YamlNode& name, const YamlNode& binding, std::string_view type) {
    YamlNode out = like(binding, YamlKind::map);
    set(out, name, "name", text_like(name, name.text));
    for (const auto& [key, value] : binding.entries) {
      set(out, key, key.text, key.text == "type" ? text_like(value, type) : value);
    }
    YamlNode& unsafe = at(config_, name, "unsafe", YamlKind::map);
    at(unsafe, name, "bindings", YamlKind::list).items.push_back(std::move(out));
  }

  static YamlNode converted(const EnvKind& kind, const YamlNode& name, const YamlNode& binding) {
    YamlNode out = like(binding, YamlKind::map);
    set(out, name, kind_of(kind).name, text_like(name, name.text));
    for (const auto& [key, value] : binding.entries) {
      if (key.text == "type" || key.text == "dev") continue;
      const auto* const known = std::ranges::find(kind.renamed, key.text, &Renamed::from);
      // `props` is the user's own document.
      YamlNode inner = key.text == "props" ? value : snaked(value);
      if (key.text == "outbound") rename(inner, "worker", "service");
      set(out, key, known != kind.renamed.end() ? std::string(known->to) : snake(key.text), std::move(inner));
    }
    return out;
  }

  static void rename(YamlNode& map, std::string_view from, std::string_view to) {
    for (YamlEntry& entry : map.entries) {
      if (entry.key.text == from) entry.key.text = to;
    }
  }

  void place(const EnvKind& kind, const YamlNode& name, YamlNode binding) {
    const WranglerForm form = kind_of(kind).form;
    if (form == WranglerForm::single) {
      if (config_.find(kind.field) != nullptr) {
        return report_.error(name, fmt::format("a Worker takes one binding of the type \"{}\"", kind.type));
      }
      return set(config_, name, kind.field, std::move(binding));
    }
    YamlNode* list = &at(config_, name, kind.field, form == WranglerForm::list ? YamlKind::list : YamlKind::map);
    if (form == WranglerForm::wrapped) list = &at(*list, name, "bindings", YamlKind::list);
    if (form == WranglerForm::producers) list = &at(*list, name, "producers", YamlKind::list);
    list->items.push_back(std::move(binding));
  }

  void take_experimental(const YamlNode& /*key*/, const YamlNode& value) {
    for (const auto& [name, member] : value.entries) {
      if (name.text == "streamingTailConsumers") {
        set(config_, name, "streaming_tail_consumers", consumers(member));
      } else if (name.text == "firstPartyWorker") {
        set(config_, name, "first_party_worker", member);
      } else {
        refuse(name);
      }
    }
  }

  void take_consumers(const YamlNode& key, const YamlNode& value) {
    if (!value.items.empty()) set(config_, key, "tail_consumers", consumers(value));
  }

  static YamlNode consumers(const YamlNode& list) {
    YamlNode out = list;
    for (YamlNode& consumer : out.items) rename(consumer, "worker", "service");
    return out;
  }

  void take_exports(const YamlNode& key, const YamlNode& value) {
    YamlNode out = like(value, value.kind);
    for (const auto& [name, entry] : value.entries) {
      YamlNode converted = snaked(entry);
      // wrangler knows the events that start a workflow by the Worker's triggers.
      for (const YamlNode* events = entry.find("events"); events != nullptr; events = nullptr) {
        YamlNode& triggers = at(config_, name, "triggers", YamlKind::map);
        YamlNode& list = at(triggers, *events, "events", YamlKind::list);
        list.items.insert(list.items.end(), events->items.begin(), events->items.end());
        std::erase_if(converted.entries, [](const YamlEntry& one) { return one.key.text == "events"; });
      }
      set(out, name, name.text, std::move(converted));
    }
    set(config_, key, "exports", std::move(out));
  }

  void take_manifest(const YamlNode& /*key*/, const YamlNode& value) {
    const YamlNode* main = value.scalar_at("mainModule");
    if (main == nullptr) return report_.error(value, "\"manifest\" lacks the field \"mainModule\"");
    set(config_, *main, "main", text_like(*main, "bundle/" + main->text));
    set(config_, *main, "no_bundle", flag_like(*main, "true"));
  }

  void take_triggers(const YamlNode& /*key*/, const YamlNode& value) {
    for (const YamlNode& trigger : value.items) take_trigger(trigger);
  }

  void take_trigger(const YamlNode& trigger) {
    const std::string& type = trigger.text_at("type");
    if (type == "scheduled") {
      YamlNode& triggers = at(config_, trigger, "triggers", YamlKind::map);
      if (const YamlNode* cron = trigger.find("schedule")) {
        at(triggers, trigger, "crons", YamlKind::list).items.push_back(*cron);
      }
    } else if (type == "fetch") {
      at(config_, trigger, "routes", YamlKind::list).items.push_back(route_of(trigger));
    } else if (type == "queue") {
      YamlNode consumer = members_of(trigger);
      rename(consumer, "name", "queue");
      YamlNode& queues = at(config_, trigger, "queues", YamlKind::map);
      at(queues, trigger, "consumers", YamlKind::list).items.push_back(std::move(consumer));
    } else if (type == "connect") {
      at(config_, trigger, "connect", YamlKind::list).items.push_back(members_of(trigger));
    } else if (type == "email") {
      YamlNode& addresses = at(config_, trigger, "addresses", YamlKind::list);
      if (const YamlNode* more = trigger.find("addresses")) {
        addresses.items.insert(addresses.items.end(), more->items.begin(), more->items.end());
      }
    } else {
      report_.error(trigger, "this trigger is of an unknown type", std::string(kNewer));
    }
  }

  static YamlNode members_of(const YamlNode& trigger) {
    YamlNode out = snaked(trigger);
    std::erase_if(out.entries, [](const YamlEntry& entry) { return entry.key.text == "type"; });
    return out;
  }

  static YamlNode route_of(const YamlNode& trigger) {
    const YamlNode* zone = trigger.scalar_at("zone");
    const YamlNode* pattern = trigger.find("pattern");
    if (zone == nullptr && pattern != nullptr) return *pattern;
    YamlNode out = members_of(trigger);
    if (zone != nullptr) rename(out, "zone", zone->text.contains('.') ? "zone_name" : "zone_id");
    return out;
  }

  // Members of its metadata are the user's own.
  void take_unsafe(const YamlNode& key, const YamlNode& value) {
    YamlNode& unsafe = at(config_, key, "unsafe", YamlKind::map);
    for (const auto& [name, member] : value.entries) {
      set(unsafe, name, snake(name.text), name.text == "metadata" ? member : snaked(member));
    }
  }

  void convert_root(const YamlNode& root) {
    const YamlNode* settings = root.find("settings");
    const YamlNode& source = settings != nullptr ? *settings : root;
    if (const YamlNode* account = source.scalar_at("accountId")) set(config_, *account, "account_id", *account);
    if (const YamlNode* region = source.scalar_at("complianceRegion")) {
      set(config_, *region, "compliance_region", *region);
    }
  }

  const YamlNode& output_;
  bool has_assets_;
  Report& report_;
  YamlNode config_;
};

// --- its modules

constexpr auto kModuleTypes = std::to_array<Renamed>({
    {"esm", "application/javascript+module"},
    {"cjs", "application/javascript"},
    {"python", "text/x-python"},
    {"python-requirement", "text/x-python-requirement"},
    {"wasm", "application/wasm"},
    {"text", "text/plain"},
    {"data", "application/octet-stream"},
    {"sourcemap", "application/source-map"},
});

}  // namespace

std::vector<OutputBinding> output_bindings() {
  std::vector<OutputBinding> out;
  out.reserve(kEnvKinds.size());
  for (const EnvKind& kind : kEnvKinds) out.push_back({kind.type, kind.field});
  return out;
}

YamlNode as_wrangler_config(const YamlNode& output, const YamlNode* root, bool has_assets, Report& report) {
  return Converter(output, has_assets, report).run(root);
}

void read_output_manifest(const YamlNode& manifest, WranglerCode& code, Report& report) {
  code.build = WranglerCode::Build::listed;
  const std::string& type = manifest.text_at("type");
  if (type != "complete" && type != "partial") {
    report.error(manifest, "\"type\" of a manifest must be complete or partial", std::string(kNewer));
  }
  code.finds_modules = type == "partial";
  const YamlNode* modules = manifest.find("modules");
  if (modules == nullptr) return;
  for (const auto& [name, module] : modules->entries) {
    const YamlNode* stated = module.scalar_at("type");
    const auto* const known =
        std::ranges::find(kModuleTypes, stated != nullptr ? std::string_view(stated->text) : "", &Renamed::from);
    if (known == kModuleTypes.end()) {
      report.error(name, fmt::format("the module \"{}\" is of a type that is not uploaded", name.text),
                   "import it in the code, so that the build makes it a part of another module");
      continue;
    }
    code.listed.push_back({name.text, std::string(known->to)});
  }
}

}  // namespace plumbline::manifests
