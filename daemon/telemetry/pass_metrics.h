#pragma once

#include <memory>
#include <string>

#include "daemon/telemetry/metrics.h"

namespace plumbline::daemon {

/// The metrics of the passes over one source; closed label sets start at 0. `all` must outlive them. `account` is the
/// name of the source's account.
std::unique_ptr<PassMetrics> make_pass_metrics(MetricFamilies& all, std::string source, std::string account);

}  // namespace plumbline::daemon
