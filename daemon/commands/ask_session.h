#pragma once

#include <boost/asio/io_context.hpp>
#include <memory>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>

#include "daemon/blocking.h"
#include "daemon/client/daemon_client.h"
#include "daemon/commands/ask_commands.h"
#include "daemon/commands/commands.h"
#include "daemon/commands/report.h"
#include "daemon/exit_code.h"

/// One run of a command that asks a daemon.
namespace plumbline::daemon {

/// What the coroutine of such a command works with. It outlives the coroutine.
struct AskSession {
  std::string_view command;  ///< `status`
  const AskOptions& options;
  const Console& console;
  DaemonClient& client;
};

/// Tells why the daemon did not answer as asked. Returns the exit code.
int fail_ask(const AskSession& session, const std::string& message);

/// An answer as JSON, made to be read.
void print_json(const AskSession& session, const Json& json);

/// Opens a client and runs `work(&session, &command)` to its end. Its exit code.
template <class Command, class Work>
int run_ask(std::string_view name, const Command& command, const Console& console, Work work) {
  boost::asio::io_context io(1);
  auto client = DaemonClient::open(io.get_executor(), command.ask.server, console.environment);
  if (!client) {
    const auto format = command.ask.format == AnswerFormat::json ? OutputFormat::json : OutputFormat::text;
    const Diagnostic problem{.where = {}, .summary = client.error().message, .detail = {}};
    return report_failure(console.out, console.err, format, {{problem}, exit_code::kUsage});
  }
  AskSession session{.command = name, .options = command.ask, .console = console, .client = **client};
  return run_until_done(io, work(&session, &command));
}

}  // namespace plumbline::daemon
