#include "reconciler/apply/apply_calls.h"

#include <chrono>
#include <utility>

#include "api/reaction.h"
#include "reconciler/observe/lost_answer.h"
#include "reconciler/observe/read_again.h"

namespace plumbline::reconciler {

CallSender::CallSender(const Scope* scope, std::shared_ptr<const manifests::DesiredState> desired,
                       const ApplyOptions* options, Freshness* freshness)
    : scope_(scope), desired_(std::move(desired)), options_(options), freshness_(freshness) {}

Awaitable<Called> CallSender::send(const ChangeSteps* steps, const step::Call* step) {
  const auto& change = steps->change();
  const auto* call = step->call;
  // What needs to be read first is no write yet.
  auto prepared = co_await prepare(steps, call);
  if (!prepared) co_return Called{std::unexpected(std::move(prepared.error()))};
  if (call->expected) {
    const auto there = co_await is_still_there(scope_->account, call);
    if (!there) co_return Called{std::unexpected(there.error())};
    if (!*there) co_return Called{JsonObject()};
  }
  const auto id = co_await scope_->journal->begin(intent_of(*scope_, change.name, *call));
  ++calls_;
  if (step->makes) prepared->begin_by = freshness_->create_by(change.name);
  const auto sent = std::chrono::steady_clock::now();
  // Only a Worker that was just made may not be known yet.
  const bool fresh = change.action == Action::create;
  Called called{fresh ? co_await send_over_lag(scope_->account, call, std::move(*prepared))
                      : co_await send_call(scope_->account, call, std::move(*prepared))};
  called.took = std::chrono::ceil<std::chrono::microseconds>(std::chrono::steady_clock::now() - sent);
  const auto& answer = called.answer;
  called.seen = !answer && api::is_unresolved(answer.error()) && co_await is_seen_after_all(steps, call);
  co_await scope_->journal->end(id, answer || called.seen ? Outcome::done : outcome_of(answer.error()));
  co_return called;
}

Awaitable<api::Result<PreparedCall>> CallSender::prepare(const ChangeSteps* steps, const PlannedCall* call) {
  auto prepared = co_await prepare_call(scope_, desired_, steps->change().target.get(), call);
  if (prepared && call->is("upload_script") && !steps->assets_token().empty()) {
    prepared->payload.document.at("assets").as_object()["jwt"] = steps->assets_token().reveal();
  }
  co_return prepared;
}

// It is planned again only when reads tell whether the write happened.
Awaitable<bool> CallSender::is_seen_after_all(const ChangeSteps* steps, const PlannedCall* call) {
  const auto& change = steps->change();
  LostWrite write{scope_->account, change.name, call, change.action == Action::create, {}};
  const auto* deployment = change.live ? change.live->deployment.if_known() : nullptr;
  if (deployment != nullptr) {
    for (const auto& share : deployment->versions) write.known_versions.push_back(share.version_id);
  }
  if (const auto& answer = steps->upload_answer()) {
    write.known_versions.emplace_back(string_member(*answer, "deployment_id"));
  }
  co_return co_await await_lost_write(std::move(write), options_->read_lag, options_->stopping);
}

}  // namespace plumbline::reconciler
