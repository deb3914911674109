#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace plumbline::manifests {

/// A cron expression as the service reads it (github.com/cloudflare/saffron, which it is built on;
/// https://developers.cloudflare.com/workers/configuration/cron-triggers/#supported-cron-expressions): five fields;
/// days of the week are 1 (Sunday) to 7; a range may go over the end (`22-2`, `FRI-MON`); `L`, `W` and `#` stand alone
/// in their field. What it refuses is answered with 10100.
///
/// Returns what is wrong, phrased as in rules.h, or nothing.
std::optional<std::string> cron_problem(std::string_view text);

/// The same as a regular expression, for editors.
const std::string& cron_pattern();

}  // namespace plumbline::manifests
