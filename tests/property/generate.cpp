#include "generate.h"

#include <algorithm>
#include <array>

#include "base/digest.h"
#include "exposure.h"

namespace plumbline::property {
namespace {

constexpr std::array<std::string_view, 8> kNames{"alpha", "bravo", "charlie", "delta", "echo", "fox", "golf", "hotel"};
constexpr std::array<std::string_view, 3> kDates{"2024-02-29", "2026-01-01", "2026-10-01"};
constexpr std::array<std::string_view, 5> kObservability{
    R"({"enabled": true})", R"({"enabled": false})", R"({})", R"({"enabled": true, "head_sampling_rate": 0.25})",
    R"({"enabled": true, "logs": {"enabled": true, "invocation_logs": false}})"};
constexpr std::array<std::string_view, 4> kPlacement{R"({"mode": "smart"})", R"({})", R"({"region": "aws:us-east-1"})",
                                                     R"({"mode": "smart"})"};
constexpr std::array<std::string_view, 10> kIgnored{
    "/logpush",          "/observability",    "/observability/head_sampling_rate",
    "/limits",           "/bindings",         "/bindings/B0",
    "/bindings/B1/text", "/bindings/FOREIGN", "/limits/cpu_ms",
    "/placement/mode"};
constexpr std::array<std::string_view, 3> kLimits{R"({"cpu_ms": 50})", R"({})",
                                                  R"({"cpu_ms": 100, "subrequests": 20})"};
constexpr std::array<std::string_view, 15> kBindings{
    R"({"type": "plain_text", "text": "hello"})",
    R"({"type": "plain_text", "text": "other"})",
    R"({"type": "json", "json": {"a": [1, 2.5, null], "b": {}}})",
    R"({"type": "kv_namespace", "namespace_id": "0f2ac74b498b48028cb68387c421e279"})",
    R"({"type": "r2_bucket", "bucket_name": "bucket"})",
    R"({"type": "d1", "database_id": "11111111-2222-3333-4444-555555555555"})",
    R"({"type": "queue", "queue_name": "jobs"})",
    R"({"type": "ai"})",
    R"({"type": "version_metadata"})",
    R"({"type": "analytics_engine", "dataset": "events"})",
    R"({"type": "ratelimit", "namespace_id": "1001", "simple": {"limit": 100, "period": 60}})",
    R"({"type": "hyperdrive", "id": "57b7076f58be42419276f058a8968187"})",
    R"({"type": "kv_namespace", "title": "cache"})",
    R"({"type": "d1", "database_name": "shop"})",
    R"({"type": "hyperdrive", "name": "postgres"})"};

constexpr std::array<std::string_view, 4> kConsumers{R"({})", R"({"batch_size": 10})",
                                                     R"({"batch_size": 50, "max_wait_time_ms": 100})",
                                                     R"({"max_concurrency": 4, "retry_delay": 0})"};
constexpr std::array<std::string_view, 3> kNamed{"cache", "shop", "postgres"};

Json json(std::string_view text) {
  return parse_json(text).value();
}

manifests::ModuleFile add_file(Repository& repository, const std::string& worker, const std::string& name,
                               const std::string& type, std::string bytes) {
  const std::string path = worker + "/" + name;
  manifests::ModuleFile file{name, path, type, sha256_hex(bytes), bytes.size()};
  repository.files[path] = std::move(bytes);
  return file;
}

void add_code(Repository& repository, manifests::DesiredWorker& worker, Random& random) {
  const auto version = std::to_string(random.below(4));
  if (random.chance(15)) {
    worker.syntax = manifests::Syntax::service_worker;
    worker.modules = {add_file(repository, worker.name, "worker.js", "application/javascript",
                               "addEventListener('fetch', e => e.respondWith(new Response('" + version + "')));\n")};
    return;
  }
  worker.modules = {add_file(repository, worker.name, "index.js", "application/javascript+module",
                             "export default { fetch() { return new Response('" + version + "'); } };\n")};
  if (random.chance(30)) {
    worker.modules.push_back(add_file(repository, worker.name, "lib/text.txt", "text/plain", "text " + version));
  }
  if (random.chance(20)) {
    std::string wasm("\0asm\1\0\0\0", 8);
    worker.modules.push_back(add_file(repository, worker.name, "m.wasm", "application/wasm", std::move(wasm)));
  }
}

// Service bindings and tail consumers go to Workers of smaller names alone: no circles.
std::string_view earlier_name(const std::string& worker, const Repository& repository, Random& random) {
  std::vector<std::string_view> earlier;
  for (const auto& other : repository.workers) {
    if (other.name < worker) earlier.push_back(other.name);
  }
  return earlier.empty() ? std::string_view() : random.pick(earlier);
}

void add_bindings(Repository& repository, manifests::DesiredWorker& worker, Random& random) {
  JsonObject bindings;
  const auto count = random.below(4);
  for (std::size_t i = 0; i < count; ++i) bindings["B" + std::to_string(i)] = json(random.pick(kBindings));
  if (const auto other = earlier_name(worker.name, repository, random); !other.empty() && random.chance(40)) {
    bindings["OTHER"] = {{"type", "service"}, {"service", other}};
  }
  worker.settings["bindings"] = std::move(bindings);
}

void add_settings(Repository& repository, manifests::DesiredWorker& worker, Random& random) {
  auto& settings = worker.settings;
  if (random.chance(80)) settings["compatibility_date"] = random.pick(kDates);
  if (random.chance(30)) settings["compatibility_flags"] = json(random.chance(50) ? R"(["nodejs_compat"])" : "[]");
  if (random.chance(40)) settings["logpush"] = random.chance(50);
  if (random.chance(50)) settings["observability"] = json(random.pick(kObservability));
  if (random.chance(30)) settings["placement"] = json(random.pick(kPlacement));
  if (random.chance(30)) settings["limits"] = json(random.pick(kLimits));
  if (random.chance(30)) settings["tags"] = json(random.chance(50) ? R"(["team", "a"])" : "[]");
  if (random.chance(25)) {
    const auto other = earlier_name(worker.name, repository, random);
    settings["tail_consumers"] = other.empty() ? JsonArray() : JsonArray{JsonObject{{"service", other}}};
  }
  if (random.chance(70)) add_bindings(repository, worker, random);
  if (random.chance(20)) worker.ignore = {std::string(random.pick(kIgnored)), std::string(random.pick(kIgnored))};
}

void add_secrets(Repository& repository, manifests::DesiredWorker& worker, Random& random) {
  const auto count = random.below(3);
  for (std::size_t i = 0; i < count; ++i) {
    const std::string name = "SECRET_" + std::to_string(i);
    const std::string key = worker.name + "/" + name;
    worker.secrets[name] = {"default", key, {}};
    repository.secrets[key] = "canary-" + worker.name + "-" + std::to_string(random.below(3));
  }
  if (random.chance(20)) worker.secrets_policy = manifests::SecretsPolicy::exact;
}

// The history of every Worker, as far as it has come: a step that makes, renames, deletes and adds a class; and the
// class that can be bound after it.
struct Step {
  std::string_view steps;
  std::string_view bound;
};
constexpr std::array<Step, 4> kHistory{
    Step{R"({"new_sqlite_classes": ["Alpha", "Beta"]})", "Alpha"},
    Step{R"({"renamed_classes": [{"from": "Beta", "to": "Gamma"}]})", "Gamma"},
    Step{R"({"deleted_classes": ["Alpha"]})", "Gamma"},
    Step{R"({"new_classes": ["Delta"]})", "Delta"},
};

// A history only grows: at least `from` steps.
void add_migrations(manifests::DesiredWorker& worker, std::size_t from, Random& random) {
  const auto length = from + random.below(kHistory.size() + 1 - from);
  worker.migrations.emplace();
  for (std::size_t i = 0; i < length; ++i) {
    const std::string tag = "v" + std::to_string(i + 1);
    worker.migrations->push_back({tag, json(kHistory.at(i).steps).get_object(), {}});
    worker.allow_data_loss.push_back(tag);
  }
  // A class that goes must not be bound any more.
  auto& bindings = worker.settings["bindings"];
  if (!bindings.is_object()) bindings = JsonObject();
  if (length > 0 && random.chance(70)) {
    bindings.get_object()["OBJECTS"] = {{"type", "durable_object_namespace"},
                                        {"class_name", kHistory.at(length - 1).bound}};
  }
}

// Assets beside the code, or alone.
void add_assets(Repository& repository, manifests::DesiredWorker& worker, Random& random) {
  const auto folder = worker.name + "/public";
  std::erase_if(repository.files, [&](const auto& file) { return file.first.starts_with(folder + "/"); });
  worker.assets.emplace();
  worker.assets->directory = folder;
  repository.files[folder + "/index.html"] = "page " + std::to_string(random.below(3));
  // More than one bucket, now and then.
  for (std::size_t i = random.chance(20) ? 60 : random.below(3); i > 0; --i) {
    repository.files[folder + "/files/" + std::to_string(i) + ".txt"] = worker.name + std::to_string(i);
  }
  if (random.chance(30))
    repository.files[folder + "/_headers"] = "/*\n  X-A: " + std::to_string(random.below(2)) + "\n";
  if (random.chance(30)) worker.assets->config["html_handling"] = random.chance(50) ? "none" : "auto-trailing-slash";
  if (random.chance(20) && !worker.migrations) {
    worker.modules.clear();
    worker.syntax = manifests::Syntax::module;
    worker.settings.erase("bindings");
    worker.secrets.clear();
  }
}

// How far the history of a Worker has come in the commit before.
std::size_t steps_of(const Repository& before, std::string_view name) {
  const auto found = std::ranges::find(before.workers, name, &manifests::DesiredWorker::name);
  return found == before.workers.end() || !found->migrations ? 0 : found->migrations->size();
}

// A queue and a workflow have one Worker: whoever gets it now takes it from the one that had it.
template <class Item>
void take_away(Repository& repository, std::optional<std::vector<Item>> manifests::DesiredWorker::* list,
               std::string Item::* key, const std::string& name) {
  for (auto& worker : repository.workers) {
    if (worker.*list) std::erase_if(*(worker.*list), [&](const Item& item) { return item.*key == name; });
  }
}

void add_consumers(Repository& repository, manifests::DesiredWorker& worker, Random& random) {
  worker.queue_consumers.emplace();
  for (const auto* queue : {"jobs", "mail"}) {
    if (random.chance(50)) continue;
    take_away(repository, &manifests::DesiredWorker::queue_consumers, &manifests::DesiredQueueConsumer::queue,
              std::string(queue));
    worker.queue_consumers->push_back({.queue = queue,
                                       .dead_letter_queue = random.chance(30) ? "dead" : "",
                                       .settings = json(random.pick(kConsumers)).get_object()});
  }
}

void add_workflows(Repository& repository, manifests::DesiredWorker& worker, Random& random) {
  worker.workflows.emplace();
  for (const auto* name : {"fulfil", "refund"}) {
    if (random.chance(50)) continue;
    take_away(repository, &manifests::DesiredWorker::workflows, &manifests::DesiredWorkflow::name, std::string(name));
    manifests::DesiredWorkflow workflow{.name = name, .class_name = random.chance(50) ? "Fulfil" : "Other"};
    if (random.chance(30)) workflow.settings = {{"limits", {{"steps", random.below(3) + 1}}}};
    worker.workflows->push_back(std::move(workflow));
  }
}

void add_worker(Repository& repository, const Repository& before, std::string_view name, Random& random) {
  manifests::DesiredWorker worker;
  worker.name = name;
  worker.where = {std::string(name) + "/worker.yaml", 4, 9};
  add_code(repository, worker, random);
  add_settings(repository, worker, random);
  add_secrets(repository, worker, random);
  if (random.chance(60)) {
    JsonObject subdomain{{"enabled", random.chance(70)}};
    if (random.chance(50)) subdomain["previews_enabled"] = random.chance(50);
    worker.subdomain = std::move(subdomain);
  }
  if (random.chance(30)) {
    worker.schedules.emplace();
    for (std::size_t i = random.below(3); i > 0; --i) worker.schedules->push_back(std::to_string(i) + " 0 * * *");
  }
  if (worker.syntax == manifests::Syntax::module && random.chance(30)) {
    add_migrations(worker, steps_of(before, name), random);
  }
  add_exposure(worker, random);
  if (random.chance(30)) add_assets(repository, worker, random);
  const auto place = std::ranges::find(repository.workers, worker.name, &manifests::DesiredWorker::name);
  if (place != repository.workers.end()) repository.workers.erase(place);
  if (random.chance(30)) add_consumers(repository, worker, random);
  if (random.chance(30)) add_workflows(repository, worker, random);
  worker.prune = random.chance(90);
  repository.workers.push_back(std::move(worker));
}

std::string routes_of(const manifests::DesiredWorker& worker) {
  std::string out = "[";
  for (const auto& route : *worker.routes) out += (out.size() > 1 ? ", " : "") + route.pattern;
  return out + "]";
}

void sort(Repository& repository) {
  std::ranges::sort(repository.workers, {}, &manifests::DesiredWorker::name);
}

}  // namespace

std::span<const std::string_view> worker_names() {
  return kNames;
}

void drop_dangling(Repository& repository) {
  const auto exists = [&repository](std::string_view name) {
    return std::ranges::any_of(repository.workers, [name](const auto& worker) { return worker.name == name; });
  };
  for (auto& worker : repository.workers) {
    if (auto* bindings = worker.settings.if_contains("bindings")) {
      auto& object = bindings->get_object();
      if (object.contains("OTHER") && !exists(string_member(object["OTHER"], "service"))) object.erase("OTHER");
    }
    if (auto* consumers = worker.settings.if_contains("tail_consumers")) {
      auto& array = consumers->get_array();
      if (!array.empty() && !exists(string_member(array.front(), "service"))) array.clear();
    }
  }
}

Repository random_repository(Random& random) {
  Repository repository;
  const auto count = 1 + random.below(5);
  for (std::size_t i = 0; i < count; ++i) add_worker(repository, Repository(), random.pick(kNames), random);
  sort(repository);
  drop_dangling(repository);
  drop_rivals(repository);
  return repository;
}

Repository mutated(const Repository& repository, Random& random) {
  Repository next = repository;
  next.revision = "main@sha1:1111111111111111111111111111111111111111";
  for (const auto& worker : repository.workers) {
    if (random.chance(35)) add_worker(next, repository, worker.name, random);
  }
  if (next.workers.size() > 1 && random.chance(40)) {
    next.workers.erase(next.workers.begin() + static_cast<std::ptrdiff_t>(random.below(next.workers.size())));
  }
  if (random.chance(40)) add_worker(next, repository, random.pick(kNames), random);
  sort(next);
  drop_dangling(next);
  drop_rivals(next);
  return next;
}

std::vector<Edit> random_edits(const Repository& repository, Random& random) {
  std::vector<Edit> edits;
  const auto count = random.below(4);
  for (std::size_t i = 0; i < count && !repository.workers.empty(); ++i) {
    const auto& worker = random.pick(repository.workers).name;
    switch (random.below(13)) {
      case 0:
        edits.push_back({worker, "set-var", random.chance(50) ? "B0" : "FOREIGN", "by hand"});
        break;
      case 1:
        edits.push_back({worker, "set-secret", random.chance(50) ? "SECRET_0" : "FOREIGN_SECRET", "by hand"});
        break;
      case 2:
        edits.push_back({worker, "delete-secret", "SECRET_0", nullptr});
        break;
      case 3:
        edits.push_back({worker, "edit-code", "", "// by hand\n"});
        break;
      case 4:
        edits.push_back({worker, "set-setting", "logpush", random.chance(50)});
        break;
      case 5:
        edits.push_back({worker, "set-setting", "observability", json(random.pick(kObservability))});
        break;
      case 6:
        edits.push_back({worker, "set-cron", "", random.chance(50) ? "1 0 * * *" : "*/7 * * * *"});
        break;
      case 7:
        edits.push_back({"", "remake", std::string(random.pick(kNamed)), nullptr});
        break;
      case 8:
      case 9:
        edits.push_back(random_route_edit(worker, random));
        break;
      case 10:
        edits.push_back({"", "drop-consumer", random.chance(50) ? "jobs" : "mail", nullptr});
        break;
      case 11:
        edits.push_back({"", "set-consumer", random.chance(50) ? "jobs" : "mail", random.below(50) + 1});
        break;
      default:
        edits.push_back({worker, "rollback", "", nullptr});
        break;
    }
  }
  return edits;
}

namespace {

using Consumer = manifests::DesiredQueueConsumer;

template <class Item>
std::string names(const std::vector<Item>& items, std::string Item::* name) {
  std::string out = "[";
  for (const auto& item : items) out += item.*name + " " + to_text(item.settings) + ", ";
  return out + "]";
}

}  // namespace

std::string describe(const Repository& repository) {
  std::string out;
  for (const auto& worker : repository.workers) {
    out += "  " + worker.name + (worker.syntax == manifests::Syntax::module ? "" : " (service worker)") + " " +
           to_text(worker.settings) + " modules " + std::to_string(worker.modules.size()) + " secrets " +
           std::to_string(worker.secrets.size()) +
           (worker.ignore.empty() ? "" : " ignores " + worker.ignore.front() + " " + worker.ignore.back()) +
           (worker.secrets_policy == manifests::SecretsPolicy::exact ? " exact" : "") +
           (worker.subdomain ? " subdomain " + to_text(*worker.subdomain) : "") +
           (worker.schedules ? " schedules " + std::to_string(worker.schedules->size()) : "") +
           (worker.assets ? " assets" : "") +
           (worker.migrations ? " migrations " + std::to_string(worker.migrations->size()) : "") +
           (worker.routes ? " routes " + routes_of(worker) : "") +
           (worker.domains ? " domains " + std::to_string(worker.domains->size()) : "") +
           (worker.queue_consumers ? " consumers " + names(*worker.queue_consumers, &Consumer::queue) : "") +
           (worker.workflows ? " workflows " + names(*worker.workflows, &manifests::DesiredWorkflow::name) : "") +
           (worker.prune ? "" : " keep") + "\n";
  }
  for (const auto& worker : repository.zone_workers) {
    out += "  zone " + worker.zone + " script " + worker.script.sha256.substr(0, 6);
    if (!worker.filters) out += ", filters not stated";
    for (const auto& filter : worker.filters.value_or(std::vector<manifests::DesiredFilter>())) {
      out += ", " + filter.pattern + (filter.enabled ? " on" : " off");
    }
    out += "\n";
  }
  return out;
}

}  // namespace plumbline::property
