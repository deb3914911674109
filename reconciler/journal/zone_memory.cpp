#include "reconciler/journal/zone_memory.h"

#include <algorithm>
#include <chrono>
#include <set>

#include "base/text.h"
#include "reconciler/model/plan_input.h"

namespace plumbline::reconciler {
namespace {

std::string to_text(const ExposureMemory& memory) {
  JsonArray mended;
  for (const auto time : memory.mended) {
    mended.emplace_back(std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count());
  }
  return plumbline::to_text(JsonArray{memory.id, memory.worker, std::move(mended)});
}

// Whether nothing of the source is left in the zone.
bool is_deserted(const std::string& id, const PlanInput& input) {
  const auto found = input.live->zones.zones.find(id);
  if (found == input.live->zones.zones.end() || !found->second.routes.is_known()) return false;
  return std::ranges::none_of(*found->second.routes, [&](const LiveRoute& route) {
    const auto worker = input.live->workers.find(route.script);
    if (worker == input.live->workers.end()) return false;
    const auto owned = ownership_of(live_tags(worker->second));
    return owned && owned->owner == input.policy.owner;
  });
}

// Adds the names between a host and its zone. Those that are not zones are remembered as well, once the zone is known.
void add_way(const manifests::DesiredRoute& route, const LiveZones& live, Notes& notes) {
  Notes way;
  for (const auto& name : zone_names_for(route.pattern)) {
    const auto found = live.ids.find(name);
    if (found == live.ids.end() || found->second.is_unknown()) return;
    way.emplace(name, found->second.is_known() ? *found->second : std::string());
    if (found->second.is_known()) break;
  }
  if (!way.empty() && zone_of(route, live).state == ZoneAnswer::State::known) notes.merge(way);
}

// Everything that the next pass has to know.
Notes needed(const PlanInput& input) {
  Notes notes;
  const auto& live = input.live->zones;
  const auto add = [&notes](const ZoneAnswer& zone) {
    if (zone.state == ZoneAnswer::State::known) notes.emplace(zone.name.empty() ? zone.id : zone.name, zone.id);
  };
  for (const auto& target : *input.targets) {
    if (!target.desired->routes) continue;
    for (const auto& route : *target.desired->routes) {
      if (!route.zone_id.empty()) {
        notes.emplace(route.zone_id, route.zone_id);
      } else if (route.zone.empty()) {
        add_way(route, live, notes);
      } else {
        add(zone_of(route, live));
      }
    }
  }
  for (const auto& worker : input.desired->zone_workers) {
    add(zone_of(worker.zone.empty() ? worker.zone_id : worker.zone, live));
  }
  for (const auto& zone : live.configured) add(zone_of(zone, live));
  return notes;
}

}  // namespace

NoteKey zone_notes(std::string account, const Owner& owner) {
  return {std::move(account), to_string(owner), "zone"};
}

NoteKey exposure_notes(std::string account, const Owner& owner) {
  return {std::move(account), to_string(owner), "resource"};
}

LiveZones remembered_zones(const Notes& zones, const Notes& exposure, const std::vector<std::string>& configured,
                           Refresh refresh) {
  LiveZones live;
  for (const auto& [name, id] : zones) {
    if (id.empty()) {
      if (refresh == Refresh::list) live.ids[name] = Known<std::string>::absent();
      continue;
    }
    live.scope.insert(name);
    if (name != id) live.ids[name] = Known<std::string>::known(id);
  }
  for (const auto& zone : configured) live.configured.insert(to_lower(zone));
  live.scope.insert(live.configured.begin(), live.configured.end());
  for (const auto& [key, text] : exposure) {
    if (auto memory = exposure_memory_from(text)) live.memory.emplace(key, std::move(*memory));
  }
  return live;
}

NoteChanges zone_note_changes(const Notes& before, const PlanInput& input, const Plan& plan) {
  NoteChanges changes;
  const auto notes = needed(input);
  for (const auto& [name, id] : notes) {
    const auto found = before.find(name);
    if (found == before.end() || found->second != id) changes[name] = id;
  }
  // Manifests that could not be read may name the zone.
  if (!plan.complete || has_errors(input.desired->diagnostics)) return changes;
  for (const auto& [name, id] : before) {
    const auto& ids = input.live->zones.ids;
    const auto now = ids.find(name);
    const bool gone = id.empty() || (now != ids.end() && now->second.is_absent());
    if (!notes.contains(name) && (gone || is_deserted(id, input))) changes[name] = std::nullopt;
  }
  return changes;
}

std::optional<ExposureMemory> exposure_memory_from(const std::string& text) {
  const auto document = parse_json(text);
  const auto* parts = document ? document->if_array() : nullptr;
  if (parts == nullptr || parts->size() != 3) return std::nullopt;
  const auto& id = (*parts)[0];
  const auto& worker = (*parts)[1];
  const auto* mended = (*parts)[2].if_array();
  if (!id.is_string() || !worker.is_string() || mended == nullptr) return std::nullopt;
  ExposureMemory memory{std::string(view(id.get_string())), std::string(view(worker.get_string())), {}};
  for (const auto& time : *mended) {
    if (time.is_int64()) memory.mended.emplace_back(std::chrono::seconds(time.get_int64()));
  }
  return memory;
}

NoteChanges exposure_note_changes(const std::map<std::string, std::optional<ExposureMemory>>& changes) {
  NoteChanges notes;
  for (const auto& [key, memory] : changes) {
    notes[key] = memory ? std::optional(to_text(*memory)) : std::nullopt;
  }
  return notes;
}

}  // namespace plumbline::reconciler
