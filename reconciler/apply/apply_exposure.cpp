#include "reconciler/apply/apply_exposure.h"

#include <utility>
#include <variant>

#include "api/reaction.h"
#include "base/text.h"
#include "reconciler/apply/send.h"
#include "reconciler/apply/send_domain.h"
#include "reconciler/journal/zone_memory.h"
#include "reconciler/observe/observe_zones.h"
#include "reconciler/plan/plan_exposure.h"

namespace plumbline::reconciler {
namespace {

using step::Still;

// By its id: what the id means now, whatever a list said of it.
Awaitable<api::Result<Still>> read_again(api::Account account, const ExposureChange* change) {
  const bool route = change->type == ExposureChange::Type::route;
  auto live = route ? co_await api::get_route(account, change->zone_id, change->id)
                    : co_await api::get_domain(account, change->id);
  const api::OperationRef read = route ? api::OperationRef("get_route") : api::OperationRef("get_domain");
  if (!live && api::is_gone(*read, live.error())) co_return Still::gone;
  if (!live) co_return std::unexpected(std::move(live.error()));
  const auto name = string_member(*live, route ? "pattern" : "hostname");
  const auto worker = string_member(*live, route ? "script" : "service");
  const bool same =
      iequals(name, change->name) && worker == string_member(change->before, route ? "script" : "service");
  co_return same ? Still::there : Still::another;
}

}  // namespace

ExposureApplier::ExposureApplier(const Scope* scope, const Plan* plan, const net::Executor& executor,
                                 std::chrono::seconds fresh_for)
    : scope_(scope), turn_(executor, 1), observed_at_(plan->observed_at), fresh_for_(fresh_for) {}

Awaitable<AddressedResult> ExposureApplier::apply(const ExposureChange* change) {
  ExposureSteps steps(change, scope_->policy);
  while (const auto step = steps.next()) {
    co_await std::visit([&](const auto& what) { return take(&steps, &what); }, *step);
  }
  co_return steps.result();
}

Awaitable<> ExposureApplier::take(ExposureSteps* steps, const step::Look* /*look*/) {
  steps->looked(co_await is_as_planned(&steps->change()));
}

Awaitable<> ExposureApplier::take(ExposureSteps* steps, const step::Find* /*find*/) {
  steps->found(co_await read_again(scope_->account, &steps->change()));
}

// With its intent before and its outcome after.
Awaitable<> ExposureApplier::take(ExposureSteps* steps, const step::Call* step) {
  const auto* change = &steps->change();
  // Not under the Worker's name: it does not become dirty by this, and the zone is read in every pass anyway.
  const auto id = co_await scope_->journal->begin(intent_of(*scope_, address_of(*change), *step->call));
  auto answer = step->call->is("put_domain") ? co_await send_domain(scope_->account, change, &calls_)
                                             : co_await send_plainly(change);
  co_await scope_->journal->end(id, answer ? Outcome::done : outcome_of(answer.error()));
  steps->called(answer);
}

Awaitable<> ExposureApplier::take(ExposureSteps* steps, const step::RememberExposure* remember) {
  const auto& change = steps->change();
  const auto notes = exposure_notes(scope_->account.id, scope_->policy.owner);
  // Of thousands only this one is asked for.
  const auto note = scope_->journal->note(notes, change.key);
  const auto before = note ? exposure_memory_from(*note) : std::nullopt;
  std::map<std::string, std::optional<ExposureMemory>> changes;
  changes[change.key] =
      memory_after(change, before ? &*before : nullptr, remember->id, std::chrono::system_clock::now());
  co_await scope_->journal->remember_notes(notes, exposure_note_changes(changes));
}

// One list serves all that lies in a zone while it is fresh.
Awaitable<api::Result<bool>> ExposureApplier::is_as_planned(const ExposureChange* change) {
  const auto now = std::chrono::system_clock::now();
  // A PUT that takes a hostname over does so whoever has it by now: that one is looked at right before.
  const bool takes_over = member(change->call->body, "override_existing_origin") != nullptr;
  // Another source may have written it a moment ago.
  const auto is_current = [&](TimePoint read_at) {
    return now - read_at < fresh_for_ &&
           !scope_->journal->is_written_since(scope_->account.id, address_of(*change), read_at);
  };
  if (!takes_over && is_current(observed_at_)) co_return true;
  const auto turn = co_await turn_.enter();
  auto& looked = looked_[change->zone_id];
  if (takes_over || !is_current(looked.at)) {
    if (auto read = co_await look_again(change, &looked); !read) co_return std::unexpected(std::move(read.error()));
  }
  const auto found = looked.live.find(change->key);
  if (found == looked.live.end()) {
    const bool planned_as_new = change->id.empty();
    co_return planned_as_new;
  }
  const bool domain = change->type == ExposureChange::Type::domain;
  const auto planned = string_member(change->before, domain ? "service" : "script");
  co_return found->second.id == change->id && found->second.worker == planned;
}

Awaitable<api::Result<void>> ExposureApplier::look_again(const ExposureChange* change, Looked* looked) {
  LiveZones live;
  if (change->type == ExposureChange::Type::route) {
    auto routes = co_await api::list_routes(scope_->account, change->zone_id);
    auto known = routes ? routes_from_list(*routes) : std::unexpected(std::move(routes.error()));
    if (!known) co_return std::unexpected(std::move(known.error()));
    live.zones[change->zone_id].routes = Known<std::vector<LiveRoute>>::known(*std::move(known));
  } else {
    auto domains = co_await api::list_domains(scope_->account);
    auto known = domains ? domains_from_list(*domains) : std::unexpected(std::move(domains.error()));
    if (!known) co_return std::unexpected(std::move(known.error()));
    live.domains = Known<std::vector<LiveDomain>>::known(*std::move(known));
  }
  looked->at = std::chrono::system_clock::now();
  looked->live.clear();
  for (const auto* part : exposure_parts()) {
    for (auto& exposure : part->found(live)) looked->live.emplace(exposure.key, std::move(exposure));
  }
  co_return api::Result<void>();
}

Awaitable<api::Result<JsonObject>> ExposureApplier::send_plainly(const ExposureChange* change) {
  ++calls_;
  const auto& call = *change->call;
  return send_over_lag(scope_->account, &call, {{call.body, {}}, {}});
}

}  // namespace plumbline::reconciler
