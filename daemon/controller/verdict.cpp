#include "daemon/controller/verdict.h"

#include <algorithm>
#include <utility>

#include "api/reaction.h"
#include "base/text.h"
#include "reconciler/model/ownership.h"

namespace plumbline::daemon {
namespace {

using reconciler::Action;
using reconciler::AddressedResult;
using reconciler::ApplyReport;
using reconciler::Block;
using reconciler::ExposureChange;
using reconciler::Plan;
using reconciler::Reason;
using reconciler::WorkerChange;
using Status = reconciler::ChangeStatus;

// Whether a part of the Worker or of its exposure could not be read.
bool is_unread(const WorkerChange& change) {
  const bool unread = change.live && change.live->failure;
  return unread || std::ranges::any_of(change.exposure, &ExposureChange::unread);
}

bool is_equal(const WorkerChange& change) {
  return change.action == Action::no_op && !change.block &&
         std::ranges::all_of(change.exposure, [](const ExposureChange& exposure) {
           return (exposure.action == Action::no_op || exposure.action == Action::forget) && !exposure.block;
         });
}

// If the API cannot be reached, or told us to wait, another try is useful. A request that the API calls wrong will be
// wrong again.
bool may_mend_itself(const api::Error& error) {
  return api::reaction(error) != api::Reaction::ask_user;
}

// The first block of a Worker: its own, or one of its exposure.
const Block* block_of(const WorkerChange& change) {
  if (change.block) return &*change.block;
  const auto held = std::ranges::find_if(change.exposure, [](const auto& exposure) { return !!exposure.block; });
  return held == change.exposure.end() ? nullptr : &*held->block;
}

void explain(WorkerStatus& status, const Block& block) {
  status.reason = to_string(block.reason);
  status.message = block.message;
  status.mend = block.override_with;
}

void explain(WorkerStatus& status, Status result, const std::string& message) {
  if (result == Status::done) return;
  status.reason = result == Status::failed    ? "ReconciliationFailed"
                  : result == Status::skipped ? "DependencyNotReady"
                                              : "Progressing";
  status.message = message;
}

WorkerStatus status_of(const WorkerChange& change, const ApplyReport& applied) {
  WorkerStatus status{.name = change.name};
  const auto* result = applied.find(change.name);
  const bool written = result != nullptr && result->status == Status::done;
  const auto* block = block_of(change);
  const bool synced = is_equal(change) || (written && block == nullptr);
  status.sync = synced ? SyncStatus::synced : is_unread(change) ? SyncStatus::unknown : SyncStatus::out_of_sync;
  if (!change.live && !written) status.health = HealthStatus::missing;
  if (synced) return status;
  if (block != nullptr) {
    explain(status, *block);
  } else if (result != nullptr) {
    explain(status, result->status, result->message);
  }
  return status;
}

// The script of a zone is managed like a Worker, and listed beside the Workers.
WorkerStatus status_of(const reconciler::ZoneWorkerChange& change, const ApplyReport& applied) {
  WorkerStatus status{.name = address_of(change)};
  const auto result = std::ranges::find(applied.zone_workers, status.name, &AddressedResult::address);
  const bool told = result != applied.zone_workers.end();
  const bool written = told && result->status == Status::done;
  const bool synced = !change.block && (change.action == Action::no_op || written);
  status.sync = synced ? SyncStatus::synced : change.unread ? SyncStatus::unknown : SyncStatus::out_of_sync;
  if (change.action == Action::create && !written) status.health = HealthStatus::missing;
  if (change.block) {
    explain(status, *change.block);
  } else if (told) {
    explain(status, result->status, result->message);
  }
  return status;
}

// Its desired state is unknown, so the live state cannot be compared with anything.
WorkerStatus status_of(const reconciler::BrokenWorker& broken) {
  return {.name = broken.name,
          .sync = SyncStatus::unknown,
          .health = broken.is_live ? HealthStatus::unknown : HealthStatus::missing,
          .reason = std::string(to_string(Reason::source_incomplete)),
          .message = "its manifest has an error, so it is left as it is",
          .mend = "correct the manifest"};
}

// Whether a Worker is to be deleted once the other sources of the account are known.
bool waits_to_go(const WorkerChange& change, const PassReport& report) {
  if (change.action != Action::forget || report.deletes_wait_for.empty() || !change.live) return false;
  const auto owned = reconciler::ownership_of(reconciler::live_tags(*change.live));
  return owned && !owned->keep;
}

bool has_manifest_errors(const PassReport& report) {
  return report.plan && report.plan->errored;
}

std::string first_manifest_error(const Plan& plan) {
  const auto found = std::ranges::find(plan.diagnostics, Severity::error, &Diagnostic::severity);
  return found == plan.diagnostics.end() ? std::string() : to_text(*found);
}

// The failure that a person should look at first.
std::string first_failure(const PassReport& report) {
  if (report.error) return api::to_text(*report.error);
  for (const auto& result : report.applied.workers) {
    if (!result.message.empty()) return "worker." + result.name + ": " + result.message;
  }
  for (const auto& result : report.applied.zone_workers) {
    if (!result.message.empty()) return result.address + ": " + result.message;
  }
  return report.plan ? first_manifest_error(*report.plan) : "the account could not be read";
}

template <class Predicate>
bool any_error(const PassReport& report, Predicate is) {
  if (report.error) return is(*report.error);
  const auto has = [&is](const auto& result) { return result.error && is(*result.error); };
  return std::ranges::any_of(report.applied.workers, has) || std::ranges::any_of(report.applied.zone_workers, has);
}

bool is_rate_limited(const api::Error& error) {
  return api::reaction(error) == api::Reaction::wait;
}

bool is_refused(const api::Error& error) {
  return !may_mend_itself(error);
}

Judgement judged(const Block& block, const std::string& address) {
  return {Truth::yes, std::string(to_string(block.reason)), address + ": " + block.message};
}

Judgement all_well() {
  return {Truth::no, "Succeeded", {}};
}

}  // namespace

bool is_reported_drift(const reconciler::AddressedBlock& block) {
  return block.drift && block.block->reason == reconciler::Reason::drifted;
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
  // A Worker that could not be read has no plan, so it is worth another pass soon.
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

std::string wait_of(const PassReport& report) {
  return "nothing is deleted until source " + report.deletes_wait_for + ", of the same account, has been fetched";
}

std::vector<WorkerStatus> worker_statuses(const PassReport& report) {
  std::vector<WorkerStatus> statuses;
  if (!report.plan) return statuses;
  for (const auto& change : report.plan->workers) {
    if (waits_to_go(change, report)) {
      statuses.push_back({.name = change.name,
                          .sync = SyncStatus::out_of_sync,
                          .reason = "DependencyNotReady",
                          .message = wait_of(report)});
    }
    if (change.action == Action::forget) continue;
    const auto* result = report.applied.find(change.name);
    const bool gone = change.action == Action::remove && result != nullptr && result->status == Status::done;
    if (!gone) statuses.push_back(status_of(change, report.applied));
  }
  for (const auto& broken : report.plan->broken) statuses.push_back(status_of(broken));
  for (const auto& change : report.plan->zone_workers) statuses.push_back(status_of(change, report.applied));
  return statuses;
}

SyncStatus sync_of(const PassReport& report) {
  if (!report.plan) return SyncStatus::unknown;
  const auto statuses = worker_statuses(report);
  const auto any = [&statuses](SyncStatus sync) {
    return std::ranges::find(statuses, sync, &WorkerStatus::sync) != statuses.end();
  };
  if (has_manifest_errors(report) || !report.deletes_wait_for.empty() || any(SyncStatus::out_of_sync)) {
    return SyncStatus::out_of_sync;
  }
  return any(SyncStatus::unknown) ? SyncStatus::unknown : SyncStatus::synced;
}

Judgement ready_of(const PassReport& report) {
  if (!report.plan || report.applied.failed()) return {Truth::no, "ReconciliationFailed", first_failure(report)};
  if (has_manifest_errors(report)) {
    return {Truth::no, std::string(to_string(Reason::source_incomplete)), first_manifest_error(*report.plan)};
  }
  if (auto blocked = blocked_of(*report.plan); blocked.status == Truth::yes) {
    blocked.status = Truth::no;
    return blocked;
  }
  if (!report.deletes_wait_for.empty()) return {Truth::unknown, "Progressing", wait_of(report)};
  return {Truth::yes, "ReconciliationSucceeded", summary_of(report)};
}

Judgement blocked_of(const Plan& plan) {
  const auto blocks = held_up(plan);
  return blocks.empty() ? all_well() : judged(*blocks.front().block, blocks.front().address);
}

Judgement stalled_of(const PassReport& report) {
  if (any_error(report, is_refused)) return {Truth::yes, "ReconciliationFailed", first_failure(report)};
  if (!report.plan) return all_well();
  for (const auto& held : held_up(*report.plan)) {
    if (held.block->reason == Reason::perpetual_diff) return judged(*held.block, held.address);
  }
  if (!has_manifest_errors(report)) return all_well();
  return {Truth::yes, std::string(to_string(Reason::source_incomplete)), first_manifest_error(*report.plan)};
}

Judgement rate_limited_of(const PassReport& report) {
  return any_error(report, is_rate_limited) ? Judgement{Truth::yes, "BudgetExhausted", first_failure(report)}
                                            : all_well();
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
