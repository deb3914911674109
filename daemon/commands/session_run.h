#pragma once

#include <utility>

#include "daemon/blocking.h"
#include "daemon/commands/commands.h"
#include "daemon/commands/plan_session.h"
#include "daemon/commands/report.h"
#include "daemon/exit_code.h"

namespace plumbline::daemon {

/// Runs a command that writes: `Work(command, console, session).run()`, over the source that the command selects. Its
/// exit code.
template <class Work, class Command>
int run_in_session(const Command& command, const Console& console) {
  auto selection = select_source(command.select, Needs::account, console.environment);
  if (!selection) {
    return report_failure(console.out, console.err, command.select.output, selection.error(),
                          exit_code::kConfiguration);
  }
  PlanSession session(std::move(*selection), reconciler::JournalMode::read_write, console.environment, console.logger);
  Work work(command, console, &session);
  return run_until_done(session.io(), work.run());
}

}  // namespace plumbline::daemon
