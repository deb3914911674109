#pragma once

#include <chrono>
#include <map>
#include <string>

#include "net/turnstile.h"
#include "reconciler/apply/steps/exposure_steps.h"
#include "reconciler/parts/exposure.h"
#include "reconciler/reconcile.h"

namespace plumbline::reconciler {

/// Makes the calls of routes and custom domains. One object serves one apply.
class ExposureApplier {
 public:
  /// `scope` and `plan` outlive it.
  ExposureApplier(const Scope* scope, const Plan* plan, const net::Executor& executor, std::chrono::seconds fresh_for);

  /// Takes the steps of one change (ExposureSteps), which writes, to their end. `change` outlives the task.
  Awaitable<AddressedResult> apply(const ExposureChange* change);

  [[nodiscard]] std::size_t calls() const { return calls_; }  ///< writes that this object has sent

 private:
  /// Routes or domains by key, as this apply has read them again.
  struct Looked {
    TimePoint at;
    std::map<std::string, LiveExposure> live;
  };

  // Each carries out one step and tells `steps` what came of it.
  Awaitable<> take(ExposureSteps* steps, const step::Look* look);
  Awaitable<> take(ExposureSteps* steps, const step::Find* find);
  Awaitable<> take(ExposureSteps* steps, const step::Call* step);
  Awaitable<> take(ExposureSteps* steps, const step::RememberExposure* remember);

  Awaitable<api::Result<bool>> is_as_planned(const ExposureChange* change);
  Awaitable<api::Result<void>> look_again(const ExposureChange* change, Looked* looked);
  Awaitable<api::Result<JsonObject>> send_plainly(const ExposureChange* change);

  const Scope* scope_;
  net::Turnstile turn_;
  TimePoint observed_at_;
  std::chrono::seconds fresh_for_;
  std::map<std::string, Looked> looked_;  ///< by zone; empty: the domains
  std::size_t calls_ = 0;
};

}  // namespace plumbline::reconciler
