#pragma once

#include <vector>

#include "base/diagnostic.h"
#include "manifests/loaded_draft.h"

namespace plumbline::manifests {

/// A route, a hostname, a queue and a workflow have one Worker. Breaks every draft that states one
/// which another draft states too, and says so at both.
void break_rivals(std::vector<LoadedDraft>& drafts, std::vector<Diagnostic>& diagnostics);

}  // namespace plumbline::manifests
