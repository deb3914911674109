#include "manifests/wrangler/wrangler_triggers.h"

#include <fmt/format.h>

#include <array>
#include <utility>
#include <vector>

#include "manifests/kinds/migrations.h"
#include "manifests/kinds/trigger_items.h"
#include "manifests/kinds/trigger_values.h"
#include "manifests/wrangler/wrangler_exports.h"
#include "manifests/wrangler/wrangler_routes.h"

namespace plumbline::manifests {
namespace {

class WranglerTriggerReader {
 public:
  WranglerTriggerReader(const WranglerEnvironment& config, WranglerOrigin origin, WorkerDraft& draft, Report& report)
      : config_(config), origin_(origin), worker_(draft.worker), report_(report) {}

  void read() {
    const std::size_t routes = read_routes();
    read_subdomain(routes);
    read_crons();
    read_queue_consumers();
    read_wrangler_workflows(config_, worker_, report_);
    read_assets();
    read_migrations();
  }

 private:
  // Returns the number of routes and domains. Without the field they are left alone; an empty list is none of both.
  std::size_t read_routes() {
    std::size_t count = 0;
    if (const YamlNode* routes = config_.inherited("routes")) {
      for (const YamlNode& route : routes->items) read_route(route);
      count = routes->items.size();
      if (routes->kind == YamlKind::list && count == 0) {
        worker_.routes.emplace();
        worker_.domains.emplace();
      }
    } else if (const YamlNode* route = config_.inherited("route")) {
      if (route->kind == YamlKind::scalar && route->text.empty()) {
        report_.warning(*route, "an empty \"route\" is ignored", "remove the field");
      } else {
        read_route(*route);
        count = 1;
      }
    }
    return count;
  }

  void read_route(const YamlNode& route) {
    if (is_custom_domain(route)) return read_domain(route);
    if (!worker_.routes) worker_.routes.emplace();
    const bool is_map = route.kind == YamlKind::map;
    worker_.routes->push_back({.pattern = is_map ? route.text_at("pattern") : route.text,
                               .zone = route.text_at("zone_name"),
                               .zone_id = route.text_at("zone_id"),
                               .where = report_.location(route)});
  }

  void read_domain(const YamlNode& route) {
    if (!worker_.domains) worker_.domains.emplace();
    refuse_switched_domain(route);
    worker_.domains->push_back({.hostname = route.text_at("pattern"),
                                .zone = route.text_at("zone_name"),
                                .zone_id = route.text_at("zone_id"),
                                .where = report_.location(route)});
  }

  // What a domain is without these fields, the API's call for domains makes it; it has no such switches (the records
  // that wrangler writes have, and no page documents those).
  void refuse_switched_domain(const YamlNode& route) {
    const YamlNode* enabled = route.find("enabled");
    if (enabled != nullptr && !is_true(enabled)) {
      report_.error(*enabled, "a custom domain that is switched off is not supported",
                    "remove the route until the domain is to be served");
    }
    if (const YamlNode* previews = route.find("previews_enabled"); is_true(previews)) {
      report_.warning(*previews, "\"previews_enabled\" of a custom domain is not applied",
                      "previews of it are switched on in the dashboard, or by wrangler");
    }
  }

  void read_subdomain(std::size_t routes) {
    JsonObject subdomain;
    subdomain["enabled"] = to_boolean(config_.inherited("workers_dev")).value_or(routes == 0);
    if (const auto previews = to_boolean(config_.inherited("preview_urls"))) subdomain["previews_enabled"] = *previews;
    worker_.subdomain = std::move(subdomain);
  }

  void read_crons() {
    const YamlNode* triggers = config_.inherited("triggers");
    const YamlNode* crons = triggers != nullptr ? triggers->find("crons") : nullptr;
    if (crons != nullptr) worker_.schedules = to_texts(crons);
  }

  void read_queue_consumers() {
    const YamlNode* queues = config_.own("queues");
    const YamlNode* consumers = queues != nullptr ? queues->find("consumers") : nullptr;
    if (consumers == nullptr || consumers->kind != YamlKind::list) return;
    // Build tools write all lists that wrangler knows, stated or not.
    if (consumers->items.empty() && origin_ == WranglerOrigin::redirect) return;
    worker_.queue_consumers.emplace();
    for (const YamlNode& consumer : consumers->items) {
      worker_.queue_consumers->push_back(to_consumer(consumer, consumer_settings(consumer), report_));
    }
  }

  static JsonObject consumer_settings(const YamlNode& consumer) {
    static constexpr std::array<std::pair<std::string_view, std::string_view>, 4> kSettings{
        {{"max_batch_size", "batch_size"},
         {"max_retries", "max_retries"},
         {"max_concurrency", "max_concurrency"},
         {"retry_delay", "retry_delay"}}};
    JsonObject out;
    for (const auto& [from, to] : kSettings) {
      if (const YamlNode* value = consumer.find(from)) out[to] = to_json(*value);
    }
    if (const YamlNode* seconds = consumer.find("max_batch_timeout")) {
      if (const auto wait = to_milliseconds(*seconds)) out["max_wait_time_ms"] = *wait;
    }
    return out;
  }

  void read_assets() {
    const YamlNode* assets = config_.inherited("assets");
    if (assets == nullptr) return;
    if (assets->text_at("directory").empty()) {
      return report_.error(*assets, "\"assets\" lacks the field \"directory\"", "name the folder of the files");
    }
    DesiredAssets found{.binding = assets->text_at("binding")};
    if (!take_directory(*assets->find("directory"), found, report_)) return;
    for (const auto* key : {"html_handling", "not_found_handling", "base_path", "run_worker_first"}) {
      if (const YamlNode* value = assets->find(key)) found.config[key] = to_json(*value);
    }
    worker_.assets = std::move(found);
  }

  void read_migrations() {
    const YamlNode* migrations = config_.inherited("migrations");
    if (migrations == nullptr || migrations->items.empty()) return;
    worker_.migrations.emplace();
    for (const YamlNode& migration : migrations->items) {
      Json steps = to_json(migration);
      if (!steps.is_object()) continue;
      steps.get_object().erase("tag");
      worker_.migrations->push_back(to_migration(migration, std::move(steps.get_object()), report_));
    }
    check_exports_beside_migrations(config_, report_);
    check_bound_classes(bindings_of_own_classes(), *migrations, report_);
  }

  [[nodiscard]] std::vector<const YamlNode*> bindings_of_own_classes() const {
    std::vector<const YamlNode*> found;
    const YamlNode* objects = config_.own("durable_objects");
    const YamlNode* bindings = objects != nullptr ? objects->find("bindings") : nullptr;
    if (bindings == nullptr) return found;
    for (const YamlNode& binding : bindings->items) {
      const std::string& script = binding.text_at("script_name");
      if (script.empty() || script == worker_.name) found.push_back(&binding);
    }
    return found;
  }

  const WranglerEnvironment& config_;
  WranglerOrigin origin_;
  DesiredWorker& worker_;
  Report& report_;
};

}  // namespace

void read_wrangler_triggers(const WranglerEnvironment& config, WranglerOrigin origin, WorkerDraft& draft,
                            Report& report) {
  WranglerTriggerReader(config, origin, draft, report).read();
}

}  // namespace plumbline::manifests
