#pragma once

#include <string>
#include <vector>

#include "base/diagnostic.h"
#include "manifests/kinds/references.h"
#include "manifests/loaded_draft.h"

/// Names of drafts, as the account knows them.
namespace plumbline::manifests {

/// Appends the source's suffix to the name of every draft.
void append_suffix(std::vector<LoadedDraft>& drafts, const std::string& suffix, std::vector<Diagnostic>& diagnostics);

/// The new names that references have to follow.
WorkerNames new_names(const std::vector<LoadedDraft>& drafts);

/// Breaks drafts of the same name: which Worker should be live, and which one references mean, would be unclear.
void break_repeated_names(std::vector<LoadedDraft>& drafts, std::vector<Diagnostic>& diagnostics);

}  // namespace plumbline::manifests
