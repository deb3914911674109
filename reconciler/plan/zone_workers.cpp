#include "reconciler/plan/zone_workers.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "api/reaction.h"
#include "base/text.h"
#include "reconciler/model/plan_input.h"
#include "reconciler/parts/routes.h"
#include "reconciler/plan/gates.h"

namespace plumbline::reconciler {
namespace {

using manifests::DesiredZoneWorker;

std::string script_key(const std::string& zone_id) {
  return "zone_worker " + zone_id;
}

// Filters are the routes of today; they are told apart alike.
std::string filter_key(const std::string& zone_id, std::string_view pattern) {
  return "filter " + route_key(zone_id, pattern);
}

std::string on_or_off(bool enabled) {
  return enabled ? "on" : "off";
}

// Plans one zone.
class ZoneWorkerPlanner {
 public:
  ZoneWorkerPlanner(const PlanInput& input, const DesiredZoneWorker& desired)
      : input_(input), policy_(input.policy), zones_(input.live->zones), desired_(desired) {
    change_.zone = desired.zone.empty() ? desired.zone_id : desired.zone;
    change_.file = desired.where.file;
  }

  ZoneWorkerChange run() {
    const auto zone = zone_of(change_.zone, zones_);
    change_.zone_id = zone.id;
    change_.block = problem(zone);
    if (change_.block) return std::move(change_);
    if (!is_allowed_zone(zone.id, zone.name, {}, policy_)) {
      change_.block = Block{Reason::ownership_conflict, "the source may not write to this zone",
                            "add the zone to allow.zones of the source"};
    }
    live_ = &zones_.zone_workers.at(zone.id);
    plan_script();
    if (desired_.filters) plan_filters();
    if (change_.calls.empty()) return std::move(change_);
    change_.action = live_->script.is_absent() ? Action::create : Action::update;
    gate_drift();
    return std::move(change_);
  }

 private:
  std::optional<Block> problem(const ZoneAnswer& zone) {
    if (zone.state == ZoneAnswer::State::missing || zone.state == ZoneAnswer::State::ambiguous) {
      return zone_block(zone, zones_);
    }
    const auto found = zones_.zone_workers.find(zone.id);
    const bool known = found != zones_.zone_workers.end() && !found->second.failure &&
                       !found->second.script.is_unknown() && (!desired_.filters || found->second.filters.is_known());
    const auto routes = zones_.zones.find(zone.id);
    const bool routes_known = routes != zones_.zones.end() && routes->second.routes.is_known();
    if (known && (routes_known || !touches_filters(desired_, zone.id, zones_, policy_))) return std::nullopt;
    change_.unread = true;
    std::string why = "it was not read";
    std::string_view mend = "try again later";
    if (routes != zones_.zones.end() && routes->second.failure) why = to_text(*routes->second.failure);
    if (found != zones_.zone_workers.end() && found->second.failure) {
      why = to_text(*found->second.failure);
      if (api::may_want_key(*found->second.failure)) mend = api::kUseKey;
    }
    if (const auto name = zones_.unreadable.find(zone.name); name != zones_.unreadable.end())
      why = to_text(name->second);
    return Block{Reason::read_failed, "the zone could not be read: " + why, std::string(mend)};
  }

  void plan_script() {
    const auto& script = desired_.script;
    change_.after_state["script"] = script.sha256;
    if (const auto* live = live_->script.if_known()) change_.before["script"] = *live;
    const auto key = script_key(change_.zone_id);
    change_.memory[key] = ExposureMemory{script.sha256, {}, {}};
    if (live_->script.is_known() && *live_->script == script.sha256) return;
    change_.lines.push_back({live_->script.is_absent() ? '+' : '~', "script " + script.name,
                             "(" + human_bytes(script.size) + ")", live_->script.is_absent() ? "gone" : "edited"});
    change_.calls.push_back({.operation = "put_zone_script",
                             .parameters = {{"zone_id", change_.zone_id}},
                             .why = "upload the zone's script",
                             .modules = {script}});
    foreign_ = foreign_ && remembers(key, script.sha256);
  }

