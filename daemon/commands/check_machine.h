#pragma once

#include <string>

#include "daemon/commands/check_report.h"

namespace plumbline::daemon {

/// Looks at what the machine gives a daemon with its journal at `journal_path`: who writes the journal, or whether it
/// could be written, room on its disk, open files. Nothing is made or changed: root, who looks, need not be the user of
/// the daemon. Blocks.
CheckRows check_machine(const std::string& journal_path);

}  // namespace plumbline::daemon
