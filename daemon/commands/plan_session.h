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
#include "daemon/controller/source_session.h"
#include "manifests/worker.h"
#include "reconciler/reconcile.h"

namespace plumbline::daemon {

/// Why a command ends before it has a plan.
struct CommandFailure {
  std::vector<Diagnostic> diagnostics;
  int exit_code = 1;
};

/// Everything that `plan` and `apply` need around one pass, from the selected source to the open connections.
class PlanSession {
 public:
  PlanSession(Selection selection, reconciler::JournalMode journal_mode, const Environment& environment,
              Logger& logger);
  ~PlanSession();
  PlanSession(const PlanSession&) = delete;
  PlanSession& operator=(const PlanSession&) = delete;

  enum class Manifests { read, leave };

  /// Reads keys and credentials, and, unless they are left, fetches and loads the manifests.
  Awaitable<Result<void, CommandFailure>> open(Manifests manifests = Manifests::read);

  /// Null if manifests were left.
  [[nodiscard]] const std::shared_ptr<const manifests::DesiredState>& desired() const { return desired_; }

  /// For calls by hand, outside of a plan.
  [[nodiscard]] reconciler::Scope scope() const;

  /// Observes and plans. The plan's diagnostics include what a person should know beyond the manifests.
  Awaitable<Result<reconciler::Plan, CommandFailure>> plan(SelectOptions options, std::string digest);

  /// Applies the plan that was made last.
  Awaitable<reconciler::ApplyReport> apply(reconciler::Plan plan, reconciler::ApplyOptions options);

  /// Calls that wait for their turn give up, those that are sent go on.
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
  SourceSession session_;
  std::shared_ptr<const manifests::DesiredState> desired_;
  Neighbours neighbours_;
  reconciler::Scope scope_;
};

}  // namespace plumbline::daemon
