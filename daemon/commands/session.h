#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/thread_pool.hpp>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/diagnostic.h"
#include "daemon/blocking.h"
#include "daemon/commands/commands.h"
#include "daemon/commands/report.h"
#include "daemon/commands/selection.h"
#include "daemon/config/environment.h"
#include "daemon/controller/runtime.h"
#include "daemon/controller/source_access.h"
#include "daemon/exit_code.h"
#include "manifests/worker.h"
#include "reconciler/reconcile.h"

namespace plumbline::daemon {

/// One run of `plan`, `apply`, `adopt` or `release` over the source that it selects, from the manifests to open
/// connections. It has an io_context of its own; coroutines run on it.
class Session {
 public:
  Session(Selection selection, reconciler::JournalMode journal_mode, const Environment& environment, Logger& logger);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  enum class Manifests { read, leave };

  /// Reads keys and credentials. With Manifests::read it also fetches and loads the manifests.
  Awaitable<Result<void, CommandFailure>> open(Manifests manifests = Manifests::read);

  /// Null with Manifests::leave.
  [[nodiscard]] const std::shared_ptr<const manifests::DesiredState>& desired() const { return desired_; }

  /// For single calls outside of a plan. Valid after open() has succeeded.
  [[nodiscard]] reconciler::Scope scope() const;

  /// Observes and plans. The plan's diagnostics include notes for a person beyond those of the manifests.
  Awaitable<Result<reconciler::Plan, CommandFailure>> plan(SelectOptions options, std::string digest);

  /// Applies the plan that was made last.
  Awaitable<reconciler::ApplyReport> apply(reconciler::Plan plan, reconciler::ApplyOptions options);

  /// What open() or plan() is reading, for a person who waits; empty if neither runs.
  [[nodiscard]] std::string doing() const;

  /// Until when no call to the account gets a turn; nothing if calls do.
  [[nodiscard]] std::optional<TimePoint> waits_until() const;

  /// Calls that wait for their turn give up; calls that were sent go on.
  void stop_waiting() { runtime_.stop_waiting(); }

  /// Ends connections in good order.
  Awaitable<> close();

  [[nodiscard]] boost::asio::io_context& io() { return io_; }

 private:
  enum class Reading : std::uint8_t { nothing, source, account };

  Awaitable<Neighbours> load_neighbours();
  [[nodiscard]] std::vector<Diagnostic> notes() const;

  Selection selection_;
  const Environment& environment_;
  boost::asio::io_context io_{1};
  boost::asio::thread_pool pool_{2};
  Runtime runtime_;
  const SourceConfig& source_;
  SourceAccess access_;
  std::shared_ptr<const manifests::DesiredState> desired_;
  Neighbours neighbours_;
  reconciler::Scope scope_;
  Reading reading_ = Reading::nothing;
};

/// Runs a command that writes: `Work(command, console, session).run()`, over the source that the command selects. Its
/// exit code.
template <class Work, class Command>
int run_in_session(const Command& command, const Console& console) {
  auto selection = select_source(command.select, Needs::account, console.environment);
  if (!selection) {
    return report_failure(console.out, console.err, command.select.output,
                          {selection.error(), exit_code::kConfiguration});
  }
  Session session(std::move(*selection), reconciler::JournalMode::read_write, console.environment, console.logger);
  Work work(command, console, &session);
  return run_until_done(session.io(), work.run());
}

}  // namespace plumbline::daemon
