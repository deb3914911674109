#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "simulator/bindings.h"
#include "simulator/domains.h"
#include "simulator/endpoints.h"
#include "simulator/routes.h"
#include "simulator/settings.h"
#include "simulator/worker_views.h"

/// Endpoints that only wrangler calls and that are in no schema: services and environments, routes and domains of a
/// Worker, references.
namespace plumbline::simulator {
namespace {

constexpr std::string_view kEnvironment = "production";

JsonObject script_part(const World& world, const Worker& worker) {
  auto item = parse_json(list_item(world, worker)).value_or(JsonObject());
  auto& script = item.get_object();
  if (script["tags"].is_null()) script["tags"] = JsonArray();
  if (const auto* limits = member(worker.latest().settings, "limits")) script["limits"] = *limits;
  return script;
}

JsonObject environment_view(const World& world, const Worker& worker) {
  return {{"environment", kEnvironment},
          {"created_on", timestamp(worker.created_on)},
          {"modified_on", timestamp(worker.modified_on)},
          {"script", script_part(world, worker)}};
}

/// The Worker of a path with `:script` and `:environment`; this older view answers 10090 and 10092.
Try<const Worker*> service_of(const Call& call) {
  auto worker = call.world.visible_worker(call.params[1]);
  if (!worker) return refuse(404, 10090, "workers.api.error.service_not_found");
  if (call.params.size() > 2 && call.params[2] != kEnvironment) {
    return refuse(404, 10092, "workers.api.error.environment_not_found");
  }
  return worker;
}

/// GET …/services/:script
Outcome get_service(Call& call) {
  const auto worker = service_of(call);
  if (!worker) return std::unexpected(worker.error());
  const auto environment = environment_view(call.world, **worker);
  return success(JsonObject{{"id", (*worker)->name},
                            {"created_on", timestamp((*worker)->created_on)},
                            {"modified_on", timestamp((*worker)->modified_on)},
                            {"default_environment", environment},
                            {"environments", JsonArray{environment}}});
}

/// GET …/services/:script/environments/:environment
Outcome get_environment(Call& call) {
  const auto worker = service_of(call);
  if (!worker) return std::unexpected(worker.error());
  return success(environment_view(call.world, **worker));
}

/// GET …/services/:script/environments/:environment/bindings
Outcome get_environment_bindings(Call& call) {
  const auto worker = service_of(call);
  if (!worker) return std::unexpected(worker.error());
  return success(view_of(call.world, (*worker)->name, (*worker)->latest().bindings));
}

/// GET …/services/:script/environments/:environment/routes?show_zonename=true
Outcome get_environment_routes(Call& call) {
  const auto worker = service_of(call);
  if (!worker) return std::unexpected(worker.error());
  JsonArray out;
  for (const auto& zone : call.world.account.zones) {
    for (const auto& route : zone.routes) {
      if (route.script != (*worker)->name) continue;
      out.push_back(
          JsonObject{{"id", route.id}, {"pattern", route.pattern}, {"script", route.script}, {"zone_name", zone.name}});
    }
  }
  return success(out);
}

/// The zone of an entry of PUT routes: by id, by name, or the zone of the pattern.
Zone* zone_of(World& world, const Json& entry, std::string_view pattern) {
  const auto id = string_member(entry, "zone_id");
  const auto name = string_member(entry, "zone_name");
  const auto found = std::ranges::find_if(world.account.zones, [&](const Zone& zone) {
    if (!id.empty()) return zone.id == id;
    if (!name.empty()) return zone.name == name;
    return !pattern.starts_with("*/") && pattern_fits(pattern, zone.name);  // `*/…` is a host of no zone
  });
  return found == world.account.zones.end() ? nullptr : &*found;
}

/// PUT …/scripts/:script/routes: replaces all routes of the Worker in all zones, or none.
Outcome put_routes(Call& call) {
  const auto worker = call.world.visible_worker(call.params[1]);
  if (!worker) return std::unexpected(worker.error());
  const auto body = call.json_body();
  if (!body) return std::unexpected(body.error());
  if (!body->is_array()) return refuse(400, 10001, "The body is not an array.");
  const auto before = call.world.account.zones;
  for (auto& zone : call.world.account.zones) {
    std::erase_if(zone.routes, [&](const ZoneRoute& route) { return route.script == call.params[1]; });
  }
  JsonArray out;
  for (const auto& entry : body->get_array()) {
    const auto pattern = string_member(entry, "pattern");
    auto* zone = zone_of(call.world, entry, pattern);
    const auto route = zone ? add_route(call.world, *zone, pattern, call.params[1])
                            : Try<const ZoneRoute*>(refuse(400, 10022, "workers.api.error.invalid_route_pattern"));
    if (!route) {
      call.world.account.zones = before;
      return std::unexpected(route.error());
    }
    out.push_back(JsonObject{{"id", (*route)->id}, {"pattern", (*route)->pattern}, {"script", call.params[1]}});
  }
  return success(out);
}

/// PUT …/scripts/:script/domains/records: replaces all domains of the Worker, or none.
Outcome put_domain_records(Call& call) {
  const auto body = call.json_object();
  if (!body) return std::unexpected(body.error());
  const auto* origins = member(*body, "origins");
  if (!origins || !origins->is_array()) return refuse(400, 10001, "`origins` is not an array.");
  const auto takeover =
      bool_member(*body, "override_existing_origin").value_or(false) ? Takeover::allowed : Takeover::refused;
  std::vector<Domain> planned;
  for (const auto& origin : origins->get_array()) {
    if (!origin.is_object()) return refuse(400, 10001, "An origin is not an object.");
    auto domain = plan_domain(call.world, origin.get_object(), call.params[1], takeover);
    if (!domain) return std::unexpected(domain.error());
    planned.push_back(std::move(*domain));
  }
  std::erase_if(call.world.account.domains, [&](const Domain& domain) { return domain.service == call.params[1]; });
  JsonArray out;
  for (auto& domain : planned) {
    out.push_back(domain_view(call.world, domain));
    set_domain(call.world, std::move(domain));
  }
  return success(out);
}

bool is_named(const JsonArray& origins, std::string_view hostname) {
  return std::ranges::any_of(origins, [&](const Json& o) { return string_member(o, "hostname") == hostname; });
}

/// POST …/scripts/:script/domains/changeset?replace_state=true: what PUT domains/records would change.
Outcome post_changeset(Call& call) {
  const auto body = call.json_body();
  if (!body) return std::unexpected(body.error());
  if (!body->is_array()) return refuse(400, 10001, "The body is not an array.");
  const auto& origins = body->get_array();
  const auto& account = call.world.account;
  JsonArray added;
  JsonArray updated;
  JsonArray conflicting;
  JsonArray removed;
  for (const auto& origin : origins) {
    const auto hostname = string_member(origin, "hostname");
    const auto existing = std::ranges::find(account.domains, hostname, &Domain::hostname);
    const bool has_record = std::ranges::find(account.dns_records, hostname) != account.dns_records.end();
    if (existing != account.domains.end()) {
      auto shown = domain_view(call.world, *existing);
      shown["modified"] = existing->service != call.params[1];
      updated.push_back(std::move(shown));
    } else if (has_record) {
      conflicting.push_back(JsonObject{{"hostname", hostname}, {"external_dns_record_id", hostname}});
    } else {
      added.push_back(JsonObject{{"hostname", hostname}, {"service", call.params[1]}});
    }
  }
  for (const auto& domain : account.domains) {
    const bool goes = domain.service == call.params[1] && !is_named(origins, domain.hostname);
    if (goes) removed.push_back(domain_view(call.world, domain));
  }
  return success(JsonObject{{"added", std::move(added)},
                            {"updated", std::move(updated)},
                            {"removed", std::move(removed)},
                            {"conflicting", std::move(conflicting)}});
}

JsonObject reference_to(const Worker& from, const Binding& binding) {
  return {{"service", from.name}, {"environment", kEnvironment}, {"name", binding.name}};
}

/// GET …/scripts/:script/references: which Workers bind to which, asked before a deletion.
Outcome get_references(Call& call) {
  const auto worker = call.world.visible_worker(call.params[1]);
  if (!worker) return std::unexpected(worker.error());
  const auto& name = (*worker)->name;
  JsonArray incoming;
  JsonArray outgoing;
  JsonArray durable_objects;
  for (const auto& [other_name, other] : call.world.account.workers) {
    for (const auto& binding : other.deployed().bindings) {
      const auto service = string_member(binding.fields, "service");
      if (binding.type == "service" && service == name && other_name != name) {
        incoming.push_back(reference_to(other, binding));
      } else if (binding.type == "service" && other_name == name) {
        outgoing.push_back(JsonObject{{"service", service}, {"environment", kEnvironment}, {"name", binding.name}});
      } else if (binding.type == "durable_object_namespace" && string_member(binding.fields, "script_name") == name &&
                 other_name != name) {
        auto reference = reference_to(other, binding);
        reference["durable_object_namespace_name"] = string_member(binding.fields, "class_name");
        durable_objects.push_back(std::move(reference));
      }
    }
  }
  return success(JsonObject{
      {"services",
       JsonObject{{"incoming", std::move(incoming)}, {"outgoing", std::move(outgoing)}, {"pages_function", false}}},
      {"durable_objects", std::move(durable_objects)},
      {"dispatch_outbounds", JsonArray()}});
}

/// GET /accounts/:account/workers/tails/by-consumer/:script: the Workers whose logs this Worker consumes.
Outcome get_tails_by_consumer(Call& call) {
  const auto& consumer = call.params[1];
  JsonArray out;
  for (const auto& [name, producer] : call.world.account.workers) {
    const auto* consumers = member(producer.settings, "tail_consumers");
    if (!consumers) continue;
    for (const auto& entry : consumers->get_array()) {
      if (string_member(entry, "service") != consumer) continue;
      out.push_back(JsonObject{{"tag", producer.tag},
                               {"consumer", JsonObject{{"service", consumer}, {"environment", kEnvironment}}},
                               {"producer", JsonObject{{"service", name}, {"environment", kEnvironment}}}});
    }
  }
  return success(out);
}

/// GET /accounts/:account/workers/durable_objects/namespaces
Outcome list_namespaces(Call& call) {
  constexpr std::size_t kMostPerPage = 1000;
  const auto page = page_of(call, 20, kMostPerPage);
  if (!page) return std::unexpected(page.error());
  JsonArray all;
  for (const auto& [name, worker] : call.world.account.workers) {
    for (const auto& [class_name, entry] : worker.classes) {
      all.push_back(JsonObject{{"id", entry.namespace_id},
                               {"name", fmt::format("{}_{}", name, class_name)},
                               {"script", name},
                               {"class", class_name},
                               {"use_sqlite", entry.use_sqlite}});
    }
  }
  const auto [begin, end] = page->bounds(all.size());
  JsonArray items;
  for (auto i = begin; i < end; ++i) items.push_back(all[i]);
  const PageInfo info{page->number, page->size, items.size(), all.size()};
  return success(items, info);
}

constexpr std::array kWranglerEndpoints{
    Endpoint{"GET", "/accounts/:account/workers/services/:script", get_service},
    Endpoint{"GET", "/accounts/:account/workers/services/:script/environments/:environment", get_environment},
    Endpoint{"GET", "/accounts/:account/workers/services/:script/environments/:environment/bindings",
             get_environment_bindings},
    Endpoint{"GET", "/accounts/:account/workers/services/:script/environments/:environment/routes",
             get_environment_routes},
    Endpoint{"PUT", "/accounts/:account/workers/scripts/:script/routes", put_routes},
    Endpoint{"PUT", "/accounts/:account/workers/scripts/:script/domains/records", put_domain_records},
    Endpoint{"POST", "/accounts/:account/workers/scripts/:script/domains/changeset", post_changeset},
    Endpoint{"GET", "/accounts/:account/workers/scripts/:script/references", get_references},
    Endpoint{"GET", "/accounts/:account/workers/tails/by-consumer/:script", get_tails_by_consumer},
    Endpoint{"GET", "/accounts/:account/workers/durable_objects/namespaces", list_namespaces},
};

}  // namespace

std::span<const Endpoint> wrangler_endpoints() {
  return kWranglerEndpoints;
}

}  // namespace plumbline::simulator
