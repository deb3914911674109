#pragma once

#include <chrono>
#include <optional>
#include <vector>

#include "base/diagnostic.h"
#include "manifests/worker.h"

namespace plumbline::manifests {

/// A warning where the compatibility date of a Worker lies after `today` (UTC): until then the service refuses an
/// upload with it (10021, "Can't set compatibility date in the future").
std::optional<Diagnostic> late_date(const DesiredWorker& worker, std::chrono::sys_days today);

/// The same of all Workers of a source.
std::vector<Diagnostic> late_dates(const DesiredState& state, std::chrono::sys_days today);

}  // namespace plumbline::manifests
