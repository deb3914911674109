#pragma once

#include <string_view>

namespace plumbline::simulator {

/// Whether the service takes the text as a cron expression: five fields in their ranges, with names of months and days,
/// `L`, `W` and `#`. Days of the week are 1 (Sunday) to 7. No `@daily`, no seconds
/// (developers.cloudflare.com, workers/configuration/cron-triggers).
bool is_cron(std::string_view text);

}  // namespace plumbline::simulator
