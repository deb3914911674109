#pragma once

#include <chrono>
#include <map>
#include <string>

#include "api/workers.h"
#include "net/awaitable.h"
#include "net/turnstile.h"
#include "reconciler/model/plan.h"

namespace plumbline::reconciler {

using net::Awaitable;

/// Looks again, right before a Worker is written, at what was read too long ago: a person may think over a plan for an
/// hour, and a long apply waits for its budget. One list serves every Worker that asks while it is fresh. That there is
/// no Worker takes two reads, a list and one that proves it after that (absence.h).
class Freshness {
 public:
  /// `plan` outlives this.
  Freshness(api::Account account, net::Executor executor, const Plan* plan, std::chrono::seconds fresh_for);

  /// Whether the Worker is what its change was planned against: its list entry, its owner and its active deployment, or
  /// that there is none.
  Awaitable<api::Result<bool>> is_as_planned(const WorkerChange* change);

  /// The last moment at which the upload that makes the Worker may begin. Call it right before, after is_as_planned().
  api::BeginBy create_by(const std::string& worker);

 private:
  [[nodiscard]] bool is_fresh(TimePoint read_at) const;
  [[nodiscard]] bool is_proven(TimePoint read_at) const;
  Awaitable<api::Result<void>> list();
  Awaitable<api::Result<bool>> is_still_absent(std::string worker);
  Awaitable<> read_beta_list();

  api::Account account_;
  net::Turnstile turn_;
  TimePoint observed_at_;
  std::chrono::seconds fresh_for_;
  bool listed_ = false;  ///< else the plan's own reads are fresh
  std::map<std::string, JsonObject> entries_;
  /// The Workers that are still to be made, each with the begin of the last read that proved that there is none.
  std::map<std::string, TimePoint> absent_;
  bool has_beta_list_ = true;
};

}  // namespace plumbline::reconciler
