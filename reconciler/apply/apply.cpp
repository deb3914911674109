#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/this_coro.hpp>
#include <utility>
#include <variant>
#include <vector>

#include "net/turnstile.h"
#include "reconciler/apply/apply_calls.h"
#include "reconciler/apply/apply_exposure.h"
#include "reconciler/apply/apply_zone_workers.h"
#include "reconciler/apply/assets_upload.h"
#include "reconciler/apply/steps/change_memory.h"
#include "reconciler/apply/steps/schedule.h"
#include "reconciler/journal/uncertain_notes.h"
#include "reconciler/observe/create_check.h"
#include "reconciler/observe/freshness.h"
#include "reconciler/observe/parallel.h"
#include "reconciler/reconcile.h"

namespace plumbline::reconciler {
namespace {

// Carries out what the schedule says, step by step: what comes next, and what an outcome means, is decided there. Lives
// in the frame of apply_plan(), which ends after every task of it.
class Applier {
 public:
  Applier(Scope scope, std::shared_ptr<const manifests::DesiredState> desired, const Plan* plan, ApplyOptions options,
          const net::Executor& executor)
      : scope_(std::move(scope)),
        desired_(std::move(desired)),
        options_(std::move(options)),
        schedule_(plan, &scope_.policy, options_.lanes),
        jobs_(executor),
        overloads_before_(scope_.account.client->overloads()),
        freshness_(scope_.account, scope_.journal, executor, plan, options_.fresh_for),
        calls_(&scope_, desired_, &options_, &freshness_),
        exposure_(&scope_, plan, executor, options_.fresh_for),
        zone_workers_(&scope_, desired_, plan->observed_at, options_.fresh_for),
        asset_uploads_(executor, kAssetUploads) {}

  Awaitable<ApplyReport> run() {
    // The jobs refer to this object, so the last one is waited for.
    co_await boost::asio::this_coro::reset_cancellation_state(boost::asio::disable_cancellation());
    while (true) {
      begin_jobs();
      if (running_ == 0) break;
      co_await jobs_.next_end();
      --running_;
    }
    jobs_.rethrow();
    co_return schedule_.report(calls_.calls() + asset_calls_ + exposure_.calls() + zone_workers_.calls());
  }

 private:
  // Whoever asks what comes next has heard before whether we are to end.
  auto next_of(auto* steps) {
    if (options_.stopping && options_.stopping()) schedule_.stop();
    return steps->next();
  }

  void begin_jobs() {
    // After a fault nothing new begins.
    while (!jobs_.has_failed()) {
      if (options_.superseded && options_.superseded()) schedule_.supersede();
      const auto job = next_of(&schedule_);
      if (!job) return;
      ++running_;
      jobs_.start(std::visit([this](auto* steps) { return carry_out(steps); }, *job));
    }
  }

  Awaitable<> carry_out(ZoneWorkerSteps* steps) {
    while (const auto step = next_of(steps)) {
      co_await std::visit([&](const auto& what) { return zone_workers_.take(steps, &what); }, *step);
    }
    const auto* result = schedule_.done(steps);
    if (options_.exposure_progress) options_.exposure_progress(*result);
  }

  Awaitable<> carry_out(ChangeSteps* steps) {
    while (const auto step = next_of(steps)) {
      co_await std::visit([&](const auto& what) { return take(steps, &what); }, *step);
    }
    const auto* result = schedule_.done(steps, scope_.account.client->overloads() - overloads_before_);
    if (result != nullptr && options_.progress) options_.progress(*result);
  }

  Awaitable<> take(ChangeSteps* steps, const step::Look* /*look*/) {
    steps->looked(co_await freshness_.is_as_planned(&steps->change()));
  }

  // No write of the Worker, so that there is nothing to journal: after a crash it is made anew.
  Awaitable<> take(ChangeSteps* steps, const step::BringAssets* /*bring*/) {
    auto uploaded = co_await upload_assets(&scope_, desired_, &steps->change(), &asset_uploads_);
    if (!uploaded) {
      steps->brought(std::unexpected(std::move(uploaded.error())));
      co_return;
    }
    asset_calls_ += uploaded->calls;
    steps->brought(std::move(uploaded->token));
  }

  Awaitable<> take(ChangeSteps* steps, const step::Call* step) { steps->called(co_await calls_.send(steps, step)); }

  Awaitable<> take(ChangeSteps* steps, const step::ProveMade* prove) {
    steps->proven(co_await version_before(
        {scope_.account, &steps->change(), prove->version, options_.read_lag, options_.stopping}));
  }

  Awaitable<> take(ChangeSteps* steps, const step::NoteUncertain* note) {
    co_await scope_.journal->remember_notes(uncertain_notes(scope_.account.id, scope_.policy.owner),
                                            uncertain_note(steps->change().name, note->create));
  }

  Awaitable<> take(ChangeSteps* steps, const step::NoteUndeployed* /*note*/) {
    return remember(steps->change().name, memory_of_undeployed(steps->change()));
  }

  Awaitable<> take(ChangeSteps* steps, const step::Remember* /*remember*/) {
    const auto& change = steps->change();
    if (change.action == Action::remove) {
      co_await scope_.journal->forget(scope_.account.id, change.name);
    } else {
      co_await remember(change.name,
                        memory_of_applied(change, steps->upload_answer(), std::chrono::system_clock::now()));
    }
  }

  Awaitable<> take(ChangeSteps* steps, const step::Expose* step) {
    steps->exposed(co_await exposure_.apply(step->exposure));
  }

  Awaitable<> remember(std::string worker, Observation memory) {
    std::map<std::string, Observation> memories;
    memories.emplace(std::move(worker), std::move(memory));
    co_await scope_.journal->remember(scope_.account.id, std::move(memories));
  }

  Scope scope_;
  std::shared_ptr<const manifests::DesiredState> desired_;
  ApplyOptions options_;
  ApplySchedule schedule_;
  TaskGroup jobs_;
  std::size_t running_ = 0;
  std::size_t overloads_before_;
  Freshness freshness_;
  CallSender calls_;
  ExposureApplier exposure_;
  ZoneWorkerApplier zone_workers_;
  net::Turnstile asset_uploads_;
  std::size_t asset_calls_ = 0;
};

}  // namespace

Awaitable<ApplyReport> apply_plan(Scope scope, std::shared_ptr<const manifests::DesiredState> desired, Plan plan,
                                  ApplyOptions options) {
  Applier applier(std::move(scope), std::move(desired), &plan, std::move(options),
                  co_await boost::asio::this_coro::executor);
  co_return co_await applier.run();
}

}  // namespace plumbline::reconciler
