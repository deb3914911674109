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
using reconciler::ResourceChange;
using reconciler::ResourceResult;
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

void set_blocked(WorkerResult& result, const reconciler::Block& block) {
  result.status = Status::failed;
  result.message = block.reason + ": " + block.message;
}

// What the second look at a route or a domain came to. One that it had nothing to do for was a success after all.
void settle(ResourceResult& resource, const WorkerChange* change, const WorkerResult* again) {
  if (resource.status == Status::done) return;
  const auto made = again == nullptr ? std::vector<ResourceResult>() : again->resources;
  const auto found = std::ranges::find(made, resource.address, &ResourceResult::address);
  if (found != made.end()) {
    resource.status = found->status;
    resource.error = found->error;
    resource.message = found->message;
    return;
  }
  const bool blocked = change != nullptr && std::ranges::any_of(change->resources, [&resource](const auto& other) {
                         return address_of(other) == resource.address && other.block;
                       });
  resource.status = blocked ? Status::failed : Status::done;
  resource.error.reset();
  resource.message.clear();
}

void settle(WorkerResult& result, const WorkerChange* change, const WorkerResult* again) {
  for (auto& resource : result.resources) settle(resource, change, again);
  if (again != nullptr) {
    // Its own part may have been done before, and only what leads to it was open.
    if (result.own != Status::done) result.own = again->own;
    result.status = again->status;
    result.error = again->error;
    result.message = again->message;
    return;
  }
  result.error.reset();
  if (change != nullptr && change->block) {
    result.own = Status::failed;
    set_blocked(result, *change->block);
    return;
  }
  // The lost answer was a success after all.
  result.own = Status::done;
  result.status = Status::done;
  result.message.clear();
  if (change == nullptr) return;
  const auto held =
      std::ranges::find_if(change->resources, [](const auto& resource) { return resource.block.has_value(); });
  if (held != change->resources.end()) set_blocked(result, *held->block);
}

void settle(ResourceResult& zone_worker, const Plan& plan, const ApplyReport& round) {
  const auto again = std::ranges::find(round.zone_workers, zone_worker.address, &ResourceResult::address);
  if (again != round.zone_workers.end()) {
    zone_worker.status = again->status;
    zone_worker.error = again->error;
    zone_worker.message = again->message;
    return;
  }
  const auto change = std::ranges::find_if(
      plan.zone_workers, [&zone_worker](const auto& other) { return address_of(other) == zone_worker.address; });
  const bool blocked = change != plan.zone_workers.end() && change->block;
  zone_worker.status = blocked ? Status::failed : Status::done;
  zone_worker.error.reset();
  zone_worker.message = blocked ? change->block->reason + ": " + change->block->message : "";
}

// Whether a plan that somebody has looked at makes this very change.
bool has_change(const WorkerChange& approved, const ResourceChange& resource) {
  return std::ranges::any_of(approved.resources, [&resource](const ResourceChange& other) {
    return address_of(other) == address_of(resource) && other.action == resource.action;
  });
}

// Whether all of `lines` are about what stands in `approved` as well.
bool has_lines(const std::vector<reconciler::ChangeLine>& approved, const std::vector<reconciler::ChangeLine>& lines) {
  return std::ranges::all_of(lines, [&approved](const auto& line) {
    return std::ranges::find(approved, line.what, &reconciler::ChangeLine::what) != approved.end();
  });
}

void hold_back(std::optional<reconciler::Block>& block, std::string_view what) {
  block = reconciler::Block{"PlanChanged", "somebody changed the " + std::string(what) + " since the plan was made",
                            "look at a new plan and apply that one"};
}

// Whether something of it, or of what leads to it, could not be read.
bool is_unread(const WorkerChange& change) {
  const bool unread = change.live && change.live->failure;
  return unread || std::ranges::any_of(change.resources, &ResourceChange::unread);
}

bool is_equal(const WorkerChange& change) {
  return change.action == Action::no_op && !change.block &&
         std::ranges::all_of(change.resources, [](const ResourceChange& resource) {
           return (resource.action == Action::no_op || resource.action == Action::forget) && !resource.block;
         });
}

bool holds_back(const WorkerChange& change) {
  return change.block ||
         std::ranges::any_of(change.resources, [](const auto& resource) { return resource.block.has_value(); });
}

// What a zone runs is managed like a Worker, and told beside them.
WorkerStatus status_of(const reconciler::ZoneWorkerChange& change, const ApplyReport& report) {
  WorkerStatus status{.name = address_of(change)};
  const auto result = std::ranges::find(report.zone_workers, status.name, &ResourceResult::address);
  const bool applied = result != report.zone_workers.end() && result->status == Status::done;
  const bool synced = !change.block && (change.action == Action::no_op || applied);
  status.sync = synced ? SyncStatus::synced : change.unread ? SyncStatus::unknown : SyncStatus::out_of_sync;
  if (change.action == Action::create && !applied) status.health = HealthStatus::missing;
  return status;
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
  for (const auto& result : report.zone_workers) {
    if (result.status == Status::replan || result.status == Status::skipped) names.insert(result.address);
  }
  return names;
}

