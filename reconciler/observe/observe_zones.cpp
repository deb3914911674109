#include "reconciler/observe/observe_zones.h"

#include <optional>
#include <set>

#include "api/legacy.h"
#include "api/reaction.h"
#include "base/digest.h"
#include "base/text.h"
#include "reconciler/observe/parallel.h"

namespace plumbline::reconciler {
namespace {

// A host has at most 127 labels, each of which may have to be looked up. Further rounds read the routes, and a zone
// that was made anew. More rounds would be a fault of missing_zones().
constexpr int kMostRounds = 132;

// A list that contradicts itself, or has an incomplete entry, is not used.
api::Error maimed(std::string message) {
  return own_error(api::ErrorKind::server, std::move(message));
}

// The first name that two items share; nothing if all differ.
template <class Item>
std::optional<std::string> repeated_name(const std::vector<Item>& items, std::string Item::* name) {
  std::set<std::string_view> seen;
  for (const auto& item : items) {
    if (!seen.insert(item.*name).second) return item.*name;
  }
  return std::nullopt;
}

// Why a zone that was known before may not be read; nullptr unless the reason is that the token has no permission.
const api::Error* refusal_of(const LiveZones& live, const std::string& name) {
  const auto known = live.ids.find(name);
  if (known == live.ids.end() || !known->second.is_known()) return nullptr;
  const auto forbidden = [](const auto& failure) {
    return failure && api::reaction(*failure) == api::Reaction::skip_zone ? &*failure : nullptr;
  };
  if (const auto zone = live.zones.find(*known->second); zone != live.zones.end()) {
    if (const auto* error = forbidden(zone->second.failure)) return error;
  }
  const auto zone = live.zone_workers.find(*known->second);
  return zone != live.zone_workers.end() ? forbidden(zone->second.failure) : nullptr;
}

std::string text_member(const Json& object, std::string_view key) {
  return std::string(string_member(object, key));
}

// Stores the zones with that name, as far as the token can see them.
void take_zone(LiveZones& live, const std::string& name, std::vector<std::string> ids) {
  live.ambiguous.erase(name);
  if (ids.size() == 1) {
    live.ids[name] = Known<std::string>::known(std::move(ids.front()));
  } else if (ids.size() > 1) {
    // It is unclear which of them is meant.
    live.ids.erase(name);
    live.ambiguous[name] = std::move(ids);
  } else if (const auto* refused = refusal_of(live, name)) {
    // The zone existed, and a token without permission is not shown it either.
    live.unreadable.insert_or_assign(name, *refused);
    live.ids.erase(name);
  } else {
    live.ids[name] = Known<std::string>::absent();
  }
}

Awaitable<> read_zone(api::Account account, std::string name, LiveZones* live) {
  auto zones = co_await api::list_zones(account, name);
  live->asked.insert(name);
  if (!zones) {
    live->unreadable.emplace(name, std::move(zones.error()));
    co_return;
  }
  std::vector<std::string> ids;
  for (const auto& zone : *zones) {
    if (iequals(string_member(zone, "name"), name)) ids.push_back(text_member(zone, "id"));
  }
  take_zone(*live, name, std::move(ids));
}

Awaitable<> read_routes(api::Account account, std::string zone_id, LiveZones* live) {
  auto routes = co_await api::list_routes(account, zone_id);
  auto& zone = live->zones[zone_id];
  auto known = routes ? routes_from_list(*routes) : std::unexpected(std::move(routes.error()));
  if (known) {
    zone.routes = Known<std::vector<LiveRoute>>::known(*std::move(known));
  } else {
    zone.failure = std::move(known.error());
  }
}

Awaitable<> read_domains(api::Account account, LiveZones* live) {
  auto domains = co_await api::list_domains(account);
  auto known = domains ? domains_from_list(*domains) : std::unexpected(std::move(domains.error()));
  if (known) {
    live->domains = Known<std::vector<LiveDomain>>::known(*std::move(known));
  } else {
    live->domains_failure = std::move(known.error());
  }
}

Awaitable<> read_script(api::Account account, std::string zone_id, LiveZones* live) {
  auto script = co_await api::download_zone_script(account, zone_id);
  auto& zone = live->zone_workers[zone_id];
  if (script) {
    zone.script = Known<std::string>::known(sha256_hex(*script));
  } else if (api::reaction(script.error()) == api::Reaction::not_there) {
    zone.script = Known<std::string>::absent();
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
    const auto enabled = bool_member(item, "enabled");
    if (!enabled) {
      zone.failure = maimed("a filter in the list does not say whether it is enabled");
      co_return;
    }
    known.push_back({text_member(item, "id"), text_member(item, "pattern"), *enabled});
  }
  if (const auto twice = repeated_name(known, &LiveFilter::pattern)) {
    zone.failure = maimed("two filters have the pattern " + *twice);
    co_return;
  }
  zone.filters = Known<std::vector<LiveFilter>>::known(std::move(known));
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

api::Result<std::vector<LiveRoute>> routes_from_list(const JsonArray& list) {
  std::vector<LiveRoute> routes;
  routes.reserve(list.size());
  for (const auto& item : list) {
    const auto* script = member(item, "script");
    const bool readable = script == nullptr || script->is_null() || script->is_string();
    if (!readable) return std::unexpected(maimed("a route names its Worker by something other than a text"));
    routes.push_back({text_member(item, "id"), text_member(item, "pattern"), text_member(item, "script")});
  }
  if (const auto twice = repeated_name(routes, &LiveRoute::pattern)) {
    return std::unexpected(maimed("two routes have the pattern " + *twice));
  }
  return routes;
}

api::Result<std::vector<LiveDomain>> domains_from_list(const JsonArray& list) {
  std::vector<LiveDomain> domains;
  domains.reserve(list.size());
  for (const auto& item : list) {
    domains.push_back({text_member(item, "id"), to_lower(string_member(item, "hostname")), text_member(item, "service"),
                       text_member(item, "zone_id"), text_member(item, "zone_name")});
  }
  if (const auto twice = repeated_name(domains, &LiveDomain::hostname)) {
    return std::unexpected(maimed("two custom domains have the hostname " + *twice));
  }
  return domains;
}

Awaitable<> read_zones_again(api::Account account, std::vector<ZoneRead> reads, LiveZones* live) {
  std::vector<Awaitable<>> tasks;
  tasks.reserve(reads.size());
  for (auto& read : reads) tasks.push_back(read_one(account, std::move(read), live));
  co_await all_of(std::move(tasks));
}

Awaitable<> read_zones(api::Account account, const TargetList* targets, const manifests::DesiredState* desired,
                       const Policy* policy, LiveState* live, std::vector<ZoneRead>* made) {
  for (int round = 0; round < kMostRounds; ++round) {
    auto reads = missing_zones(*targets, *desired, *live, *policy);
    if (reads.empty()) break;
    made->insert(made->end(), reads.begin(), reads.end());
    co_await read_zones_again(account, std::move(reads), &live->zones);
  }
}

}  // namespace plumbline::reconciler
