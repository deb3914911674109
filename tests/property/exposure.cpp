#include "exposure.h"

#include <algorithm>
#include <array>
#include <set>

namespace plumbline::property {
namespace {

struct Pattern {
  std::string_view pattern;
  std::string_view zone;
};
constexpr std::array kPatterns{
    Pattern{"a.example.com/*", "example.com"}, Pattern{"a.example.com/b/*", "example.com"},
    Pattern{"*.example.com/c", "example.com"}, Pattern{"https://example.com/", "example.com"},
    Pattern{"a.example.net/*", "example.net"}, Pattern{"example.net/d*", "example.net"}};
constexpr std::array<std::string_view, 3> kHostnames{"www.example.com", "shop.example.com", "www.example.net"};

std::string_view zone_of(std::string_view pattern) {
  return pattern.contains("example.com") ? "example.com" : "example.net";
}

template <class List, class Name>
void keep_first(std::optional<List>& list, std::set<std::string>& taken, Name name) {
  if (list) std::erase_if(*list, [&](const auto& item) { return !taken.insert(name(item)).second; });
}

bool manages_routes(const manifests::DesiredWorker& worker) {
  return worker.routes.has_value();
}

}  // namespace

void add_exposure(manifests::DesiredWorker& worker, Random& random) {
  if (random.chance(40)) {
    worker.routes.emplace();
    for (std::size_t i = random.below(4); i > 0; --i) {
      const auto& pattern = random.pick(kPatterns);
      manifests::DesiredRoute route{.pattern = std::string(pattern.pattern), .where = worker.where};
      // A wrangler config may leave the zone to its reader.
      if (random.chance(80)) route.zone = pattern.zone;
      worker.routes->push_back(std::move(route));
    }
  }
  if (random.chance(25)) {
    worker.domains.emplace();
    for (std::size_t i = random.below(3); i > 0; --i) {
      worker.domains->push_back({.hostname = std::string(random.pick(kHostnames)), .where = worker.where});
    }
  }
}

void drop_rivals(Repository& repository) {
  std::set<std::string> taken;
  for (auto& worker : repository.workers) {
    keep_first(worker.routes, taken, [](const auto& route) { return route.pattern; });
    keep_first(worker.domains, taken, [](const auto& domain) { return domain.hostname; });
  }
}

Edit random_route_edit(const std::string& worker, Random& random) {
  const auto pattern = std::string(random.pick(kPatterns).pattern);
  return {worker, random.chance(50) ? "add-route" : "delete-route", "", Json(pattern)};
}

ExposureCost exposure_cost(const Repository& repository, Rig& rig) {
  ExposureCost cost;
  if (std::ranges::any_of(repository.workers, [](const auto& worker) { return worker.domains.has_value(); })) {
    cost = {1, 1};
  }
  if (std::ranges::none_of(repository.workers, manages_routes)) return cost;
  std::set<std::string_view> named;
  for (const auto& worker : repository.workers) {
    if (!worker.routes) continue;
    for (const auto& route : *worker.routes) named.insert(zone_of(route.pattern));
  }
  // A zone that a ZoneWorker names is in scope for routes as well.
  for (const auto& worker : repository.zone_workers) named.insert(worker.zone);
  cost.least += named.size();
  const auto state = rig.state();
  for (const auto& zone : state.at("zones").as_array()) {
    if (!zone.at("routes").as_array().empty()) named.insert(zone_of(string_member(zone, "name")));
  }
  cost.most += named.size();
  return cost;
}

std::size_t zoneless_routes(const Repository& repository) {
  std::size_t count = 0;
  for (const auto& worker : repository.workers) {
    if (!worker.routes) continue;
    count += static_cast<std::size_t>(
        std::ranges::count_if(*worker.routes, [](const auto& route) { return route.zone.empty(); }));
  }
  return count;
}

JsonArray exposure_of(const Json& state) {
  std::vector<std::string> lines;
  for (const auto& zone : state.at("zones").as_array()) {
    for (const auto& route : zone.at("routes").as_array()) {
      const auto script = string_member(route, "script");
      if (script.empty() || script == string_member(zone, "id")) continue;
      lines.push_back(std::string(string_member(route, "pattern")) + " -> " + std::string(script));
    }
  }
  for (const auto& domain : state.at("domains").as_array()) {
    lines.push_back(std::string(string_member(domain, "hostname")) + " -> " +
                    std::string(string_member(domain, "service")));
  }
  std::ranges::sort(lines);
  return JsonArray(lines.begin(), lines.end());
}

}  // namespace plumbline::property