  void plan_filters() {
    const auto workers = workers_by_route();
    std::map<std::string, const LiveFilter*> live;
    std::map<std::string, std::string> taken;
    for (const auto& filter : *live_->filters) {
      const auto key = filter_key(change_.zone_id, filter.pattern);
      const auto worker = workers.find(filter.id);
      if (worker == workers.end()) {
        live.emplace(key, &filter);
      } else {
        taken.emplace(key, worker->second);
      }
    }
    JsonObject after;
    for (const auto& filter : *desired_.filters) {
      const auto key = filter_key(change_.zone_id, filter.pattern);
      if (const auto worker = taken.find(key); worker != taken.end()) {
        change_.block = Block{Reason::ownership_conflict, filter.pattern + " leads to Worker " + worker->second,
                              "remove the pattern from the filters, or remove the Worker's route"};
        continue;
      }
      const auto found = live.find(key);
      add_filter(filter, key, found == live.end() ? nullptr : found->second);
      if (found != live.end()) live.erase(found);
      after[filter.pattern] = filter.enabled;
    }
    change_.after_state["filters"] = std::move(after);
    for (const auto& [key, filter] : live) drop_filter(key, *filter);
  }

  void add_filter(const manifests::DesiredFilter& filter, const std::string& key, const LiveFilter* live) {
    const std::string state = on_or_off(filter.enabled);
    change_.memory[key] = ExposureMemory{state, {}, {}};
    if (live != nullptr) set_before(filter.pattern, live->enabled);
    if (live != nullptr && live->enabled == filter.enabled) return;
    const JsonObject body{{"pattern", filter.pattern}, {"enabled", filter.enabled}};
    if (live == nullptr) {
      change_.calls.push_back({"create_filter", {{"zone_id", change_.zone_id}}, "say where the script runs", body});
      change_.lines.push_back({'+', "filter " + filter.pattern, state, "gone"});
    } else {
      change_.calls.push_back({"update_filter", of_filter(*live), "switch the pattern", body});
      const auto was = on_or_off(live->enabled);
      change_.lines.push_back({'~', "filter " + filter.pattern, was + " -> " + state, state + " -> " + was});
    }
    foreign_ = foreign_ && remembers(key, state);
  }

  // Nothing at a filter tells whose it is: it goes only if we remember to have asked for it.
  void drop_filter(const std::string& key, const LiveFilter& filter) {
    const bool ours = zones_.memory.contains(key);
    const bool moves = is_wanted_route(filter.pattern);
    const bool deleted =
        ours && !moves && policy_.prune != Prune::upsert_only && !has_errors(input_.desired->diagnostics);
    change_.memory[key] = std::nullopt;
    if (!deleted) {
      const auto* why = moves ? "becomes a route of a Worker" : "not in the manifest, kept";
      change_.lines.push_back({'.', "filter " + filter.pattern, why, {}});
      return;
    }
    set_before(filter.pattern, filter.enabled);
    change_.calls.push_back({.operation = "delete_filter",
                             .parameters = of_filter(filter),
                             .why = "the manifest does not name the pattern any more",
                             .expected = filter.pattern});
    change_.lines.push_back({'-', "filter " + filter.pattern, "no longer in the manifest", {}});
    foreign_ = false;
  }

  [[nodiscard]] api::Parameters of_filter(const LiveFilter& filter) const {
    return {{"zone_id", change_.zone_id}, {"filter_id", filter.id}};
  }

  // The Workers that routes lead to, by the routes' ids, as far as the routes were read. The zone's own script is none.
  [[nodiscard]] std::map<std::string, std::string> workers_by_route() const {
    std::map<std::string, std::string> workers;
    const auto zone = zones_.zones.find(change_.zone_id);
    if (zone == zones_.zones.end() || !zone->second.routes.is_known()) return workers;
    for (const auto& route : *zone->second.routes) {
      if (input_.live->workers.contains(route.script)) workers.emplace(route.id, route.script);
    }
    return workers;
  }

