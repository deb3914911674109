#include "reconciler/apply/claim.h"

#include <chrono>
#include <utility>

#include "reconciler/apply/send.h"
#include "reconciler/journal/uncertain_notes.h"
#include "reconciler/plan/gates.h"

namespace plumbline::reconciler {
namespace {

using ClaimKind = ClaimStep::Kind;

// What stands before either claim, whoever owns the Worker.
std::optional<ClaimStep> gate(const std::string& worker, const Policy& policy) {
  if (const auto block = allow_block(worker, policy)) {
    return ClaimStep{worker, ClaimKind::refused, block->message + "; " + block->override_with};
  }
  if (policy.prune == Prune::report) {
    return ClaimStep{worker, ClaimKind::refused,
                     "the source's policy is report, or the source is suspended; nothing is written"};
  }
  return std::nullopt;
}

ClaimStep contradictory(const std::string& worker) {
  return {
      worker, ClaimKind::refused,
      "its ownership tags contradict each other or cannot be read; leave one tag that begins with plumbline= on it"};
}

ClaimStep decide(Claim claim, const ClaimStep& before, const Json* tags, const Policy& policy) {
  return claim == Claim::adopt ? adopt_step(before.worker, tags, policy, before.keep)
                               : release_step(before.worker, tags, policy);
}

// One Worker. Lives in the frame of carry_out().
class Writer {
 public:
  Writer(Scope scope, Claim claim, ClaimStep step) : scope_(std::move(scope)), claim_(claim), step_(std::move(step)) {}

  Awaitable<ClaimResult> run() {
    const auto tags = co_await read();
    if (!tags) co_return ClaimResult{step_, tags.error()};
    step_ = decide(claim_, step_, &*tags, scope_.policy);
    if (step_.kind != ClaimKind::write) co_return ClaimResult{step_, {}};
    auto error = co_await write(*tags);
    if (!error) co_await note();
    co_return ClaimResult{step_, std::move(error)};
  }

 private:
  Awaitable<api::Result<Json>> read() {
    auto settings = co_await api::get_script_settings(scope_.account, step_.worker);
    if (!settings) co_return std::unexpected(std::move(settings.error()));
    const auto* tags = settings->if_contains("tags");
    co_return tags != nullptr ? *tags : Json(nullptr);
  }

  Awaitable<std::optional<api::Error>> write(Json tags) {
    std::optional<Ownership> owner;
    if (claim_ == Claim::adopt) owner = Ownership{scope_.policy.owner, step_.keep.value_or(false)};
    const PlannedCall call{.operation = "patch_script_settings",
                           .parameters = {{"script_name", step_.worker}},
                           .body = JsonObject{{"tags", tags_with_owner(&tags, owner)}}};
    const auto id = co_await scope_.journal->begin(intent_of(scope_, step_.worker, call));
    auto answer = co_await send_call(scope_.account, &call, {{call.body, {}}, {}});
    auto outcome = answer ? Outcome::done : outcome_of(answer.error());
    if (outcome == Outcome::unknown && co_await is_so()) outcome = Outcome::done;
    co_await scope_.journal->end(id, outcome);
    if (outcome == Outcome::done) co_return std::nullopt;
    co_return std::move(answer.error());
  }

  // A lost answer is resolved by a look, not by doing it again.
  Awaitable<bool> is_so() {
    const auto tags = co_await read();
    co_return tags.has_value() && decide(claim_, step_, &*tags, scope_.policy).kind == ClaimKind::nothing;
  }

  Awaitable<> note() {
    if (claim_ == Claim::adopt) {
      co_await scope_.journal->forget(scope_.account.id, step_.worker);
      co_return;
    }
    Observation given_up;
    given_up.released = true;
    std::map<std::string, Observation> changed;
    changed.emplace(step_.worker, std::move(given_up));
    co_await scope_.journal->remember(scope_.account.id, std::move(changed));
  }

  Scope scope_;
  Claim claim_;
  ClaimStep step_;
};

}  // namespace

ClaimStep adopt_step(const std::string& worker, const Json* tags, const Policy& policy, std::optional<bool> keep) {
  if (auto refused = gate(worker, policy)) return *refused;
  const auto owned = ownership_of(tags);
  if (!owned && is_claimed(tags)) return contradictory(worker);
  const auto mine = to_string(policy.owner);
  if (!owned) return {worker, ClaimKind::write, "owner changes from nobody to " + mine, keep};
  if (owned->owner != policy.owner) {
    const auto other = to_string(owned->owner);
    return {worker, ClaimKind::refused,
            "belongs to " + other + "; to take it over, write `adopt: " + other + "` under metadata of its manifest"};
  }
  if (keep && *keep != owned->keep) {
    return {
        worker, ClaimKind::write,
        std::string("already belongs to this source; from now on it ") + (*keep ? "is never pruned" : "may be pruned"),
        keep};
  }
  return {worker, ClaimKind::nothing, "already belongs to " + mine, keep};
}

ClaimStep release_step(const std::string& worker, const Json* tags, const Policy& policy) {
  if (auto refused = gate(worker, policy)) return *refused;
  if (!is_claimed(tags)) return {worker, ClaimKind::nothing, "already belongs to nobody"};
  const auto owned = ownership_of(tags);
  if (!owned) return contradictory(worker);
  const auto owner = to_string(owned->owner);
  if (owned->owner != policy.owner) return {worker, ClaimKind::refused, "belongs to " + owner + ", not to this source"};
  return {worker, ClaimKind::write, "owner changes from " + owner + " to nobody"};
}

ClaimStep missing_step(const std::string& worker) {
  return {worker, ClaimKind::refused, "the account has no Worker of this name"};
}

JsonArray tags_with_owner(const Json* tags, const std::optional<Ownership>& owner) {
  JsonArray out;
  if (tags != nullptr && tags->is_array()) {
    for (const auto& tag : tags->get_array()) {
      const bool is_ours = tag.is_string() && view(tag.get_string()).starts_with(kOwnershipPrefix);
      if (!is_ours) out.push_back(tag);
    }
  }
  if (owner) out.emplace_back(ownership_tag(*owner));
  return out;
}

Awaitable<> settle_create(Scope scope, std::string worker) {
  NoteChanges settled;
  settled[worker] = std::nullopt;
  co_await scope.journal->remember_notes(uncertain_notes(scope.account.id, scope.policy.owner), std::move(settled));
}

Awaitable<ClaimResult> carry_out(Scope scope, Claim claim, ClaimStep step) {
  Writer writer(std::move(scope), claim, std::move(step));
  co_return co_await writer.run();
}

}  // namespace plumbline::reconciler
