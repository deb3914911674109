#include <algorithm>
#include <boost/asio/this_coro.hpp>
#include <deque>

#include "api/reaction.h"
#include "net/turnstile.h"
#include "reconciler/apply/apply_exposure.h"
#include "reconciler/apply/apply_zone_workers.h"
#include "reconciler/apply/assets_upload.h"
#include "reconciler/apply/send.h"
#include "reconciler/apply/steps/ending.h"
#include "reconciler/journal/uncertain_notes.h"
#include "reconciler/observe/create_check.h"
#include "reconciler/observe/freshness.h"
#include "reconciler/observe/lost_answer.h"
#include "reconciler/observe/observe.h"
#include "reconciler/observe/parallel.h"
#include "reconciler/observe/read_again.h"
#include "reconciler/plan/after_calls.h"
#include "reconciler/plan/gates.h"
#include "reconciler/plan/uncertain.h"
#include "reconciler/plan/waits.h"
#include "reconciler/reconcile.h"

namespace plumbline::reconciler {
namespace {

using Status = WorkerResult::Status;

struct Written {
  std::size_t calls = 0;  ///< how many of the change's have been made
  std::optional<JsonObject> upload_answer;
  std::chrono::microseconds took{};  ///< the last of them
  bool made_unheard = false;         ///< the answer to the upload that makes it was lost, and the upload seen
  Secret assets_token;               ///< of the session before the upload
};

// Applies one plan. Lives in the frame of apply_plan(), which ends after every task of it.
class Applier {
 public:
  Applier(Scope scope, std::shared_ptr<const manifests::DesiredState> desired, const Plan& plan, ApplyOptions options,
          const net::Executor& executor)
      : scope_(std::move(scope)),
        desired_(std::move(desired)),
        plan_(plan),
        options_(std::move(options)),
        freshness_(scope_.account, executor, &plan_, options_.fresh_for),
        exposure_(&scope_, &plan_, executor, options_.fresh_for),
        asset_uploads_(executor, kAssetUploads) {}

  Awaitable<ApplyReport> run() {
    if (!plan_.has_writes()) co_return ApplyReport();
    // Deletes come after everything else has ended: whoever is deleted may still be needed until then.
    co_await run_zone_workers();
    co_await run_bootstraps();
    co_await run_wave(Wave::writes);
    co_await run_wave(Wave::deletes);
    report_.calls += exposure_.calls();
    report_.tally();
    co_return std::move(report_);
  }

 private:
  // They need nothing, and nothing needs them.
  Awaitable<> run_zone_workers() {
    for (const auto& change : plan_.zone_workers) {
      if (!change.writes()) continue;
      AddressedResult result{address_of(change), change.action, change.importing, Status::skipped, {}, {}};
      if (must_stop()) {
        result.message = why_stopped();
      } else {
        result = co_await apply_zone_worker(&scope_, desired_, &plan_, &change, &options_, &report_.calls);
      }
      if (result.error && api::concerns_account(*result.error)) account_stopped_ = true;
      if (options_.exposure_progress) options_.exposure_progress(result);
      report_.zone_workers.push_back(std::move(result));
    }
  }

  // New Workers of a circle are made one after the other, so that the others find them.
  Awaitable<> run_bootstraps() {
    for (const auto& change : plan_.workers) {
      if (!change.bootstrap || !change.writes()) continue;
      auto result = result_of(change);
      co_await run_calls(&change, change.bootstrap_calls(), &result);
      result.own = result.status;
      if (result.status != Status::done) settle(std::move(result));
    }
  }

  enum class Wave { writes, deletes };

  // Levels of the graph: whatever waits for nothing that is still open runs next.
  Awaitable<> run_wave(Wave wave) {
    std::vector<const WorkerChange*> open;
    for (const auto& change : plan_.workers) {
      if ((change.action == Action::remove) == (wave == Wave::deletes)) open.push_back(&change);
    }
    while (!open.empty()) {
      std::vector<const WorkerChange*> ready;
      std::vector<const WorkerChange*> later;
      for (const auto* change : open) {
        const bool waits = std::ranges::any_of(change->after, [&open](const auto& name) {
          return std::ranges::any_of(open,
                                     [&name](const auto* other) { return other->name == name && !other->bootstrap; });
        });
        (waits ? later : ready).push_back(change);
      }
      // The planner leaves no circle; if there were one, it would be run in the order of the plan.
      if (ready.empty()) ready.swap(later);
      co_await run_level(std::move(ready));
      open = std::move(later);
    }
  }

