#pragma once

#include <string>

#include "base/json.h"

/// Answers of the daemon's API for a person. Pure.
namespace plumbline::daemon {

/// One line for an event of /api/v1/events.
std::string event_text(const Json& event);

/// /api/v1/history: passes, or the writes of one Worker; one line each, newest first.
std::string history_text(const Json& history);

}  // namespace plumbline::daemon
