#include "daemon/controller/verdict.h"

#include <algorithm>
#include <utility>

#include "api/reaction.h"
#include "base/text.h"
#include "daemon/controller/result_words.h"
#include "daemon/controller/worker_status.h"

namespace plumbline::daemon {
namespace {

using reconciler::AddressedBlock;
using reconciler::Plan;
using reconciler::Reason;
using Status = reconciler::ChangeStatus;

// If the API cannot be reached, or told us to wait, another try is useful. A request that the API calls wrong will be
// wrong again.
bool may_mend_itself(const api::Error& error) {
  return api::reaction(error) != api::Reaction::ask_user;
}

bool has_manifest_errors(const PassReport& report) {
  return report.plan && report.plan->errored;
}

// `worker.a: ` where it is about that one alone; `worker.a, worker.b and 3 more. worker.a: `
std::string about(const std::vector<std::string>& addresses) {
  const auto first = addresses.front() + ": ";
  return addresses.size() == 1 ? first : listed(addresses) + ". " + first;
}

// The Workers that have errors, and the first error, which may be that of any of them.
std::string manifest_errors(const Plan& plan) {
  const auto found = std::ranges::find(plan.diagnostics, Severity::error, &Diagnostic::severity);
  if (found == plan.diagnostics.end()) return {};
  std::vector<std::string> broken;
  broken.reserve(plan.broken.size());
  for (const auto& worker : plan.broken) broken.push_back(reconciler::worker_address(worker.name));
  return (broken.empty() ? "" : listed(broken) + ": ") + to_text(*found);
}

// Every change that failed, and why the first of them did.
std::string failures(const PassReport& report) {
  if (report.error) return report.why_no_plan();
  std::vector<std::string> addresses;
  std::string message;
  const auto add = [&](std::string address, const std::string& why) {
    if (why.empty()) return;
    if (addresses.empty()) message = why;
    addresses.push_back(std::move(address));
  };
  for (const auto& result : report.applied.workers) add(reconciler::worker_address(result.name), result.message);
  for (const auto& result : report.applied.zone_workers) add(result.address, result.message);
  if (!addresses.empty()) return about(addresses) + message;
  return report.plan ? manifest_errors(*report.plan) : report.why_no_plan();
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

// `worker.a`, `route.shop.example.com/* of worker.shop`
std::string subject_of(const AddressedBlock& held) {
  return held.worker.empty() ? held.address : held.address + " of " + held.worker;
}

// `OwnershipConflict: worker.a, worker.b and 3 more; DataLoss: worker.c`, in the order in which they stand in the plan.
std::string by_reason(const std::vector<AddressedBlock>& blocks) {
  std::vector<std::pair<Reason, std::vector<std::string>>> groups;
  for (const auto& held : blocks) {
    const auto reason = held.block->reason;
    auto group = std::ranges::find(groups, reason, &decltype(groups)::value_type::first);
    if (group == groups.end()) group = groups.insert(groups.end(), {reason, {}});
    group->second.push_back(subject_of(held));
  }
  std::string text;
  for (const auto& [reason, subjects] : groups) {
    text += (text.empty() ? "" : "; ") + std::string(to_string(reason)) + ": " + listed(subjects);
  }
  return text;
}

// The first one gives the reason. `blocks` is not empty.
Judgement judged(const std::vector<AddressedBlock>& blocks) {
  const auto& first = blocks.front();
  auto text = by_reason(blocks);
  text += blocks.size() == 1 ? ": " : ". " + subject_of(first) + ": ";
  return {Truth::yes, std::string(to_string(first.block->reason)), text + first.block->message};
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
  if (report.applied.superseded > 0) return PassResult::superseded;
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
  if (!report.plan || report.applied.failed()) return {Truth::no, "ReconciliationFailed", failures(report)};
  if (has_manifest_errors(report)) {
    return {Truth::no, std::string(to_string(Reason::source_incomplete)), manifest_errors(*report.plan)};
  }
  if (auto blocked = blocked_of(*report.plan); blocked.status == Truth::yes) {
    blocked.status = Truth::no;
    return blocked;
  }
  if (!report.deletes_wait_for.empty()) return {Truth::unknown, "Progressing", wait_of(report)};
  if (report.applied.superseded > 0) return {Truth::unknown, "Progressing", "a newer revision has come"};
  if (report.plan->deferred > 0) {
    return {Truth::unknown, "Progressing", counted(report.plan->deferred, "Worker") + " are still to be read"};
  }
  return {Truth::yes, "ReconciliationSucceeded", summary_of(report)};
}

Judgement blocked_of(const Plan& plan) {
  const auto blocks = held_up(plan);
  return blocks.empty() ? all_well() : judged(blocks);
}

Judgement stalled_of(const PassReport& report) {
  if (any_error(report, is_refused)) return {Truth::yes, "ReconciliationFailed", failures(report)};
  if (!report.plan) return all_well();
  auto endless = held_up(*report.plan);
  std::erase_if(endless, [](const auto& held) { return held.block->reason != Reason::perpetual_diff; });
  if (!endless.empty()) return judged(endless);
  if (!has_manifest_errors(report)) return all_well();
  return {Truth::yes, std::string(to_string(Reason::source_incomplete)), manifest_errors(*report.plan)};
}

Judgement rate_limited_of(const PassReport& report) {
  return any_error(report, is_rate_limited) ? Judgement{Truth::yes, "BudgetExhausted", failures(report)} : all_well();
}

std::string summary_of(const PassReport& report) {
  if (!report.plan) return report.why_no_plan();
  const auto& applied = report.applied;
  std::string text = std::to_string(applied.added) + " added, " + std::to_string(applied.changed) + " changed, " +
                     std::to_string(applied.destroyed) + " destroyed";
  if (applied.imported > 0) text = std::to_string(applied.imported) + " imported, " + text;
  const auto not_done = [](const auto& result) { return result.status != Status::done; };
  const auto failed =
      std::ranges::count_if(applied.workers, not_done) + std::ranges::count_if(applied.zone_workers, not_done);
  if (failed > 0) text += ", " + std::to_string(failed) + " failed";
  if (applied.superseded > 0) text += ", " + std::to_string(applied.superseded) + " left to a newer revision";
  if (report.plan->deferred > 0) text += ", " + std::to_string(report.plan->deferred) + " still to be read";
  const auto errors = std::ranges::count(report.plan->diagnostics, Severity::error, &Diagnostic::severity);
  if (errors > 0) text += ", " + counted(static_cast<std::size_t>(errors), "manifest error");
  const auto blocked = held_up(*report.plan).size();
  if (blocked > 0) text += ", " + std::to_string(blocked) + " blocked";
  return text;
}

}  // namespace plumbline::daemon
