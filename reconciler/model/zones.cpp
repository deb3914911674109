#include "reconciler/model/zones.h"

#include <algorithm>

#include "base/text.h"
#include "manifests/documents/hosts.h"
#include "manifests/kinds/zones.h"

namespace plumbline::reconciler {
namespace {

bool is_zone_id(std::string_view text) {
  return text.size() == 32 &&
         std::ranges::all_of(text, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

ZoneAnswer zone_named(std::string_view text, const LiveZones& live) {
  using State = ZoneAnswer::State;
  auto name = to_lower(text);
  if (live.ambiguous.contains(name)) return {State::ambiguous, {}, std::move(name)};
  const auto found = live.ids.find(name);
  if (found != live.ids.end() && found->second.is_known()) return {State::known, *found->second, std::move(name)};
  if (found != live.ids.end() && found->second.is_absent()) return {State::missing, {}, std::move(name)};
  return {live.unreadable.contains(name) ? State::unreadable : State::unknown, {}, std::move(name)};
}

}  // namespace

std::vector<std::string> zone_names_for(std::string_view pattern) {
  std::vector<std::string> names;
  std::string host = to_lower(manifests::host_of_pattern(pattern));
  host.erase(0, host.find_first_not_of("*."));
  while (host.find('.') != std::string::npos) {
    names.push_back(host);
    host.erase(0, host.find('.') + 1);
  }
  return names;
}

ZoneAnswer zone_of(const manifests::DesiredRoute& route, const LiveZones& live) {
  using State = ZoneAnswer::State;
  if (!route.zone_id.empty()) return {State::known, route.zone_id, name_of_zone(route.zone_id, live)};
  if (!route.zone.empty()) return zone_named(route.zone, live);
  for (const auto& name : zone_names_for(route.pattern)) {
    auto answer = zone_named(name, live);
    if (answer.state != State::missing) return answer;
  }
  return {};
}

ZoneAnswer zone_of(std::string_view name_or_id, const LiveZones& live) {
  if (!is_zone_id(name_or_id)) return zone_named(name_or_id, live);
  const std::string id(name_or_id);
  return {ZoneAnswer::State::known, id, name_of_zone(id, live)};
}

std::string name_of_zone(const std::string& id, const LiveZones& live) {
  const auto found = std::ranges::find_if(
      live.ids, [&id](const auto& entry) { return entry.second.is_known() && *entry.second == id; });
  return found == live.ids.end() ? std::string() : found->first;
}

bool is_allowed_zone(std::string_view id, std::string_view name, std::string_view host, const Policy& policy) {
  if (!policy.allow_zones) return true;
  return std::ranges::any_of(*policy.allow_zones, [&](const std::string& allowed) {
    if (!id.empty() && id == allowed) return true;
    return name.empty() ? !host.empty() && manifests::lies_in_zone(host, allowed) : iequals(name, allowed);
  });
}

}  // namespace plumbline::reconciler
