#pragma once

#include <span>
#include <string>

#include "daemon/controller/status.h"

namespace plumbline::daemon {

/// All sources in one line, for `systemctl status`: `1 of 2 sources ready; 3 Workers: 2 synced, 1 out of sync`.
std::string status_line(std::span<const SourceStatus* const> sources);

}  // namespace plumbline::daemon
