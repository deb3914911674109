#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/thread_pool.hpp>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <exception>
#include <memory>
#include <ostream>
#include <random>
#include <utility>

#include "base/text.h"
#include "daemon/blocking.h"
#include "daemon/commands/commands.h"
#include "daemon/commands/report.h"
#include "daemon/commands/selection.h"
#include "daemon/config/proxy.h"
#include "daemon/config/service_credentials.h"
#include "daemon/controller/daemon.h"
#include "daemon/controller/listener_tls.h"
#include "daemon/exit_code.h"
#include "daemon/systemd/notifier.h"
#include "daemon/systemd/passed_sockets.h"
#include "daemon/systemd/watchdog.h"

namespace plumbline::daemon {
namespace {

namespace asio = boost::asio;

constexpr std::chrono::minutes kLongestOpening{10};

Jitter random_jitter() {
  auto engine = std::make_shared<std::mt19937>(std::random_device{}());
  return [engine] { return std::uniform_real_distribution<double>(0, 1)(*engine); };
}

// SIGHUP reloads, as people expect of a daemon.
void watch_signals(asio::signal_set& signals, Daemon& daemon, Logger& logger) {
  signals.async_wait([&signals, &daemon, &logger](const boost::system::error_code& error, int signal) {
    if (error) return;
    if (signal == SIGHUP) {
      // What came of it is in the log.
      asio::co_spawn(signals.get_executor(), daemon.reload(), [](const std::exception_ptr&, const Result<void>&) {});
      watch_signals(signals, daemon, logger);
      return;
    }
    logger.info("asked to stop", {{"signal", signal == SIGINT ? "SIGINT" : "SIGTERM"}});
    daemon.stop();
    // The next signal ends the process at once.
    signals.clear();
  });
}

}  // namespace

int run_daemon(const RunCommand& command, const Console& console) {
  auto loaded = load_config(command.config_file);
  print_diagnostics(console.err, loaded.diagnostics);
  if (has_errors(loaded.diagnostics)) return exit_code::kConfiguration;
  const auto missing = service_credential_problems(command.config_file, loaded.config, console.environment);
  print_diagnostics(console.err, missing);
  if (has_errors(missing)) return exit_code::kConfiguration;
  if (auto proxy = proxy_from(console.environment); !proxy) {
    console.err << "plumbline run: " << proxy.error().message << '\n';
    return exit_code::kConfiguration;
  }
  const auto sockets = PassedSockets::take_from(console.environment);
  const auto unserved = passed_socket_problems(command.config_file, loaded.config.server, sockets);
  print_diagnostics(console.err, unserved);
  if (has_errors(unserved)) return exit_code::kConfiguration;
  const auto tls = listener_tls_problems(loaded.config.server.tls, console.environment);
  print_diagnostics(console.err, tls);
  if (has_errors(tls)) return exit_code::kConfiguration;
  const auto journal = journal_path_of(loaded.config, console.environment);

  Notifier notifier(console.environment);
  // The journal is checked as a whole when it is opened, in one call that nothing can report from.
  notifier.extend(kLongestOpening);
  asio::io_context io(1);
  // No task on this pool waits for a peer. There are more threads than cores, so that two sources with much to read do
  // not delay a third.
  asio::thread_pool pool(4);
  Daemon daemon(std::move(loaded.config), {.io = io.get_executor(),
                                           .pool = pool.get_executor(),
                                           .environment = &console.environment,
                                           .logger = &console.logger,
                                           .dropped_log_lines = [&console] { return console.streams.dropped_lines(); },
                                           .jitter = random_jitter(),
                                           .journal_path = journal,
                                           .mirrors = mirrors_of_daemon(journal, console.environment),
                                           .config_file = command.config_file,
                                           .notifier = &notifier,
                                           .sockets = &sockets});
  const Watchdog watchdog(io.get_executor(), &notifier);
  asio::signal_set signals(io, SIGINT, SIGTERM, SIGHUP);
  watch_signals(signals, daemon, console.logger);
  const auto end = run_until_done(io, daemon.run());
  if (!end) {
    console.err << "plumbline run: " << printable(end.error().message) << '\n';
    return exit_code::kError;
  }
  // A fetch or a read that hangs must not delay the end. Everything that has to be kept is on the disk, and a fetching
  // child ends with its parent; the remaining coroutine frames cannot be destroyed in good order.
  if (*end == Daemon::End::cut) {
    console.streams.drain_errors();
    std::_Exit(exit_code::kSuccess);
  }
  return exit_code::kSuccess;
}

}  // namespace plumbline::daemon
