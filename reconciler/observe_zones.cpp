#include "reconciler/observe_zones.h"

#include "api/legacy.h"
#include "base/digest.h"
#include "base/text.h"
#include "reconciler/parallel.h"

namespace plumbline::reconciler {
namespace {

// A host has at most 127 labels, each of which may have to be asked for; then come the routes, and a zone that was made
// anew. One more would be a fault of missing_zones().
constexpr int kMostRounds = 132;

std::string text_member(const Json& object, std::string_view key) {
  return std::string(string_member(object, key));
}

Awaitable<> read_zone(api::Account account, std::string name, LiveZones* live) {
  auto zones = co_await api::list_zones(account, name);
  live->asked.insert(name);
  if (!zones) {
    live->unreadable.emplace(name, std::move(zones.error()));
    co_return;
  }
  live->ids[name] = Part<std::string>::absent();
  for (const auto& zone : *zones) {
    if (iequals(string_member(zone, "name"), name)) live->ids[name] = Part<std::string>::known(text_member(zone, "id"));
  }
}

Awaitable<> read_routes(api::Account account, std::string zone_id, LiveZones* live) {
  auto routes = co_await api::list_routes(account, zone_id);
  auto& zone = live->zones[zone_id];
  if (routes) {
    zone.routes = Part<std::vector<LiveRoute>>::known(routes_from_list(*routes));
  } else {
    zone.failure = std::move(routes.error());
  }
}

Awaitable<> read_domains(api::Account account, LiveZones* live) {
  auto domains = co_await api::list_domains(account);
  if (domains) {
    live->domains = Part<std::vector<LiveDomain>>::known(domains_from_list(*domains));
  } else {
    live->domains_failure = std::move(domains.error());
  }
}

Awaitable<> read_script(api::Account account, std::string zone_id, LiveZones* live) {
  auto script = co_await api::download_zone_script(account, zone_id);
  auto& zone = live->zone_workers[zone_id];
  if (script) {
    zone.script = Part<std::string>::known(sha256_hex(*script));
  } else if (script.error().kind == api::ErrorKind::not_found) {
    zone.script = Part<std::string>::absent();
  } else {
    zone.failure = std::move(script.error());
  }
}

Awaitable<> read_filters(api::Account account, std::string zone_id, LiveZones* live) {
  auto filters = co_await api::list_filters(account, zone_id);
  auto& zone = live->zone_workers[zone_id];
  if (!filters) {
    zone.failure = std::move(filters.error());
    co_return;
  }
  std::vector<LiveFilter> known;
  for (const auto& item : *filters) {
    known.push_back(
        {text_member(item, "id"), text_member(item, "pattern"), bool_member(item, "enabled").value_or(false)});
  }
  zone.filters = Part<std::vector<LiveFilter>>::known(std::move(known));
}

Awaitable<> read_one(api::Account account, ZoneRead read, LiveZones* live) {
  switch (read.kind) {
    case ZoneRead::Kind::zone:
      return read_zone(std::move(account), std::move(read.subject), live);
    case ZoneRead::Kind::routes:
      return read_routes(std::move(account), std::move(read.subject), live);
    case ZoneRead::Kind::script:
      return read_script(std::move(account), std::move(read.subject), live);
    case ZoneRead::Kind::filters:
      return read_filters(std::move(account), std::move(read.subject), live);
    case ZoneRead::Kind::domains:
      break;
  }
  return read_domains(std::move(account), live);
}

}  // namespace

std::vector<LiveRoute> routes_from_list(const JsonArray& list) {
  std::vector<LiveRoute> routes;
  routes.reserve(list.size());
  for (const auto& item : list) {
    routes.push_back({text_member(item, "id"), text_member(item, "pattern"), text_member(item, "script")});
  }
  return routes;
}

std::vector<LiveDomain> domains_from_list(const JsonArray& list) {
  std::vector<LiveDomain> domains;
  domains.reserve(list.size());
  for (const auto& item : list) {
    domains.push_back({text_member(item, "id"), to_lower(string_member(item, "hostname")), text_member(item, "service"),
                       text_member(item, "zone_id"), text_member(item, "zone_name")});
  }
  return domains;
}

Awaitable<> read_zones(api::Account account, const std::vector<Target>* targets, const manifests::DesiredState* desired,
                       const Policy* policy, LiveState* live) {
  for (int round = 0; round < kMostRounds; ++round) {
    auto reads = missing_zones(*targets, *desired, *live, *policy);
    if (reads.empty()) break;
    std::vector<Awaitable<>> tasks;
    tasks.reserve(reads.size());
    for (auto& read : reads) tasks.push_back(read_one(account, std::move(read), &live->zones));
    co_await all_of(std::move(tasks));
  }
}

}  // namespace plumbline::reconciler