  // Without an outage one call on its id makes a filter a route; it must not be deleted before.
  [[nodiscard]] bool is_wanted_route(const std::string& pattern) const {
    const auto key = route_key(change_.zone_id, pattern);
    return std::ranges::any_of(*input_.targets, [&](const Target& target) {
      return target.desired->routes && std::ranges::any_of(*target.desired->routes, [&](const auto& route) {
               return route_key(change_.zone_id, route.pattern) == key && zone_of(route, zones_).id == change_.zone_id;
             });
    });
  }

  void set_before(const std::string& pattern, bool enabled) {
    auto& filters = change_.before["filters"];
    if (!filters.is_object()) filters = JsonObject();
    filters.get_object()[pattern] = enabled;
  }

  [[nodiscard]] bool remembers(const std::string& key, const std::string& applied) const {
    const auto found = zones_.memory.find(key);
    return found != zones_.memory.end() && found->second.id == applied;
  }

  void gate_drift() {
    change_.drift = foreign_;
    if (!change_.drift) return;
    const auto memory = zones_.memory.find(script_key(change_.zone_id));
    if (memory != zones_.memory.end()) change_.memory.at(memory->first)->mended = memory->second.mended;
    if (change_.block) return;
    if (policy_.brake && memory != zones_.memory.end()) {
      change_.block = flapping_block(memory->second.mended, input_.live->observed_at);
    }
    if (policy_.drift == DriftAction::report && !change_.block) {
      change_.block = Block{Reason::drifted, "it was changed since the last apply, and drift is only reported",
                            "set `drift: heal` for the source, or change the manifest"};
    }
  }

  const PlanInput& input_;
  const Policy& policy_;
  const LiveZones& zones_;
  const DesiredZoneWorker& desired_;
  const LiveZoneWorker* live_ = nullptr;
  ZoneWorkerChange change_;
  bool foreign_ = true;  ///< all that differs was applied before as the manifest asks for it now
};

}  // namespace

bool touches_filters(const DesiredZoneWorker& worker, const std::string& zone_id, const LiveZones& live,
                     const Policy& policy) {
  const auto zone = live.zone_workers.find(zone_id);
  if (!worker.filters || zone == live.zone_workers.end() || !zone->second.filters.is_known()) return false;
  std::map<std::string, bool> wanted;
  for (const auto& filter : *worker.filters) wanted.emplace(filter_key(zone_id, filter.pattern), filter.enabled);
  return std::ranges::any_of(*zone->second.filters, [&](const LiveFilter& filter) {
    const auto key = filter_key(zone_id, filter.pattern);
    if (const auto found = wanted.find(key); found != wanted.end()) return found->second != filter.enabled;
    return policy.prune != Prune::upsert_only && live.memory.contains(key);
  });
}

std::size_t owned_filters(const LiveZones& live) {
  std::size_t count = 0;
  for (const auto& [id, zone] : live.zone_workers) {
    if (!zone.filters.is_known()) continue;
    count += static_cast<std::size_t>(std::ranges::count_if(
        *zone.filters, [&](const LiveFilter& filter) { return live.memory.contains(filter_key(id, filter.pattern)); }));
  }
  return count;
}

void plan_zone_workers(const PlanInput& input, Plan& plan) {
  if (!input.policy.only.empty()) return;
  std::map<std::string, std::string> files;
  for (const auto& desired : input.desired->zone_workers) {
    auto change = ZoneWorkerPlanner(input, desired).run();
    // One may name it, the other its id: only here it is seen that they mean the same.
    const auto [first, is_new] = files.emplace(change.zone_id, change.file);
    if (!is_new && !change.zone_id.empty()) {
      change.block =
          Block{Reason::ownership_conflict, "the ZoneWorker in " + first->second + " already manages the same zone",
                "keep one of the two"};
    }
    plan.zone_workers.push_back(std::move(change));
  }
}

}  // namespace plumbline::reconciler
