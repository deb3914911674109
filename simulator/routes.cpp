#include "simulator/routes.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.h"
#include "simulator/endpoints.h"

namespace plumbline::simulator {
namespace {

JsonObject route_view(const ZoneRoute& route) {
  JsonObject out{{"id", route.id}, {"pattern", route.pattern}};
  if (!route.script.empty()) out["script"] = route.script;
  return out;
}

ZoneRoute* find_route(Zone& zone, std::string_view id) {
  const auto found = std::ranges::find(zone.routes, id, &ZoneRoute::id);
  return found == zone.routes.end() ? nullptr : &*found;
}

std::unexpected<Refusal> no_such_route() {
  return refuse(404, 10009, "workers.api.error.route_not_found");
}

/// `except`: the route that will get the pattern.
Try<void> check_route(const World& world, const Zone& zone, std::string_view pattern, std::string_view script,
                      const ZoneRoute* except) {
  if (!pattern_fits(pattern, zone.name)) {
    return refuse(400, 10022, "workers.api.error.invalid_route_pattern");
  }
  if (!script.empty() && !world.account.workers.contains(script)) {
    return refuse(400, 10019, "workers.api.error.route_script_not_found");
  }
  const bool taken = std::ranges::any_of(
      zone.routes, [&](const ZoneRoute& route) { return &route != except && route.pattern == pattern; });
  if (taken) return refuse(409, 10020, "workers.api.error.duplicate_route");
  return {};
}

/// GET /zones/:zone/workers/routes
Outcome list_routes(Call& call) {
  const auto zone = call.world.zone(call.params[0]);
  if (!zone) return std::unexpected(zone.error());
  JsonArray out;
  for (const auto& route : (*zone)->routes) out.push_back(route_view(route));
  return success(out);
}

/// GET /zones/:zone/workers/routes/:route
Outcome get_route(Call& call) {
  const auto zone = call.world.zone(call.params[0]);
  if (!zone) return std::unexpected(zone.error());
  const auto* route = find_route(**zone, call.params[1]);
  if (!route) return no_such_route();
  return success(route_view(*route));
}

/// POST /zones/:zone/workers/routes
Outcome post_route(Call& call) {
  const auto zone = call.world.zone(call.params[0]);
  if (!zone) return std::unexpected(zone.error());
  const auto body = call.json_object();
  if (!body) return std::unexpected(body.error());
  const auto route = add_route(call.world, **zone, string_member(*body, "pattern"), string_member(*body, "script"));
  if (!route) return std::unexpected(route.error());
  return success(route_view(**route));
}

/// PUT /zones/:zone/workers/routes/:route
Outcome put_route(Call& call) {
  const auto zone = call.world.zone(call.params[0]);
  if (!zone) return std::unexpected(zone.error());
  auto* route = find_route(**zone, call.params[1]);
  if (!route) return no_such_route();
  const auto body = call.json_object();
  if (!body) return std::unexpected(body.error());
  const auto pattern = string_member(*body, "pattern");
  const auto script = string_member(*body, "script");
  if (auto ok = check_route(call.world, **zone, pattern, script, route); !ok) {
    return std::unexpected(ok.error());
  }
  route->pattern = pattern;
  route->script = script;
  return success(route_view(*route));
}

/// DELETE /zones/:zone/workers/routes/:route
Outcome delete_route(Call& call) {
  const auto zone = call.world.zone(call.params[0]);
  if (!zone) return std::unexpected(zone.error());
  auto& routes = (*zone)->routes;
  const auto removed = std::erase_if(routes, [&](const ZoneRoute& route) { return route.id == call.params[1]; });
  if (removed == 0) return no_such_route();
  return success(JsonObject{{"id", call.params[1]}});
}

constexpr std::array kRoutesEndpoints{
    Endpoint{"GET", "/zones/:zone/workers/routes", list_routes},
    Endpoint{"POST", "/zones/:zone/workers/routes", post_route},
    Endpoint{"GET", "/zones/:zone/workers/routes/:route", get_route},
    Endpoint{"PUT", "/zones/:zone/workers/routes/:route", put_route},
    Endpoint{"DELETE", "/zones/:zone/workers/routes/:route", delete_route},
};

}  // namespace

bool pattern_fits(std::string_view pattern, std::string_view zone) {
  for (const std::string_view scheme : {"https://", "http://"}) {
    if (pattern.starts_with(scheme)) pattern.remove_prefix(scheme.size());
  }
  const auto slash = std::min(pattern.find('/'), pattern.size());
  const auto path = pattern.substr(slash);
  auto host = to_lower(pattern.substr(0, slash));
  const bool is_any = host == "*" && !path.empty();
  if (host.starts_with('*')) host.erase(0, 1);
  const bool in_zone = is_any || host == zone || host.ends_with("." + std::string(zone));
  const auto star = path.find('*');
  const bool star_at_end = star == std::string_view::npos || star + 1 == path.size();
  return in_zone && star_at_end && host.find('*') == std::string::npos &&
         pattern.find_first_of(" ?#") == std::string_view::npos;
}

Try<const ZoneRoute*> add_route(World& world, Zone& zone, std::string_view pattern, std::string_view script) {
  if (auto ok = check_route(world, zone, pattern, script, nullptr); !ok) {
    return std::unexpected(ok.error());
  }
  zone.routes.push_back({world.ids.hex32(), std::string(pattern), std::string(script)});
  return &zone.routes.back();
}

std::span<const Endpoint> route_endpoints() {
  return kRoutesEndpoints;
}

}  // namespace plumbline::simulator
