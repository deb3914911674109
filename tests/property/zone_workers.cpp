#include "zone_workers.h"

#include <algorithm>
#include <array>

#include "base/digest.h"

namespace plumbline::property {
namespace {

using manifests::DesiredFilter;
using manifests::DesiredZoneWorker;

constexpr std::array<std::string_view, 2> kZones{"example.com", "example.net"};
constexpr std::array<std::string_view, 4> kFilters{"old./*", "old./off", "old./a/*", "*older./*"};

// In place of the dot before the path stands the zone.
std::string pattern_in(std::string_view zone, std::string_view filter) {
  std::string pattern(filter);
  return pattern.insert(pattern.find('.') + 1, zone);
}

const DesiredZoneWorker* find(const Repository& repository, std::string_view zone) {
  const auto found = std::ranges::find(repository.zone_workers, zone, &DesiredZoneWorker::zone);
  return found == repository.zone_workers.end() ? nullptr : &*found;
}

std::string random_code(Random& random) {
  return "addEventListener('fetch', () => {}); // " + std::to_string(random.below(3)) + "\n";
}

void add_zone_worker(Repository& repository, const std::string& zone, Random& random) {
  std::optional<std::vector<DesiredFilter>> filters;
  if (random.chance(85)) {
    filters.emplace();
    for (const auto filter : kFilters) {
      if (random.chance(50)) filters->push_back({pattern_in(zone, filter), random.chance(70), {}});
    }
  }
  auto worker = zone_worker_of(repository, zone, random_code(random), std::move(filters));
  std::erase_if(repository.zone_workers, [&zone](const auto& other) { return other.zone == zone; });
  repository.zone_workers.push_back(std::move(worker));
  std::ranges::sort(repository.zone_workers, {}, &DesiredZoneWorker::zone);
}

}  // namespace

DesiredZoneWorker zone_worker_of(Repository& repository, const std::string& zone, const std::string& code,
                                 std::optional<std::vector<DesiredFilter>> filters) {
  const auto path = "zones/" + zone + ".js";
  repository.files[path] = code;
  return {.zone = zone,
          .script = {"worker.js", path, "application/javascript", sha256_hex(code), code.size()},
          .filters = std::move(filters),
          .where = {"zones/" + zone + ".yaml", 5, 9}};
}

void add_zone_workers(Repository& repository, Random& random) {
  for (const auto zone : kZones) {
    if (random.chance(25)) add_zone_worker(repository, std::string(zone), random);
  }
}

void mutate_zone_workers(Repository& repository, Random& random) {
  for (const auto zone : kZones) {
    const bool there = find(repository, zone) != nullptr;
    if (random.chance(there ? 60 : 15)) {
      add_zone_worker(repository, std::string(zone), random);
    } else if (there && random.chance(25)) {
      std::erase_if(repository.zone_workers, [zone](const auto& worker) { return worker.zone == zone; });
    }
  }
}

Commits zone_commits() {
  manifests::DesiredWorker worker;
  worker.name = "shop";
  worker.where = {"shop/worker.yaml", 4, 9};
  const std::string code = "export default {};\n";
  worker.modules = {{"index.js", "shop/index.js", "application/javascript+module", sha256_hex(code), code.size()}};
  worker.settings = {{"compatibility_date", "2026-01-01"}};
  worker.routes = {{.pattern = "shop.example.com/*", .zone = "example.com"}};
  worker.domains.emplace();
  Commits commits;
  auto& [first, second] = commits;
  first.workers = {worker};
  first.files["shop/index.js"] = code;
  second = first;
  second.workers[0].routes = {{.pattern = "new.example.com/*", .zone = "example.com"},
                              {.pattern = "new.example.net/*", .zone = "example.net"}};
  const auto filter = [](const char* pattern, bool enabled) { return DesiredFilter{pattern, enabled, {}}; };
  const auto stays = filter("old.example.com/*", true);
  first.zone_workers = {zone_worker_of(first, "example.com", "// one\n",
                                       {{stays, filter("old.example.com/off", true), filter(kDroppedFilter, true)}})};
  second.zone_workers = {
      zone_worker_of(second, "example.com", "// two\n",
                     {{stays, filter("old.example.com/off", false), filter("old.example.com/new", true)}}),
      zone_worker_of(second, "example.net", "// net\n", {{filter("old.example.net/*", true)}})};
  return commits;
}

Edit random_zone_edit(Random& random) {
  const std::string zone(random.pick(kZones));
  const auto pattern = pattern_in(zone, random.pick(kFilters));
  switch (random.below(5)) {
    case 0:
      return {zone, "set-zone-script", "", Json(random_code(random))};
    case 1:
      return {zone, "delete-zone-script", "", nullptr};
    case 2:
      return {zone, "delete-filter", pattern, nullptr};
    default:
      return {zone, "set-filter", pattern, random.chance(50)};
  }
}

std::size_t zone_worker_cost(const Repository& repository) {
  std::size_t calls = 0;
  for (const auto& worker : repository.zone_workers) calls += worker.filters ? 2 : 1;
  return calls;
}

ZoneStates zones_of(const Json& state) {
  ZoneStates zones;
  for (const auto& zone : state.at("zones").as_array()) {
    auto& out = zones[std::string(string_member(zone, "name"))];
    out.script = string_member(zone.at("legacy_script"), "etag");
    for (const auto& route : zone.at("routes").as_array()) {
      const auto script = string_member(route, "script");
      // The zone's id stands for its script, which has no name.
      if (!script.empty() && script != string_member(zone, "id")) continue;
      std::string pattern(string_member(route, "pattern"));
      if (out.filters.contains(pattern)) pattern += " (twice)";
      out.filters[pattern] = !script.empty();
    }
  }
  return zones;
}

ZoneStates expected_zones(ZoneStates before, const Repository* applied, const Repository& repository) {
  for (const auto& worker : repository.zone_workers) {
    auto& zone = before[worker.zone];
    zone.script = truncated(worker.script.sha256);
    if (!worker.filters) continue;
    const auto* ours = applied != nullptr ? find(*applied, worker.zone) : nullptr;
    if (ours != nullptr && ours->filters) {
      for (const auto& filter : *ours->filters) zone.filters.erase(filter.pattern);
    }
    for (const auto& filter : *worker.filters) zone.filters[filter.pattern] = filter.enabled;
  }
  return before;
}

std::string describe(const ZoneStates& zones) {
  std::string out;
  for (const auto& [name, zone] : zones) {
    out += "  " + name + " script " + (zone.script.empty() ? "none" : zone.script.substr(0, 6));
    for (const auto& [pattern, enabled] : zone.filters) out += ", " + pattern + (enabled ? " on" : " off");
    out += "\n";
  }
  return out;
}

}  // namespace plumbline::property
