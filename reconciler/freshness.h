#pragma once

#include <chrono>
#include <map>
#include <string>

#include "api/workers.h"
#include "net/awaitable.h"
#include "net/turnstile.h"
#include "reconciler/plan.h"

namespace plumbline::reconciler {

using net::Awaitable;

/// Looks again, right before a Worker is written, at what was read too long ago: a person may think over a plan for an
/// hour, and a long apply waits for its budget. One list serves every Worker that asks while it is fresh.
class Freshness {
 public:
  /// `observed_at`: when the plan's reads were made.
  Freshness(api::Account account, net::Executor executor, TimePoint observed_at, std::chrono::seconds fresh_for);

  /// Whether the Worker is what its change was planned against: its list entry, its owner and its active deployment.
  Awaitable<api::Result<bool>> is_as_planned(const WorkerChange* change);

 private:
  [[nodiscard]] bool is_fresh() const;
  Awaitable<api::Result<void>> list();

  api::Account account_;
  net::Turnstile turn_;
  TimePoint observed_at_;
  std::chrono::seconds fresh_for_;
  bool listed_ = false;  ///< else the plan's own reads are fresh
  std::map<std::string, JsonObject> entries_;
};

}  // namespace plumbline::reconciler
