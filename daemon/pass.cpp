#include "daemon/pass.h"

#include <algorithm>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <utility>

#include "base/text.h"

namespace plumbline::daemon {
namespace {

namespace asio = boost::asio;
using reconciler::Action;
using reconciler::ApplyReport;
using reconciler::Plan;
using reconciler::WorkerChange;
using reconciler::WorkerResult;
using Status = WorkerResult::Status;

const WorkerResult* find_result(const ApplyReport& report, const std::string& name) {
  const auto found = std::ranges::find(report.workers, name, &WorkerResult::name);
  return found == report.workers.end() ? nullptr : &*found;
}

const WorkerChange* find_change(const Plan& plan, const std::string& name) {
  const auto found = std::ranges::find(plan.workers, name, &WorkerChange::name);
  return found == plan.workers.end() ? nullptr : &*found;
}

void count(ApplyReport& report) {
  report.added = report.changed = report.destroyed = report.imported = 0;
  for (const auto& result : report.workers) {
    if (result.status != Status::done) continue;
    if (result.action == Action::create) ++report.added;
    if (result.action == Action::update) ++(result.importing ? report.imported : report.changed);
    if (result.action == Action::remove) ++report.destroyed;
  }
}

void settle(WorkerResult& result, const WorkerChange* change, const WorkerResult* again) {
  if (again != nullptr) {
    result.status = again->status;
    result.error = again->error;
    result.message = again->message;
    return;
  }
  result.error.reset();
  if (change != nullptr && change->block) {
    result.status = Status::failed;
    result.message = change->block->reason + ": " + change->block->message;
    return;
  }
  // The lost answer was a success after all.
  result.status = Status::done;
  result.message.clear();
}

// A pass that cannot reach the API, or was told to wait, is worth another try; a request that the API calls wrong is
// wrong the next time as well.
bool may_mend_itself(const api::Error& error) {
  return error.kind != api::ErrorKind::invalid;
}

}  // namespace

std::set<std::string> open_workers(const ApplyReport& report) {
  std::set<std::string> names;
  if (!report.needs_replan() || report.account_error() != nullptr) return names;
  for (const auto& result : report.workers) {
    // Whatever waited for an open Worker is open as well.
    if (result.status == Status::replan || result.status == Status::skipped) names.insert(result.name);
  }
  return names;
}

void keep_only(Plan& plan, const std::set<std::string>& names) {
  std::erase_if(plan.workers, [&names](const WorkerChange& change) { return !names.contains(change.name); });
}

void hold_back_additions(Plan& plan, const Plan& approved) {
  for (auto& change : plan.workers) {
    if (!change.writes()) continue;
    const auto* before = find_change(approved, change.name);
    const bool in_it =
        before != nullptr && (before->action == Action::remove) == (change.action == Action::remove) &&
        std::ranges::all_of(change.lines, [before](const auto& line) {
          return std::ranges::find(before->lines, line.what, &reconciler::ChangeLine::what) != before->lines.end();
        });
    if (in_it) continue;
    change.block = reconciler::Block{"PlanChanged", "somebody changed the Worker since the plan was made",
                                     "look at a new plan and apply that one"};
  }
}

void merge_round(ApplyReport& report, const Plan& plan, const ApplyReport& round) {
  const auto open = open_workers(report);
  for (auto& result : report.workers) {
    if (!open.contains(result.name)) continue;
    settle(result, find_change(plan, result.name), find_result(round, result.name));
  }
  report.calls += round.calls;
  count(report);
}

Awaitable<ApplyReport> apply_in_rounds(reconciler::Scope scope, std::shared_ptr<const manifests::DesiredState> desired,
                                       Plan plan, RoundOptions options) {
  auto report = co_await reconciler::apply_plan(scope, desired, plan, options.apply);
  // Only what moved is read again.
  scope.refresh = reconciler::Refresh::list;
  for (std::size_t round = 1; round < options.rounds; ++round) {
    const auto open = open_workers(report);
    if (open.empty() || (options.apply.stopping && options.apply.stopping())) break;
    asio::steady_timer timer(co_await asio::this_coro::executor, options.pause);
    co_await timer.async_wait(asio::use_awaitable);
    auto again = co_await reconciler::plan_pass(scope, desired);
    // The results of the last round stand, and say themselves that they are open.
    if (!again) break;
    keep_only(*again, open);
    if (options.as_approved) hold_back_additions(*again, plan);
    const Plan planned = *again;
    const auto applied = co_await reconciler::apply_plan(scope, desired, std::move(*again), options.apply);
    merge_round(report, planned, applied);
  }
  co_return report;
}

const api::Error* PassReport::account_error() const {
  const bool concerns_account =
      error && (error->kind == api::ErrorKind::forbidden || error->kind == api::ErrorKind::blocked);
  return concerns_account ? &*error : applied.account_error();
}

bool is_reported_drift(const WorkerChange& change) {
  return change.drift && change.block && change.block->reason == "Drifted";
}

bool is_blocked(const Plan& plan) {
  return std::ranges::any_of(plan.workers,
                             [](const WorkerChange& change) { return change.block && !is_reported_drift(change); });
}

bool is_interrupted(const PassReport& report) {
  if (!report.plan) return true;
  if (!report.plan->has_writes()) return false;
  return report.applied.workers.empty() || std::ranges::any_of(report.applied.workers, [](const WorkerResult& result) {
           return result.status == Status::skipped;
         });
}

PassResult result_of(const PassReport& report) {
  if (!report.plan || report.plan->errored || report.applied.failed()) return PassResult::error;
  if (is_blocked(*report.plan)) return PassResult::blocked;
  return report.applied.calls > 0 ? PassResult::success : PassResult::noop;
}

PassEnd end_of(const PassReport& report) {
  if (!report.plan) return PassEnd::retry;
  // A Worker that could not be read has no plan: it is worth another look soon.
  const bool unread = std::ranges::any_of(
      report.plan->workers, [](const WorkerChange& change) { return change.live && change.live->failure; });
  if (unread) return PassEnd::retry;
  const bool open = std::ranges::any_of(report.applied.workers, [](const WorkerResult& result) {
    return result.status == Status::replan || (result.error && may_mend_itself(*result.error));
  });
  return open ? PassEnd::retry : PassEnd::settled;
}

std::vector<WorkerStatus> worker_statuses(const PassReport& report) {
  std::vector<WorkerStatus> statuses;
  if (!report.plan) return statuses;
  for (const auto& change : report.plan->workers) {
    if (change.action == Action::forget) continue;
    const auto* result = find_result(report.applied, change.name);
    const bool applied = result != nullptr && result->status == Status::done;
    if (applied && change.action == Action::remove) continue;
    WorkerStatus status{.name = change.name};
    const bool unread = change.live && change.live->failure;
    const bool equal = change.action == Action::no_op && !change.block;
    status.sync = equal || applied ? SyncStatus::synced : unread ? SyncStatus::unknown : SyncStatus::out_of_sync;
    if (!change.live && !applied) status.health = HealthStatus::missing;
    statuses.push_back(std::move(status));
  }
  return statuses;
}

std::string summary_of(const PassReport& report) {
  if (!report.plan) return report.error ? api::to_text(*report.error) : "the account could not be read";
  const auto& applied = report.applied;
  std::string text = std::to_string(applied.added) + " added, " + std::to_string(applied.changed) + " changed, " +
                     std::to_string(applied.destroyed) + " destroyed";
  if (applied.imported > 0) text = std::to_string(applied.imported) + " imported, " + text;
  const auto failed =
      std::ranges::count_if(applied.workers, [](const WorkerResult& result) { return result.status != Status::done; });
  if (failed > 0) text += ", " + std::to_string(failed) + " failed";
  const auto errors = std::ranges::count(report.plan->diagnostics, Severity::error, &Diagnostic::severity);
  if (errors > 0) text += ", " + counted(static_cast<std::size_t>(errors), "manifest error");
  const auto blocked = std::ranges::count_if(
      report.plan->workers, [](const WorkerChange& change) { return change.block && !is_reported_drift(change); });
  if (blocked > 0) text += ", " + std::to_string(blocked) + " blocked";
  return text;
}

}  // namespace plumbline::daemon
