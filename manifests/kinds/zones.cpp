#include "manifests/kinds/zones.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "manifests/documents/hosts.h"

namespace plumbline::manifests {
namespace {

bool is_allowed(std::string_view zone, std::string_view zone_id, std::string_view host,
                const std::vector<std::string>& allowed) {
  return std::ranges::any_of(allowed, [&](const std::string& one) {
    if (!zone.empty()) return iequals(one, zone);
    return zone_id.empty() ? lies_in_zone(host, one) : one == zone_id;
  });
}

void refuse(const SourceLocation& where, std::string_view what, std::vector<Diagnostic>& diagnostics) {
  diagnostics.push_back(
      {.where = where,
       .summary = fmt::format("{} is not in a zone that this source may use", what),
       .detail = "add the zone to allow.zones of the source, by the name or id that is written here"});
}

}  // namespace

bool lies_in_zone(std::string_view pattern, std::string_view zone) {
  const std::string host = to_lower(host_of_pattern(pattern));
  const std::string name = to_lower(zone);
  const std::string below = "." + name;
  std::string_view rest = host;
  if (rest.ends_with('*')) rest.remove_suffix(1);
  const bool star = rest.starts_with('*') || rest.empty();
  if (rest.starts_with('*')) rest.remove_prefix(1);
  // Whether it may lead to a host of the zone, not whether it matches one text: a star in front stands for anything,
  // even for a part of the zone's name.
  return rest == name || rest.ends_with(below) || (star && below.ends_with(rest));
}

void check_zones(const DesiredWorker& worker, const std::vector<std::string>& allowed,
                 std::vector<Diagnostic>& diagnostics) {
  for (const DesiredRoute& route : worker.routes.value_or(std::vector<DesiredRoute>())) {
    if (is_allowed(route.zone, route.zone_id, route.pattern, allowed)) continue;
    refuse(route.where, fmt::format("the route \"{}\"", route.pattern), diagnostics);
  }
  for (const DesiredDomain& domain : worker.domains.value_or(std::vector<DesiredDomain>())) {
    if (is_allowed(domain.zone, domain.zone_id, domain.hostname, allowed)) continue;
    refuse(domain.where, fmt::format("the domain \"{}\"", domain.hostname), diagnostics);
  }
}

void check_zone(const DesiredZoneWorker& worker, const std::vector<std::string>& allowed,
                std::vector<Diagnostic>& diagnostics) {
  if (is_allowed(worker.zone, worker.zone_id, {}, allowed)) return;
  refuse(worker.where, fmt::format("the ZoneWorker of \"{}\"", worker.zone + worker.zone_id), diagnostics);
}

}  // namespace plumbline::manifests