  Awaitable<> run_level(std::vector<const WorkerChange*> ready) {
    std::deque<const WorkerChange*> queue(ready.begin(), ready.end());
    std::vector<Awaitable<>> lanes;
    const auto count = std::min(std::max<std::size_t>(options_.parallel, 1), queue.size());
    lanes.reserve(count);
    for (std::size_t i = 0; i < count; ++i) lanes.push_back(lane(&queue));
    co_await all_of(std::move(lanes));
  }

  Awaitable<> lane(std::deque<const WorkerChange*>* queue) {
    while (!queue->empty()) {
      const auto* change = queue->front();
      queue->pop_front();
      if (status_.contains(change->name)) continue;  // failed before the others had their turn
      if (change->writes() || change->writes_exposure()) {
        settle(co_await run_change(change));
      } else if (change->block) {
        status_[change->name] = Status::skipped;
      }
    }
  }

  static WorkerResult result_of(const WorkerChange& change) {
    return {change.name, change.action, change.importing, Status::done, std::nullopt, {}, Status::done, {}};
  }

  void settle(WorkerResult result) {
    status_[result.name] = result.own;
    for (const auto& exposure : result.exposure) status_[exposure.address] = exposure.status;
    if (options_.progress) options_.progress(result);
    report_.workers.push_back(std::move(result));
  }

  // Something that this one needs and that did not come to be.
  [[nodiscard]] const std::string* failed_need(const WorkerChange& change) const {
    for (const auto& name : change.needs) {
      const auto found = status_.find(name);
      if (found != status_.end() && found->second != Status::done) return &found->first;
    }
    return nullptr;
  }

  [[nodiscard]] bool must_stop() const { return account_stopped_ || (options_.stopping && options_.stopping()); }

  Awaitable<WorkerResult> run_change(const WorkerChange* change) {
    auto result = result_of(*change);
    if (const auto* need = failed_need(*change)) {
      result.status = Status::skipped;
      result.message = "waits for " + address_of_need(*need) + ", which is not applied";
      skip_exposure(*change, &result);
    } else if (change->action == Action::remove) {
      // Nothing that leads to it goes before it is sure that the Worker may go as well.
      if (!change->writes_exposure() || co_await is_as_planned(change, &result)) co_await run_exposure(change, &result);
      if (result.status == Status::done) co_await run_own(change, &result);
    } else {
      co_await run_own(change, &result);
      co_await run_exposure(change, &result);
    }
    co_return result;
  }

  // The calls on the Worker itself.
  Awaitable<> run_own(const WorkerChange* change, WorkerResult* result) {
    if (!change->writes()) {
      if (change->block) result->own = Status::skipped;
      co_return;
    }
    co_await run_calls(change, change->calls.size(), result);
    if (result->status == Status::done) co_await remember(change, std::move(written_[change->name]));
    result->own = result->status;
  }

  // One that fails leaves the others alone, and the Worker as it is.
  Awaitable<> run_exposure(const WorkerChange* change, WorkerResult* result) {
    if (result->status != Status::done) {
      skip_exposure(*change, result);
      co_return;
    }
    for (const auto& exposure : change->exposure) {
      if (!exposure.writes()) continue;
      if (must_stop()) {
        add_exposure(skipped(exposure, why_stopped()), result);
        continue;
      }
      auto applied = co_await exposure_.apply(&exposure);
      if (applied.error && api::concerns_account(*applied.error)) account_stopped_ = true;
      add_exposure(std::move(applied), result);
    }
    if (change->action == Action::remove) result->own = result->status;
  }

  static void skip_exposure(const WorkerChange& change, WorkerResult* result) {
    result->own = result->status;
    for (const auto& exposure : change.exposure) {
      if (exposure.writes()) result->exposure.push_back(skipped(exposure, "waits for worker." + change.name));
    }
  }

  static AddressedResult skipped(const ExposureChange& exposure, std::string why) {
    return {address_of(exposure),        exposure.action, exposure.importing, Status::skipped,
            std::optional<api::Error>(), std::move(why)};
  }

  static void add_exposure(AddressedResult exposure, WorkerResult* result) {
    // What is to be looked at again counts more than what failed for good.
    const bool worse = result->status == Status::done || exposure.status == Status::replan;
    if (exposure.status != Status::done && worse) {
      result->status = exposure.status;
      result->message = exposure.address + ": " + exposure.message;
      // That a token may not write to a zone says nothing about the account, and is no reason to try again soon.
      const bool refused = exposure.error && api::reaction(*exposure.error) == api::Reaction::skip_zone;
      result->error = refused ? std::nullopt : exposure.error;
    }
    result->exposure.push_back(std::move(exposure));
  }

