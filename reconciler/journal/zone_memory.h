#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "reconciler/journal/journal.h"
#include "reconciler/model/live.h"
#include "reconciler/model/plan.h"
#include "reconciler/model/plan_input.h"

/// What the journal remembers of zones, routes and domains: notes of two kinds. Pure.
namespace plumbline::reconciler {

NoteKey zone_notes(std::string account, const Owner& owner);
NoteKey exposure_notes(std::string account, const Owner& owner);

/// Zones as they are known before anything is read. `zones`: ids by name, and empty where there was no such zone when
/// it was asked for, which is asked again under Refresh::full; an id stands for itself where only it is known. All of
/// them are in scope, and so is `configured`.
LiveZones remembered_zones(const Notes& zones, const Notes& exposure, const std::vector<std::string>& configured,
                           Refresh refresh);

/// What of the notes on zones changes after a pass. A zone that nothing names any more is forgotten once its routes
/// were read and none leads to a Worker of the source.
NoteChanges zone_note_changes(const Notes& before, const PlanInput& input, const Plan& plan);

NoteChanges exposure_note_changes(const std::map<std::string, std::optional<ExposureMemory>>& changes);

}  // namespace plumbline::reconciler
