#include "daemon/commands/check_needs.h"

#include <algorithm>
#include <array>

#include "base/json.h"
#include "manifests/kinds/binding_facts.h"

namespace plumbline::daemon {
namespace {

constexpr std::string_view kScripts = "Account: Workers Scripts: Edit";

// The permissions stand on the page of each operation in Cloudflare's API reference, and in the dashboard under these
// names (https://developers.cloudflare.com/fundamentals/api/reference/permissions/).
constexpr std::array kLists{
    ListNeed{"list_domains", "custom domains", "domains", kScripts},
    ListNeed{"list_queues", "queues", "queue_consumers", "Account: Queues: Edit"},
    ListNeed{"list_workflows", "workflows", "workflows", kScripts},
    ListNeed{"list_kv_namespaces", "KV namespaces", "title", "Account: Workers KV Storage: Read"},
    ListNeed{"list_d1_databases", "D1 databases", "database_name", "Account: D1: Read"},
    ListNeed{"list_hyperdrive_configs", "Hyperdrive configurations", "name", "Account: Hyperdrive: Read"},
};

std::string_view list_of(manifests::ResourceKind kind) {
  switch (kind) {
    case manifests::ResourceKind::kv_namespace:
      return "list_kv_namespaces";
    case manifests::ResourceKind::d1_database:
      return "list_d1_databases";
    case manifests::ResourceKind::hyperdrive_config:
      return "list_hyperdrive_configs";
  }
  return "list_kv_namespaces";
}

void add_binding(AccountNeeds& needs, const Json& binding) {
  const auto* fact = manifests::binding_fact(string_member(binding, "type"));
  if (fact == nullptr || fact->resource.name_key.empty()) return;
  const auto& resource = fact->resource;
  // With an id nothing has to be looked up.
  if (string_member(binding, resource.id_key).empty() && !string_member(binding, resource.name_key).empty()) {
    needs.lists.insert(list_of(resource.kind));
  }
}

// A pattern is a host, perhaps with a wildcard before it, and a path: `*.example.com/shop*`.
std::string host_of(std::string_view pattern) {
  if (const auto scheme = pattern.find("://"); scheme != std::string_view::npos) pattern.remove_prefix(scheme + 3);
  auto host = pattern.substr(0, pattern.find('/'));
  while (host.starts_with('*') || host.starts_with('.')) host.remove_prefix(1);
  return std::string(host);
}

void add_zone(AccountNeeds& needs, const std::string& name, const std::string& id, std::string host) {
  if (!id.empty()) {
    needs.zone_ids.insert(id);
  } else if (!name.empty()) {
    needs.zones.insert(name);
  } else {
    needs.hosts.insert(std::move(host));
  }
}

void add_worker(AccountNeeds& needs, const manifests::DesiredWorker& worker) {
  if (worker.routes) {
    for (const auto& route : *worker.routes) add_zone(needs, route.zone, route.zone_id, host_of(route.pattern));
  }
  if (worker.domains) {
    needs.lists.insert("list_domains");
    for (const auto& domain : *worker.domains) add_zone(needs, domain.zone, domain.zone_id, domain.hostname);
  }
  if (worker.queue_consumers) needs.lists.insert("list_queues");
  if (worker.workflows) needs.lists.insert("list_workflows");
  const auto* bindings = member(worker.settings, "bindings");
  if (bindings == nullptr || !bindings->is_object()) return;
  for (const auto& [name, binding] : bindings->get_object()) add_binding(needs, binding);
}

}  // namespace

void add_needs(AccountNeeds& needs, const manifests::DesiredState& desired) {
  needs.workers += desired.workers.size();
  for (const auto& worker : desired.workers) add_worker(needs, worker);
  for (const auto& zone : desired.zone_workers) {
    add_zone(needs, zone.zone, zone.zone_id, {});
    if (zone.filters) needs.filters = true;
  }
}

std::vector<ListNeed> lists_of(const AccountNeeds& needs) {
  std::vector<ListNeed> lists;
  std::ranges::copy_if(kLists, std::back_inserter(lists),
                       [&needs](const ListNeed& need) { return needs.lists.contains(need.list->name); });
  return lists;
}

std::string permissions_of(const AccountNeeds& needs) {
  std::string line(kScripts);
  for (const auto& need : lists_of(needs)) {
    if (need.permission != kScripts) line.append(", ").append(need.permission);
  }
  if (needs.any_zone()) line += ", Zone: Zone: Read, Zone: Workers Routes: Edit";
  return line;
}

std::vector<std::string> possible_zones(std::string_view host) {
  std::vector<std::string> names;
  // A zone has two labels at least.
  while (host.contains('.')) {
    names.emplace_back(host);
    host.remove_prefix(host.find('.') + 1);
  }
  return names;
}

}  // namespace plumbline::daemon