  [[nodiscard]] std::string why_stopped() const { return account_stopped_ ? "the account is stopped" : "stopping"; }

  // Makes the calls up to `end` that have not been made yet; `result` tells why if it had to stop.
  Awaitable<> run_calls(const WorkerChange* change, std::size_t end, WorkerResult* result) {
    auto& written = written_[change->name];
    // The last gate: whatever planned this, no source writes a Worker that it may not.
    if (const auto block = allow_block(change->name, scope_.policy)) {
      fail(own_error(api::ErrorKind::local, block->message), result);
      co_return;
    }
    if (written.calls == 0 && !must_stop() && !co_await is_as_planned(change, result)) co_return;
    for (; written.calls < end; ++written.calls) {
      if (must_stop()) {
        result->status = Status::skipped;
        result->message = why_stopped();
        co_return;
      }
      const auto& call = change->calls[written.calls];
      const bool session = call.has_uploads();
      auto answer = session ? co_await bring_assets(change, &written) : co_await journalled(change, &call, &written);
      if (!answer) {
        if (api::reaction(answer.error()) == api::Reaction::deploy_first) co_await remember_undeployed(change);
        if (written.made_unheard && !co_await has_made(change, JsonObject(), written.took, result)) co_return;
        fail(std::move(answer.error()), result);
        co_return;
      }
      if (call.is("upload_script")) {
        const bool makes = change->action == Action::create && !written.upload_answer;
        written.upload_answer = std::move(*answer);
        if (makes && !co_await has_made(change, *written.upload_answer, written.took, result)) co_return;
      }
      // Bringing the files may have taken long.
      if (session && !co_await is_as_planned(change, result)) co_return;
    }
  }

  // A service that answers a create with an older Worker has made none: somebody's code is under ours now.
  Awaitable<bool> has_made(const WorkerChange* change, JsonObject answer, std::chrono::microseconds took,
                           WorkerResult* result) {
    const auto when = made_when(answer, took);
    if (when == Made::now) co_return true;
    const std::string made(string_member(answer, "deployment_id"));
    const auto before = co_await version_before({scope_.account, change, made, options_.read_lag, options_.stopping});
    if (before ? !*before : when == Made::unclear) co_return true;
    co_await stop_uncertain(change, {before ? **before : std::string(), made, false}, result);
    co_return false;
  }

  Awaitable<> stop_uncertain(const WorkerChange* change, UncertainCreate create, WorkerResult* result) {
    create.adopted = change->target->desired->adopt.kind != manifests::AdoptRule::Kind::none;
    co_await scope_.journal->remember_notes(uncertain_notes(scope_.account.id, scope_.policy.owner),
                                            uncertain_note(change->name, create));
    const auto block = uncertain_block(change->name, create);
    fail(own_error(api::ErrorKind::local,
                   std::string(to_string(block.reason)) + ": " + block.message + "; " + block.override_with),
         result);
  }

  // No write of the Worker, so that there is nothing to journal: after a crash it is made anew.
  Awaitable<api::Result<JsonObject>> bring_assets(const WorkerChange* change, Written* written) {
    auto uploaded = co_await upload_assets(&scope_, desired_, change, &asset_uploads_);
    if (!uploaded) co_return std::unexpected(std::move(uploaded.error()));
    report_.calls += uploaded->calls;
    written->assets_token = std::move(uploaded->token);
    co_return JsonObject();
  }

  Awaitable<bool> is_as_planned(const WorkerChange* change, WorkerResult* result) {
    auto same = co_await freshness_.is_as_planned(change);
    if (!same) {
      fail(std::move(same.error()), result);
    } else if (!*same) {
      result->status = Status::replan;
      result->message = "somebody changed it since it was planned";
    }
    co_return result->status == Status::done;
  }

  void fail(api::Error error, WorkerResult* result) {
    if (api::concerns_account(error)) account_stopped_ = true;
    result->status = status_of(error);
    result->message = api::to_text(error);
    result->error = std::move(error);
  }

  // The next plan takes the way that works.
  Awaitable<> remember_undeployed(const WorkerChange* change) {
    Observation memory = change->live && change->live->memory ? *change->live->memory : Observation();
    memory.newest_undeployed = true;
    memory.dirty = true;
    std::map<std::string, Observation> update;
    update.emplace(change->name, std::move(memory));
    co_await scope_.journal->remember(scope_.account.id, std::move(update));
  }

