#pragma once

#include <string_view>

#include "base/json.h"
#include "simulator/answer.h"
#include "simulator/instant.h"

/// Which values of settings the service takes. Their shapes are known to be right (check_settings).
namespace plumbline::simulator {

/// 400/10001 for a usage model that does not exist.
Try<void> check_usage_model(std::string_view model);

/// The values of usage_model, placement and limits, and every sampling rate of observability. 400/10001.
Try<void> check_values(const JsonObject& stated);

/// Whether the text is a day of the calendar, `2026-01-31`.
bool is_date(std::string_view text);

/// 400/10021 for a compatibility_date after the day of `now` in UTC, as the runtime refuses it.
Try<void> check_date(const JsonObject& stated, Instant now);

}  // namespace plumbline::simulator
