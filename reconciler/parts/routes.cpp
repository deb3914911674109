#include "reconciler/parts/routes.h"

#include <fmt/format.h>

#include "api/reaction.h"
#include "base/text.h"
#include "reconciler/parts/parts.h"

namespace plumbline::reconciler {
namespace {

using State = ZoneAnswer::State;

bool may_be_gone_soon(const api::Error& error) {
  switch (api::reaction(error)) {
    case api::Reaction::skip_zone:
    case api::Reaction::stop_account:
    case api::Reaction::ask_user:
      return false;
    default:
      return true;
  }
}

Block unread(WantedExposure& route) {
  route.unread = true;
  return {Reason::read_failed, "the routes of its zone were not read", "try again later"};
}

// Why nothing can be said about what lies in the zone.
void set_problem(WantedExposure& route, const ZoneAnswer& zone, const LiveZones& live) {
  if (zone.state == State::missing || zone.state == State::ambiguous) {
    route.problem = zone_block(zone, live);
    return;
  }
  const api::Error* error = nullptr;
  if (zone.state == State::unreadable) error = &live.unreadable.at(zone.name);
  const auto found = live.zones.find(zone.id);
  if (found != live.zones.end() && found->second.failure) error = &*found->second.failure;
  if (error == nullptr) {
    // An unread list is no empty list.
    if (found == live.zones.end() || found->second.routes.is_unknown()) route.problem = unread(route);
    return;
  }
  route.unread = may_be_gone_soon(*error);
  route.problem =
      Block{Reason::read_failed,
            fmt::format("zone {} could not be read: {}", zone.name.empty() ? zone.id : zone.name, to_text(*error)),
            route.unread ? "try again later" : "give the token the permission Workers Routes for the zone"};
}

}  // namespace

std::string route_key(std::string_view zone_id, std::string_view pattern) {
  auto path = pattern.find("://");
  path = pattern.find('/', path == std::string_view::npos ? 0 : path + 3);
  const auto host = pattern.substr(0, path);
  return fmt::format("route {} {}{}", zone_id, to_lower(host), pattern.substr(host.size()));
}

Block zone_block(const ZoneAnswer& zone, const LiveZones& live) {
  if (zone.state == State::ambiguous) {
    return {Reason::dependency_not_ready,
            fmt::format("{} zones of the account are called {}", live.ambiguous.at(zone.name).size(), zone.name),
            fmt::format("give the id of the one that is meant (zone_id): {}",
                        fmt::join(live.ambiguous.at(zone.name), ", "))};
  }
  if (zone.name.empty()) {
    return {Reason::dependency_not_ready, "the host is not in a zone of the account that the token can see",
            "name the zone of the route"};
  }
  return {Reason::dependency_not_ready, "the account has no zone " + zone.name + ", or the token cannot see it",
          "name another zone, add this one to the account, or give the token the permission to read it"};
}

namespace {

class RoutesPart final : public ExposurePart {
 public:
  [[nodiscard]] std::string_view name() const override { return "routes"; }
  [[nodiscard]] ExposureChange::Type type() const override { return ExposureChange::Type::route; }
  [[nodiscard]] bool is_managed(const manifests::DesiredWorker& worker) const override {
    return worker.routes.has_value();
  }

  [[nodiscard]] std::vector<WantedExposure> wanted(const Target& target, const LiveZones& live) const override {
    std::vector<WantedExposure> routes;
    if (!target.desired->routes) return routes;
    for (const auto& desired : *target.desired->routes) {
      const auto zone = zone_of(desired, live);
      WantedExposure route;
      route.name = desired.pattern;
      route.worker = target.desired->name;
      route.zone_id = zone.id;
      route.zone_name = zone.name;
      route.adopt = desired.adopt;
      route.how_to_adopt = how_to_adopt(*target.desired, desired.where, "adopt: true");
      route.body = {{"pattern", desired.pattern}, {"script", route.worker}};
      route.file = desired.where.file;
      set_problem(route, zone, live);
      if (!zone.id.empty()) route.key = route_key(zone.id, desired.pattern);
      routes.push_back(std::move(route));
    }
    return routes;
  }

  [[nodiscard]] std::vector<LiveExposure> found(const LiveZones& live) const override {
    std::vector<LiveExposure> routes;
    for (const auto& [id, zone] : live.zones) {
      if (!zone.routes.is_known()) continue;
      const auto name = name_of_zone(id, live);
      for (const auto& route : *zone.routes) {
        routes.push_back({ExposureChange::Type::route, route.pattern, route_key(id, route.pattern), route.id,
                          route.script, id, name});
      }
    }
    return routes;
  }

  [[nodiscard]] JsonObject state(const std::string& name, const std::string& zone_id,
                                 const std::string& worker) const override {
    JsonObject state{{"pattern", name}, {"zone_id", zone_id}};
    if (!worker.empty()) state["script"] = worker;
    return state;
  }

  [[nodiscard]] PlannedCall put_call(const WantedExposure& wanted, const LiveExposure* live) const override {
    if (live == nullptr) {
      return {"create_route", {{"zone_id", wanted.zone_id}}, "lead requests to the Worker", wanted.body};
    }
    return {"update_route",
            {{"zone_id", wanted.zone_id}, {"route_id", live->id}},
            "lead requests to another Worker than before",
            wanted.body};
  }

  [[nodiscard]] PlannedCall delete_call(const LiveExposure& live) const override {
    return {"delete_route", {{"zone_id", live.zone_id}, {"route_id", live.id}}, "no manifest asks for the route"};
  }
};

}  // namespace

const ExposurePart& routes_part() {
  static const RoutesPart part;
  return part;
}

}  // namespace plumbline::reconciler