  Awaitable<> remember(const WorkerChange* change, Written written) {
    if (change->action == Action::remove) {
      co_await scope_.journal->forget(scope_.account.id, change->name);
      co_return;
    }
    const auto now = std::chrono::system_clock::now();
    auto observation = after_calls(*change, written.upload_answer ? &*written.upload_answer : nullptr, now);
    note_mending(*change, observation, now);
    std::map<std::string, Observation> memory;
    memory.emplace(change->name, std::move(observation));
    co_await scope_.journal->remember(scope_.account.id, std::move(memory));
  }

  static void note_mending(const WorkerChange& change, Observation& observation, TimePoint now) {
    auto& mendings = observation.mendings;
    if (!change.drift) {
      mendings = {};
      return;
    }
    mendings.times.push_back(now);
    if (mendings.times.size() > kMostMendings) mendings.times.erase(mendings.times.begin());
    mendings.what = lines_digest(change.lines);
  }

  // Intent before, outcome after.
  Awaitable<api::Result<JsonObject>> journalled(const WorkerChange* change, const PlannedCall* call, Written* written) {
    // What needs to be read first is no write yet.
    auto prepared = co_await prepare_call(&scope_, desired_, change->target.get(), call);
    if (!prepared) co_return std::unexpected(std::move(prepared.error()));
    if (call->is("upload_script") && !written->assets_token.empty()) {
      prepared->payload.document.at("assets").as_object()["jwt"] = written->assets_token.reveal();
    }
    if (call->expected) {
      const auto there = co_await is_still_there(scope_.account, call);
      if (!there) co_return std::unexpected(there.error());
      if (!*there) co_return JsonObject();
    }
    const bool makes = change->action == Action::create && call->is("upload_script") && !written->upload_answer;
    const auto id = co_await scope_.journal->begin(intent_of(scope_, change->name, *call));
    ++report_.calls;
    if (makes) prepared->begin_by = freshness_.create_by(change->name);
    const auto sent = std::chrono::steady_clock::now();
    // Only a Worker that was just made may not be known yet.
    const bool fresh = change->action == Action::create;
    auto answer = fresh ? co_await send_over_lag(scope_.account, call, std::move(*prepared))
                        : co_await send_call(scope_.account, call, std::move(*prepared));
    written->took = std::chrono::ceil<std::chrono::microseconds>(std::chrono::steady_clock::now() - sent);
    const bool seen = !answer && api::is_unresolved(answer.error()) && co_await is_seen_after_all(change, call);
    written->made_unheard = makes && seen;
    co_await scope_.journal->end(id, answer || seen ? Outcome::done : outcome_of(answer.error()));
    if (seen && !needs_answer(*call)) co_return JsonObject();
    co_return answer;
  }

  // What an upload's answer tells is remembered, and that a Worker is gone is for the next plan to find. Of all else a
  // read that shows the write says as much as its answer.
  static bool needs_answer(const PlannedCall& call) { return call.is("upload_script") || call.is("delete_script"); }

  // A lost answer that is needed ends the change all the same; but it is planned again only when reads tell whether the
  // write happened.
  Awaitable<bool> is_seen_after_all(const WorkerChange* change, const PlannedCall* call) {
    LostWrite write{scope_.account, change->name, call, change->action == Action::create, {}};
    const auto* deployment = change->live ? change->live->deployment.if_known() : nullptr;
    if (deployment != nullptr) {
      for (const auto& share : deployment->versions) write.known_versions.push_back(share.version_id);
    }
    if (const auto& answer = written_[change->name].upload_answer) {
      write.known_versions.emplace_back(string_member(*answer, "deployment_id"));
    }
    co_return co_await await_lost_write(std::move(write), options_.read_lag, options_.stopping);
  }

  Scope scope_;
  std::shared_ptr<const manifests::DesiredState> desired_;
  const Plan& plan_;
  ApplyOptions options_;
  std::map<std::string, Status> status_;
  std::map<std::string, Written> written_;  // references to its values stay valid
  Freshness freshness_;
  ExposureApplier exposure_;
  net::Turnstile asset_uploads_;
  bool account_stopped_ = false;
  ApplyReport report_;
};

}  // namespace

Awaitable<ApplyReport> apply_plan(Scope scope, std::shared_ptr<const manifests::DesiredState> desired, Plan plan,
                                  ApplyOptions options) {
  Applier applier(std::move(scope), std::move(desired), plan, std::move(options),
                  co_await boost::asio::this_coro::executor);
  co_return co_await applier.run();
}

}  // namespace plumbline::reconciler
