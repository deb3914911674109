#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/thread_pool.hpp>
#include <memory>
#include <string>
#include <vector>

#include "base/diagnostic.h"
#include "daemon/commands/selection.h"
#include "daemon/config/environment.h"
#include "daemon/controller/runtime.h"
#include "daemon/controller/source_access.h"
#include "manifests/worker.h"
#include "reconciler/reconcile.h"

namespace plumbline::daemon {

/// Why a command ends without a plan.
struct CommandFailure {
  std::vector<Diagnostic> diagnostics;
  int exit_code = 1;
};

/// Everything that `plan` and `apply` need around one pass, from the selected source to open connections. It has an
/// io_context of its own; coroutines run on it.
class PlanSession {
 public:
  PlanSession(Selection selection, reconciler::JournalMode journal_mode, const Environment& environment,
              Logger& logger);
  ~PlanSession();
  PlanSession(const PlanSession&) = delete;
  PlanSession& operator=(const PlanSession&) = delete;

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

  /// Calls that wait for their turn give up; calls that were sent go on.
  void stop_waiting() { runtime_.stop_waiting(); }

  /// Ends connections in good order.
  Awaitable<> close();

  [[nodiscard]] boost::asio::io_context& io() { return io_; }

 private:
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
};

}  // namespace plumbline::daemon
