#pragma once

#include <string>

#include "reconciler/journal/journal.h"
#include "reconciler/model/live.h"
#include "reconciler/model/ownership.h"

/// The journal's memory of creates that met an existing Worker (uncertain.h), one note each. Pure.
namespace plumbline::reconciler {

NoteKey uncertain_notes(std::string account, const Owner& owner);
UncertainCreates uncertain_from(const Notes& notes);
NoteChanges uncertain_note(const std::string& worker, const UncertainCreate& create);

}  // namespace plumbline::reconciler