void keep_only(Plan& plan, const std::set<std::string>& names) {
  std::erase_if(plan.workers, [&names](const WorkerChange& change) { return !names.contains(change.name); });
  std::erase_if(plan.zone_workers, [&names](const auto& change) { return !names.contains(address_of(change)); });
}

void hold_back_additions(Plan& plan, const Plan& approved) {
  for (auto& change : plan.workers) {
    const auto* before = find_change(approved, change.name);
    for (auto& resource : change.resources) {
      const bool in_it = before != nullptr && has_change(*before, resource);
      if (resource.writes() && !in_it) hold_back(resource.block, "route or domain");
    }
    if (!change.writes()) continue;
    const bool in_it = before != nullptr && (before->action == Action::remove) == (change.action == Action::remove) &&
                       has_lines(before->lines, change.lines);
    if (!in_it) hold_back(change.block, "Worker");
  }
  for (auto& change : plan.zone_workers) {
    const bool in_it = std::ranges::any_of(approved.zone_workers, [&change](const auto& before) {
      return before.zone == change.zone && before.action == change.action && has_lines(before.lines, change.lines);
    });
    if (change.writes() && !in_it) hold_back(change.block, "zone");
  }
}

void merge_round(ApplyReport& report, const Plan& plan, const ApplyReport& round) {
  const auto open = open_workers(report);
  for (auto& result : report.workers) {
    if (!open.contains(result.name)) continue;
    settle(result, find_change(plan, result.name), find_result(round, result.name));
  }
  for (auto& result : report.zone_workers) {
    if (open.contains(result.address)) settle(result, plan, round);
  }
  report.calls += round.calls;
  report.tally();
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

bool is_reported_drift(const reconciler::AddressedBlock& block) {
  return block.drift && block.block->reason == "Drifted";
}

std::vector<reconciler::AddressedBlock> held_up(const Plan& plan) {
  auto blocks = blocks_of(plan);
  std::erase_if(blocks, is_reported_drift);
  return blocks;
}

bool is_blocked(const Plan& plan) {
  return !held_up(plan).empty();
}

bool is_interrupted(const PassReport& report) {
  if (!report.plan) return true;
  if (!report.plan->has_writes()) return false;
  const auto& applied = report.applied;
  const auto skipped = [](const auto& result) { return result.status == Status::skipped; };
  return (applied.workers.empty() && applied.zone_workers.empty()) || std::ranges::any_of(applied.workers, skipped) ||
         std::ranges::any_of(applied.zone_workers, skipped);
}

PassResult result_of(const PassReport& report) {
  if (!report.plan || report.plan->errored || report.applied.failed()) return PassResult::error;
  if (is_blocked(*report.plan)) return PassResult::blocked;
  return report.applied.calls > 0 ? PassResult::success : PassResult::noop;
}

PassEnd end_of(const PassReport& report) {
  if (!report.plan) return PassEnd::retry;
  // A Worker that could not be read has no plan: it is worth another look soon.
  const bool unread = std::ranges::any_of(report.plan->workers, is_unread) ||
                      std::ranges::any_of(report.plan->zone_workers, &reconciler::ZoneWorkerChange::unread);
  if (unread) return PassEnd::retry;
  const auto is_open = [](const auto& result) {
    return result.status == Status::replan || (result.error && may_mend_itself(*result.error));
  };
  const bool open =
      std::ranges::any_of(report.applied.workers, is_open) || std::ranges::any_of(report.applied.zone_workers, is_open);
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
    const bool synced = is_equal(change) || (applied && !holds_back(change));
    status.sync = synced ? SyncStatus::synced : is_unread(change) ? SyncStatus::unknown : SyncStatus::out_of_sync;
    if (!change.live && !applied) status.health = HealthStatus::missing;
    statuses.push_back(std::move(status));
  }
  for (const auto& change : report.plan->zone_workers) statuses.push_back(status_of(change, report.applied));
  return statuses;
}

std::string summary_of(const PassReport& report) {
  if (!report.plan) return report.error ? api::to_text(*report.error) : "the account could not be read";
  const auto& applied = report.applied;
  std::string text = std::to_string(applied.added) + " added, " + std::to_string(applied.changed) + " changed, " +
                     std::to_string(applied.destroyed) + " destroyed";
  if (applied.imported > 0) text = std::to_string(applied.imported) + " imported, " + text;
  const auto not_done = [](const auto& result) { return result.status != Status::done; };
  const auto failed =
      std::ranges::count_if(applied.workers, not_done) + std::ranges::count_if(applied.zone_workers, not_done);
  if (failed > 0) text += ", " + std::to_string(failed) + " failed";
  const auto errors = std::ranges::count(report.plan->diagnostics, Severity::error, &Diagnostic::severity);
  if (errors > 0) text += ", " + counted(static_cast<std::size_t>(errors), "manifest error");
  const auto blocked = held_up(*report.plan).size();
  if (blocked > 0) text += ", " + std::to_string(blocked) + " blocked";
  return text;
}

}  // namespace plumbline::daemon
