#pragma once

#include <chrono>
#include <map>
#include <string>

#include "api/workers.h"
#include "net/awaitable.h"
#include "net/turnstile.h"
#include "reconciler/journal/journal.h"
#include "reconciler/model/plan.h"

namespace plumbline::reconciler {

using net::Awaitable;

/// Reads again, right before a Worker is written, what was read too long ago: a person may consider a plan for an hour,
/// and a long apply waits for its budget. One list serves all Workers that ask while it is fresh. To prove that a
/// Worker does not exist takes two reads: a list, and after it one that proves the absence (absence.h). A Worker that
/// another source has written since is read again however short a time that is. On the loop thread.
class Freshness {
 public:
  /// `journal` and `plan` must outlive this object.
  Freshness(api::Account account, const Journal* journal, net::Executor executor, const Plan* plan,
            std::chrono::seconds fresh_for);

  /// Whether the Worker is still in the state against which its change was planned: its list entry, its owner and its
  /// active deployment, or its absence. `change` must outlive the task.
  Awaitable<api::Result<bool>> is_as_planned(const WorkerChange* change);

  /// The latest time at which the upload that makes the Worker may start. To be called right before the upload, after
  /// is_as_planned().
  api::BeginBy create_by(const std::string& worker);

 private:
  [[nodiscard]] bool is_fresh(TimePoint read_at) const;
  [[nodiscard]] bool is_proven(TimePoint read_at) const;
  Awaitable<api::Result<void>> list();
  Awaitable<api::Result<bool>> is_still_absent(std::string worker);
  Awaitable<> read_beta_list();

  /// Whether nobody, another source included, has written the Worker since.
  [[nodiscard]] bool is_untouched(const std::string& worker, TimePoint since) const;

  api::Account account_;
  const Journal* journal_;
  net::Turnstile turn_;
  TimePoint observed_at_;
  std::chrono::seconds fresh_for_;
  bool listed_ = false;  ///< false: the plan's own reads are still fresh
  std::map<std::string, JsonObject> entries_;
  /// Workers that are still to be made, each with the start of the last read that proved its absence.
  std::map<std::string, TimePoint> absent_;
  bool has_beta_list_ = true;
};

}  // namespace plumbline::reconciler
