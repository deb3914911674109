#pragma once

#include <vector>

#include "base/diagnostic.h"
#include "manifests/loaded_draft.h"

namespace plumbline::manifests {

/// A route of a zone, a hostname, a queue and a workflow can belong to one Worker only. If two drafts state the same
/// one, both become broken, and an error is reported at each.
void break_rivals(std::vector<LoadedDraft>& drafts, std::vector<Diagnostic>& diagnostics);

}  // namespace plumbline::manifests
