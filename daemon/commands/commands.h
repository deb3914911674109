#pragma once

#include <functional>
#include <iosfwd>
#include <string>

#include "daemon/commands/command_line.h"
#include "daemon/config/environment.h"
#include "daemon/telemetry/log.h"
#include "daemon/telemetry/standard_streams.h"

/// The commands. Each runs to its end and returns the process's exit code. Results are written to `out`, everything
/// else to `err`.
namespace plumbline::daemon {

/// The environment of a command. Everything that it refers to must outlive the command.
struct Console {
  std::ostream& out;
  std::ostream& err;
  const Environment& environment;
  Logger& logger;
  StandardStreams& streams;
  bool colour = false;
  /// Asks the person at the terminal; nothing if there is no terminal. Blocks.
  std::function<std::optional<std::string>(const std::string& question)> ask;
};

int run_validate(const ValidateCommand& command, const Console& console);
int run_validate(const ValidateConfigCommand& command, const Console& console);
int run_render(const RenderCommand& command, const Console& console);
int run_plan(const PlanCommand& command, const Console& console);
int run_claim(const ClaimCommand& command, const Console& console);
int run_apply(const ApplyCommand& command, const Console& console);
int run_check(const CheckCommand& command, const Console& console);
int run_daemon(const RunCommand& command, const Console& console);
int run_simulate(const SimulateCommand& command, const Console& console);
int run_api_list(const ApiListCommand& command, const Console& console);
int run_api(const ApiCommand& command, const Console& console);
int run_ask(const StatusCommand& command, const Console& console);
int run_ask(const HistoryCommand& command, const Console& console);
int run_ask(const EventsCommand& command, const Console& console);
int run_ask(const DiffCommand& command, const Console& console);
int run_ask(const ReconcileCommand& command, const Console& console);
int run_ask(const WaitCommand& command, const Console& console);
int run_ask(const SuspendCommand& command, const Console& console);
int run_ask(const ApproveCommand& command, const Console& console);
int run_ask(const ExplainCommand& command, const Console& console);
int run_ask(const DriftCommand& command, const Console& console);
int run_schema(const Console& console);
int run_version(const Console& console);

}  // namespace plumbline::daemon
