#include "reconciler/apply_zone_workers.h"

#include <algorithm>
#include <utility>

#include "api/legacy.h"
#include "net/run_on.h"
#include "reconciler/apply_errors.h"
#include "reconciler/send.h"
#include "reconciler/zone_memory.h"
#include "reconciler/zones.h"

namespace plumbline::reconciler {
namespace {

using Kind = PlannedCall::Kind;

api::Result<JsonObject> without_answer(api::Result<void> result) {
  if (!result) return std::unexpected(std::move(result.error()));
  return JsonObject();
}

Awaitable<api::Result<JsonObject>> send(const Scope* scope, std::shared_ptr<const manifests::DesiredState> desired,
                                        const PlannedCall* call) {
  const auto& account = scope->account;
  switch (call->kind) {
    case Kind::put_zone_script: {
      auto script = co_await net::run_on(
          scope->pool, [tree = desired->tree, file = &call->modules.front()] { return read_module(*tree, *file); });
      if (!script) co_return std::unexpected(local_error(script.error().message));
      co_return co_await api::put_zone_script(account, call->zone_id, std::move(*script));
    }
    case Kind::post_filter:
      co_return co_await api::create_filter(account, call->zone_id, call->body);
    case Kind::put_filter:
      co_return co_await api::update_filter(account, call->zone_id, call->resource_id, call->body);
    default:
      co_return without_answer(co_await api::delete_filter(account, call->zone_id, call->resource_id));
  }
}

// A filter that is to go: true if the zone still has it, as it was planned, false if it is gone.
Awaitable<api::Result<bool>> is_still_there(const api::Account* account, const PlannedCall* call) {
  const auto filters = co_await api::list_filters(*account, call->zone_id);
  if (!filters) co_return std::unexpected(filters.error());
  const auto found = std::ranges::find_if(
      *filters, [call](const Json& filter) { return string_member(filter, "id") == call->resource_id; });
  if (found == filters->end()) co_return false;
  if (string_member(*found, "pattern") == *call->expected) co_return true;
  auto error = local_error("the filter has another pattern than it was planned to go with");
  error.kind = api::ErrorKind::conflict;
  co_return std::unexpected(std::move(error));
}

Awaitable<api::Result<JsonObject>> journalled(const Scope* scope,
                                              std::shared_ptr<const manifests::DesiredState> desired,
                                              std::string address, const PlannedCall* call) {
  if (call->expected) {
    const auto there = co_await is_still_there(&scope->account, call);
    if (!there) co_return std::unexpected(there.error());
    if (!*there) co_return JsonObject();
  }
  const Intent intent{scope->account.id, std::move(address), call->method + " " + call->path, scope->reconcile_id,
                      std::chrono::system_clock::now()};
  const auto id = co_await scope->journal->begin(intent);
  auto answer = co_await send(scope, std::move(desired), call);
  co_await scope->journal->end(id, answer ? Outcome::done : outcome_of(answer.error()));
  co_return answer;
}

// Nothing at a filter says whose it is. What is asked for is remembered as ours before the first call, so that a commit
// that drops it finds it even if we die in between. As long as no state is remembered with it, it is no drift.
Awaitable<> remember_begun(const Scope* scope, const ZoneWorkerChange* change) {
  const auto notes = resource_notes(scope->account.id, scope->policy.owner);
  const auto known = co_await scope->journal->notes(notes);
  std::map<std::string, std::optional<ResourceMemory>> begun;
  for (const auto& [key, memory] : change->memory) {
    if (memory && !known.contains(key)) begun.emplace(key, ResourceMemory());
  }
  if (!begun.empty()) co_await scope->journal->remember_notes(notes, resource_note_changes(begun));
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
  co_await scope->journal->remember_notes(resource_notes(scope->account.id, scope->policy.owner),
                                          resource_note_changes(memory));
}

}  // namespace

Awaitable<ResourceResult> apply_zone_worker(const Scope* scope, std::shared_ptr<const manifests::DesiredState> desired,
                                            const Plan* plan, const ZoneWorkerChange* change,
                                            const ApplyOptions* options, std::size_t* calls) {
  ResourceResult result{address_of(*change), change->action, change->importing, {}, {}, {}};
  const auto fail = [&result](api::Error error) {
    result.status = status_of(error);
    result.message = api::to_text(error);
    result.error = std::move(error);
  };
  // The last gate: whatever planned this, no source writes to a zone that it may not.
  const auto name = change->zone == change->zone_id ? std::string() : change->zone;
  if (!is_allowed_zone(change->zone_id, name, {}, scope->policy)) {
    fail(local_error("the source may not write to this zone"));
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
