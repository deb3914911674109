#include "reconciler/plan/missing_zones.h"

#include <algorithm>
#include <string_view>

#include "api/reaction.h"
#include "reconciler/plan/gates.h"
#include "reconciler/plan/zone_workers.h"

namespace plumbline::reconciler {
namespace {

using State = ZoneAnswer::State;

ZoneAnswer zone_of_worker(const manifests::DesiredZoneWorker& worker, const LiveZones& live) {
  return zone_of(worker.zone.empty() ? worker.zone_id : worker.zone, live);
}

std::vector<ZoneAnswer> answers(const TargetList& targets, const manifests::DesiredState& desired,
                                const LiveZones& live, const Policy& policy) {
  std::vector<ZoneAnswer> out;
  for (const auto& target : targets) {
    if (!target.desired->routes || !is_in_scope(target.desired->name, policy)) continue;
    for (const auto& route : *target.desired->routes) out.push_back(zone_of(route, live));
  }
  // What this source may not write to, it does not need to know.
  const auto add = [&](ZoneAnswer answer) {
    if (is_allowed_zone(answer.id, answer.name, {}, policy)) out.push_back(std::move(answer));
  };
  for (const auto& zone : live.scope) add(zone_of(zone, live));
  for (const auto& worker : desired.zone_workers) add(zone_of_worker(worker, live));
  return out;
}

// Whether a Worker of ours, which no manifest names, is to go.
bool any_delete(const manifests::DesiredState& desired, const LiveState& live, const Policy& policy) {
  std::set<std::string_view> named(desired.broken_names.begin(), desired.broken_names.end());
  for (const auto& worker : desired.workers) named.insert(worker.name);
  return std::ranges::any_of(live.workers, [&](const auto& entry) {
    return !named.contains(entry.first) && may_be_pruned(entry.second, policy);
  });
}

bool is_lasting(const api::Error& error) {
  switch (api::reaction(error)) {
    case api::Reaction::not_there:
    case api::Reaction::skip_zone:
    case api::Reaction::stop_account:
    case api::Reaction::ask_user:
      return true;
    default:
      return false;
  }
}

// The remembered id of a zone that refuses may be that of one that is gone.
void add_zone_made_anew(const ZoneAnswer& answer, const api::Error& failure, const LiveZones& live,
                        std::set<ZoneRead>& reads) {
  if (!is_lasting(failure) || answer.name.empty() || live.asked.contains(answer.name)) return;
  reads.insert({ZoneRead::Kind::zone, answer.name});
}

// Whether the routes of the zone have to be read, which then is named.
bool add_routes(const std::string& zone_id, const LiveZones& live, std::set<ZoneRead>& reads) {
  const auto found = live.zones.find(zone_id);
  const bool unread = found == live.zones.end() || (found->second.routes.is_unknown() && !found->second.failure);
  if (unread) reads.insert({ZoneRead::Kind::routes, zone_id});
  return unread;
}

// What is needed to know the routes of one zone.
void add_reads(const ZoneAnswer& answer, const LiveZones& live, std::set<ZoneRead>& reads) {
  if (answer.state == State::unknown) reads.insert({ZoneRead::Kind::zone, answer.name});
  if (answer.state != State::known) return;
  if (add_routes(answer.id, live, reads)) return;
  const auto found = live.zones.find(answer.id);
  if (found->second.failure) add_zone_made_anew(answer, *found->second.failure, live, reads);
}

void add_reads(const manifests::DesiredZoneWorker& worker, const LiveZones& live, const Policy& policy,
               std::set<ZoneRead>& reads) {
  const auto answer = zone_of_worker(worker, live);
  if (answer.state == State::unknown) reads.insert({ZoneRead::Kind::zone, answer.name});
  if (answer.state != State::known) return;
  const auto found = live.zone_workers.find(answer.id);
  const LiveZoneWorker unread;
  const auto& zone = found == live.zone_workers.end() ? unread : found->second;
  if (zone.failure) return add_zone_made_anew(answer, *zone.failure, live, reads);
  if (zone.script.is_unknown()) reads.insert({ZoneRead::Kind::script, answer.id});
  if (worker.filters && zone.filters.is_unknown()) reads.insert({ZoneRead::Kind::filters, answer.id});
  if (touches_filters(worker, answer.id, live, policy)) add_routes(answer.id, live, reads);
}

}  // namespace

std::set<std::string> zones_in_scope(const TargetList& targets, const manifests::DesiredState& desired,
                                     const LiveZones& live, const Policy& policy) {
  std::set<std::string> ids;
  for (const auto& answer : answers(targets, desired, live, policy)) {
    if (answer.state == State::known) ids.insert(answer.id);
  }
  return ids;
}

std::vector<ZoneRead> missing_zones(const TargetList& targets, const manifests::DesiredState& desired,
                                    const LiveState& live, const Policy& policy) {
  const auto any = [&](auto manages) {
    return std::ranges::any_of(targets, [&](const Target& target) {
      return is_in_scope(target.desired->name, policy) && manages(*target.desired);
    });
  };
  const bool deletes = any_delete(desired, live, policy);
  const auto& zones = live.zones;
  std::set<ZoneRead> reads;
  if (deletes || any([](const auto& worker) { return worker.routes.has_value(); })) {
    for (const auto& answer : answers(targets, desired, zones, policy)) add_reads(answer, zones, reads);
  }
  if (deletes || any([](const auto& worker) { return worker.domains.has_value(); })) {
    if (zones.domains.is_unknown() && !zones.domains_failure) reads.insert({ZoneRead::Kind::domains, ""});
  }
  if (policy.only.empty()) {
    for (const auto& worker : desired.zone_workers) add_reads(worker, zones, policy, reads);
  }
  return {reads.begin(), reads.end()};
}

}  // namespace plumbline::reconciler
