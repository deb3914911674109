#pragma once

#include <cstddef>
#include <memory>

#include "reconciler/apply/steps/zone_worker_steps.h"
#include "reconciler/reconcile.h"

namespace plumbline::reconciler {

/// Makes the calls of ZoneWorkers. The journal gets the intent before each call and the outcome after it. One object
/// serves one apply.
class ZoneWorkerApplier {
 public:
  /// The object uses `scope` as long as it lives. It applies no plan that was read, at `observed_at`, longer than
  /// `fresh_for` ago.
  ZoneWorkerApplier(const Scope* scope, std::shared_ptr<const manifests::DesiredState> desired, TimePoint observed_at,
                    std::chrono::seconds fresh_for);

  /// Each carries out one step and tells `steps` what came of it. Both pointers outlive the task.
  Awaitable<> take(ZoneWorkerSteps* steps, const step::Look* look);
  Awaitable<> take(ZoneWorkerSteps* steps, const step::NoteBegun* note);
  Awaitable<> take(ZoneWorkerSteps* steps, const step::Call* step);
  Awaitable<> take(ZoneWorkerSteps* steps, const step::Remember* remember);

  [[nodiscard]] std::size_t calls() const { return calls_; }  ///< of the plan, as far as this object has begun them

 private:
  Awaitable<api::Result<JsonObject>> journalled(std::string address, const PlannedCall* call);

  const Scope* scope_;
  std::shared_ptr<const manifests::DesiredState> desired_;
  TimePoint observed_at_;
  std::chrono::seconds fresh_for_;
  std::size_t calls_ = 0;
};

}  // namespace plumbline::reconciler
