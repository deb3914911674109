#include "reconciler/apply/apply_zone_workers.h"

#include <utility>

#include "reconciler/apply/send.h"
#include "reconciler/apply/steps/ending.h"
#include "reconciler/journal/zone_memory.h"
#include "reconciler/model/zones.h"
#include "reconciler/observe/read_again.h"

namespace plumbline::reconciler {
namespace {

Awaitable<api::Result<JsonObject>> journalled(const Scope* scope,
                                              std::shared_ptr<const manifests::DesiredState> desired,
                                              std::string address, const PlannedCall* call) {
  if (call->expected) {
    const auto there = co_await is_still_there(scope->account, call);
    if (!there) co_return std::unexpected(there.error());
    if (!*there) co_return JsonObject();
  }
  auto prepared = co_await prepare_call(scope, std::move(desired), nullptr, call);
  if (!prepared) co_return std::unexpected(std::move(prepared.error()));
  const auto id = co_await scope->journal->begin(intent_of(*scope, std::move(address), *call));
  auto answer = co_await send_call(scope->account, call, std::move(*prepared));
  co_await scope->journal->end(id, answer ? Outcome::done : outcome_of(answer.error()));
  co_return answer;
}

// Nothing at a filter says whose it is. What is asked for is remembered as ours before the first call, so that a commit
// that drops it finds it even if we die in between. As long as no state is remembered with it, it is no drift.
Awaitable<> remember_begun(const Scope* scope, const ZoneWorkerChange* change) {
  const auto notes = exposure_notes(scope->account.id, scope->policy.owner);
  const auto known = co_await scope->journal->notes(notes);
  std::map<std::string, std::optional<ExposureMemory>> begun;
  for (const auto& [key, memory] : change->memory) {
    if (memory && !known.contains(key)) begun.emplace(key, ExposureMemory());
  }
  if (!begun.empty()) co_await scope->journal->remember_notes(notes, exposure_note_changes(begun));
}

Awaitable<> remember(const Scope* scope, const ZoneWorkerChange* change) {
  auto memory = change->memory;
  std::erase_if(memory, [](const auto& entry) { return !entry.second; });
  if (change->drift) {
    for (auto& [key, value] : memory) {
      value->mended.push_back(std::chrono::system_clock::now());
      if (value->mended.size() > kMostMendings) value->mended.erase(value->mended.begin());
    }
  }
  co_await scope->journal->remember_notes(exposure_notes(scope->account.id, scope->policy.owner),
                                          exposure_note_changes(memory));
}

}  // namespace

Awaitable<AddressedResult> apply_zone_worker(const Scope* scope, std::shared_ptr<const manifests::DesiredState> desired,
                                             const Plan* plan, const ZoneWorkerChange* change,
                                             const ApplyOptions* options, std::size_t* calls) {
  AddressedResult result{address_of(*change), change->action, change->importing, {}, {}, {}};
  const auto fail = [&result](api::Error error) {
    result.status = status_of(error);
    result.message = api::to_text(error);
    result.error = std::move(error);
  };
  // The last gate: whatever planned this, no source writes to a zone that it may not.
  const auto name = change->zone == change->zone_id ? std::string() : change->zone;
  if (!is_allowed_zone(change->zone_id, name, {}, scope->policy)) {
    fail(own_error(api::ErrorKind::local, "the source may not write to this zone"));
    co_return result;
  }
  if (std::chrono::system_clock::now() - plan->observed_at >= options->fresh_for) {
    result.status = ChangeStatus::replan;
    result.message = "the zone was read too long ago";
    co_return result;
  }
  co_await remember_begun(scope, change);
  for (const auto& call : change->calls) {
    if (options->stopping && options->stopping()) {
      result.status = ChangeStatus::skipped;
      result.message = "stopping";
      co_return result;
    }
    ++*calls;
    auto answer = co_await journalled(scope, desired, result.address, &call);
    if (!answer) {
      fail(std::move(answer.error()));
      co_return result;
    }
  }
  co_await remember(scope, change);
  co_return result;
}

}  // namespace plumbline::reconciler
