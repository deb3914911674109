#pragma once

#include <chrono>
#include <map>
#include <string>

#include "net/turnstile.h"
#include "reconciler/parts/exposure.h"
#include "reconciler/reconcile.h"

namespace plumbline::reconciler {

/// Makes the calls of routes and custom domains. Lives as long as the apply that it belongs to.
class ExposureApplier {
 public:
  /// `scope` and `plan` outlive it.
  ExposureApplier(const Scope* scope, const Plan* plan, const net::Executor& executor, std::chrono::seconds fresh_for);

  /// One call, with its intent before and its outcome after. What was read too long ago is looked at again first: one
  /// list serves all that lies in a zone while it is fresh.
  Awaitable<AddressedResult> apply(const ExposureChange* change);

  [[nodiscard]] std::size_t calls() const { return calls_; }  ///< that were sent

 private:
  /// Routes or domains by key, as they were read again.
  struct Looked {
    TimePoint at;
    std::map<std::string, LiveExposure> live;
  };

  Awaitable<api::Result<bool>> is_as_planned(const ExposureChange* change);
  Awaitable<api::Result<void>> look_again(const ExposureChange* change, Looked* looked);
  Awaitable<api::Result<JsonObject>> send(const ExposureChange* change);
  Awaitable<api::Result<JsonObject>> send_plainly(const ExposureChange* change);
  Awaitable<> remember(const ExposureChange* change, std::string id);

  const Scope* scope_;
  net::Turnstile turn_;
  TimePoint observed_at_;
  std::chrono::seconds fresh_for_;
  std::map<std::string, Looked> looked_;  ///< by zone; empty: the domains
  std::size_t calls_ = 0;
};

}  // namespace plumbline::reconciler
