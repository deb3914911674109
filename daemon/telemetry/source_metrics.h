#pragma once

#include <memory>
#include <string>

#include "daemon/telemetry/metrics.h"

namespace plumbline::daemon {

/// The metrics of one source's reconciling, those with closed label sets at 0. `all` outlives them; `account` is the
/// name of the source's account.
std::unique_ptr<ReconcileMetrics> make_source_metrics(MetricFamilies& all, std::string source, std::string account);

}  // namespace plumbline::daemon
