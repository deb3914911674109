#include "reconciler/apply_resources.h"

#include <utility>

#include "reconciler/apply_errors.h"
#include "reconciler/domains.h"
#include "reconciler/gates.h"
#include "reconciler/observe_zones.h"
#include "reconciler/routes.h"
#include "reconciler/send.h"
#include "reconciler/zone_memory.h"

namespace plumbline::reconciler {
namespace {

using Kind = PlannedCall::Kind;

// Right after an upload the service may not know the Worker yet: then a route to it is refused (10019, 10007).
bool may_be_lag(const api::Error& error) {
  return error.code == 10019 || error.code == 10007;
}

ResourceResult failed(ResourceResult result, api::Error error) {
  result.status = status_of(error);
  result.message = api::to_text(error);
  result.error = std::move(error);
  return result;
}

}  // namespace

bool concerns_account(const ResourceResult& result) {
  return result.error && result.error->kind == api::ErrorKind::blocked;
}

ResourceApplier::ResourceApplier(const Scope* scope, const Plan* plan, const net::Executor& executor,
                                 std::chrono::seconds fresh_for)
    : scope_(scope), turn_(executor, 1), observed_at_(plan->observed_at), fresh_for_(fresh_for) {}

Awaitable<ResourceResult> ResourceApplier::apply(const ResourceChange* change) {
  ResourceResult result{address_of(*change), change->action, change->importing, {}, {}, {}};
  // The last gate: whatever planned this, no source writes to a zone that it may not.
  if (const auto block = zone_block(*change, scope_->policy)) {
    co_return failed(std::move(result), local_error(block->message));
  }
  auto same = co_await is_as_planned(change);
  if (!same) co_return failed(std::move(result), std::move(same.error()));
  if (!*same) {
    result.status = ChangeStatus::replan;
    result.message = "somebody changed it since it was planned";
    co_return result;
  }
  auto answer = co_await send(change);
  if (!answer) co_return failed(std::move(result), std::move(answer.error()));
  co_await remember(change, std::string(string_member(*answer, "id")));
  co_return result;
}

Awaitable<api::Result<bool>> ResourceApplier::is_as_planned(const ResourceChange* change) {
  const auto now = std::chrono::system_clock::now();
  if (now - observed_at_ < fresh_for_) co_return true;
  const auto turn = co_await turn_.enter();
  auto& looked = looked_[change->zone_id];
  if (now - looked.at >= fresh_for_) {
    if (auto read = co_await look_again(change, &looked); !read) co_return std::unexpected(std::move(read.error()));
  }
  const auto found = looked.live.find(change->key);
  if (found == looked.live.end()) {
    const bool planned_as_new = change->id.empty();
    co_return planned_as_new;
  }
  const bool domain = change->type == ResourceChange::Type::domain;
  const auto planned = string_member(change->before, domain ? "service" : "script");
  co_return found->second.id == change->id && found->second.worker == planned;
}

Awaitable<api::Result<void>> ResourceApplier::look_again(const ResourceChange* change, Looked* looked) {
  LiveZones live;
  if (change->type == ResourceChange::Type::route) {
    auto routes = co_await api::list_routes(scope_->account, change->zone_id);
    if (!routes) co_return std::unexpected(std::move(routes.error()));
    live.zones[change->zone_id].routes = Part<std::vector<LiveRoute>>::known(routes_from_list(*routes));
  } else {
    auto domains = co_await api::list_domains(scope_->account);
    if (!domains) co_return std::unexpected(std::move(domains.error()));
    live.domains = Part<std::vector<LiveDomain>>::known(domains_from_list(*domains));
  }
  looked->at = std::chrono::system_clock::now();
  looked->live.clear();
  for (auto& resource : live_routes(live)) looked->live.emplace(resource.key, std::move(resource));
  for (auto& resource : live_domains(live)) looked->live.emplace(resource.key, std::move(resource));
  co_return api::Result<void>();
}

Awaitable<api::Result<JsonObject>> ResourceApplier::send(const ResourceChange* change) {
  const auto& call = *change->call;
  // Not under the Worker's name: it does not become dirty by this, and the zone is read in every pass anyway.
  const Intent intent{scope_->account.id, address_of(*change), call.method + " " + call.path, scope_->reconcile_id,
                      std::chrono::system_clock::now()};
  const auto id = co_await scope_->journal->begin(intent);
  ++calls_;
  auto answer = co_await send_over_lag(scope_->account, change->worker, &call, PreparedCall{call.body, {}}, may_be_lag);
  co_await scope_->journal->end(id, answer ? Outcome::done : outcome_of(answer.error()));
  co_return answer;
}

Awaitable<> ResourceApplier::remember(const ResourceChange* change, std::string id) {
  const auto notes = resource_notes(scope_->account.id, scope_->policy.owner);
  const auto zones = remembered_zones({}, co_await scope_->journal->notes(notes), {}, Refresh::full);
  const auto before = zones.memory.find(change->key);
  std::map<std::string, std::optional<ResourceMemory>> changes;
  changes[change->key] = memory_after(*change, before == zones.memory.end() ? nullptr : &before->second, id,
                                      std::chrono::system_clock::now());
  co_await scope_->journal->remember_notes(notes, resource_note_changes(changes));
}

}  // namespace plumbline::reconciler
