#pragma once

#include <string>

#include "reconciler/journal/journal.h"
#include "reconciler/model/live.h"
#include "reconciler/model/ownership.h"

/// What the journal remembers of creates that met a Worker (uncertain.h): a note each. Pure.
namespace plumbline::reconciler {

NoteKey uncertain_notes(std::string account, const Owner& owner);
UncertainCreates uncertain_from(const Notes& notes);
NoteChanges uncertain_note(const std::string& worker, const UncertainCreate& create);

}  // namespace plumbline::reconciler
