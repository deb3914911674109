#pragma once

#include <string>
#include <vector>

#include "base/json.h"
#include "simulator/answer.h"
#include "simulator/state.h"
#include "simulator/world.h"

namespace plumbline::simulator {

/// Reads `{enabled, previews_enabled?}`.
Try<SubdomainState> read_subdomain(const JsonObject& stated);

void set_subdomain(const World& world, Worker& worker, SubdomainState state);

/// Replaces all schedules. 400/10100 for text that is not a cron expression.
Try<void> set_schedules(const World& world, Worker& worker, const std::vector<std::string>& crons);

}  // namespace plumbline::simulator
