#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "reconciler/journal/journal.h"
#include "reconciler/model/live.h"
#include "reconciler/model/plan.h"
#include "reconciler/model/plan_input.h"

/// The journal's memory of zones, routes and domains, as notes of two kinds. Pure.
namespace plumbline::reconciler {

NoteKey zone_notes(std::string account, const Owner& owner);
NoteKey exposure_notes(std::string account, const Owner& owner);

/// The zones that are known before anything is read. `zones` maps names to ids; the id is empty if there was no such
/// zone when it was looked up, and Refresh::full looks it up again. A zone of which only the id is known has its id as
/// its name. All of these zones are in scope, and so is `configured`.
LiveZones remembered_zones(const Notes& zones, const Notes& exposure, const std::vector<std::string>& configured,
                           Refresh refresh);

/// The changes to the notes about zones after a pass. A zone that nothing names any more is forgotten once its routes
/// were read and none of them leads to a Worker of the source.
NoteChanges zone_note_changes(const Notes& before, const PlanInput& input, const Plan& plan);

/// One of the exposure notes; nothing if it cannot be read.
std::optional<ExposureMemory> exposure_memory_from(const std::string& text);

NoteChanges exposure_note_changes(const std::map<std::string, std::optional<ExposureMemory>>& changes);

}  // namespace plumbline::reconciler
