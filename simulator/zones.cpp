#include <algorithm>
#include <array>

#include "base/text.h"
#include "simulator/endpoints.h"

namespace plumbline::simulator {
namespace {

JsonObject zone_view(const Call& call, const Zone& zone) {
  return {{"id", zone.id},
          {"name", zone.name},
          {"status", "active"},
          {"paused", false},
          {"type", "full"},
          {"account", JsonObject{{"id", call.world.options.account_id}, {"name", "Simulated account"}}}};
}

/// GET /zones?name=&account.id=
Outcome list_zones(Call& call) {
  const auto page = page_of(call, 20, 50);
  if (!page) return std::unexpected(page.error());
  const auto name = call.query("name");
  const auto account = call.query("account.id");
  const bool other_account = account && *account != call.world.options.account_id;
  std::vector<const Zone*> found;
  for (const auto& zone : call.world.account.zones) {
    if (!other_account && (!name || iequals(*name, zone.name))) found.push_back(&zone);
  }
  JsonArray items;
  const auto [begin, end] = page->bounds(found.size());
  for (auto i = begin; i < end; ++i) items.push_back(zone_view(call, *found[i]));
  const PageInfo info{page->number, page->size, items.size(), found.size()};
  return success(items, info);
}

/// GET /zones/:zone
Outcome get_zone(Call& call) {
  const auto zone = call.world.zone(call.params[0]);
  if (!zone) return std::unexpected(zone.error());
  return success(zone_view(call, **zone));
}

constexpr std::array kZonesEndpoints{
    Endpoint{"GET", "/zones", list_zones},
    Endpoint{"GET", "/zones/:zone", get_zone},
};

}  // namespace

std::span<const Endpoint> zone_endpoints() {
  return kZonesEndpoints;
}

}  // namespace plumbline::simulator
