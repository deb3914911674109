#include "reconciler/apply/apply_zone_workers.h"

#include <utility>

#include "reconciler/apply/send.h"
#include "reconciler/apply/steps/change_memory.h"
#include "reconciler/journal/zone_memory.h"
#include "reconciler/observe/read_again.h"

namespace plumbline::reconciler {

ZoneWorkerApplier::ZoneWorkerApplier(const Scope* scope, std::shared_ptr<const manifests::DesiredState> desired,
                                     TimePoint observed_at, std::chrono::seconds fresh_for)
    : scope_(scope), desired_(std::move(desired)), observed_at_(observed_at), fresh_for_(fresh_for) {}

Awaitable<> ZoneWorkerApplier::take(ZoneWorkerSteps* steps, const step::Look* /*look*/) {
  steps->looked(std::chrono::system_clock::now() - observed_at_ < fresh_for_);
  co_return;
}

// Nothing at a filter says whose it is. What is asked for is remembered as ours before the first call, so that a commit
// that drops it finds it even if we die in between. As long as no state is remembered with it, it is no drift.
Awaitable<> ZoneWorkerApplier::take(ZoneWorkerSteps* steps, const step::NoteBegun* /*note*/) {
  const auto notes = exposure_notes(scope_->account.id, scope_->policy.owner);
  const auto known = co_await scope_->journal->notes(notes);
  std::map<std::string, std::optional<ExposureMemory>> begun;
  for (const auto& [key, memory] : steps->change().memory) {
    if (memory && !known.contains(key)) begun.emplace(key, ExposureMemory());
  }
  if (!begun.empty()) co_await scope_->journal->remember_notes(notes, exposure_note_changes(begun));
}

Awaitable<> ZoneWorkerApplier::take(ZoneWorkerSteps* steps, const step::Call* step) {
  ++calls_;
  steps->called(co_await journalled(address_of(steps->change()), step->call));
}

Awaitable<> ZoneWorkerApplier::take(ZoneWorkerSteps* steps, const step::Remember* /*remember*/) {
  const auto memory = memory_of_applied(steps->change(), std::chrono::system_clock::now());
  co_await scope_->journal->remember_notes(exposure_notes(scope_->account.id, scope_->policy.owner),
                                           exposure_note_changes(memory));
}

Awaitable<api::Result<JsonObject>> ZoneWorkerApplier::journalled(std::string address, const PlannedCall* call) {
  if (call->expected) {
    const auto there = co_await is_still_there(scope_->account, call);
    if (!there) co_return std::unexpected(there.error());
    if (!*there) co_return JsonObject();
  }
  auto prepared = co_await prepare_call(scope_, desired_, nullptr, call);
  if (!prepared) co_return std::unexpected(std::move(prepared.error()));
  const auto id = co_await scope_->journal->begin(intent_of(*scope_, std::move(address), *call));
  auto answer = co_await send_call(scope_->account, call, std::move(*prepared));
  co_await scope_->journal->end(id, answer ? Outcome::done : outcome_of(answer.error()));
  co_return answer;
}

}  // namespace plumbline::reconciler
