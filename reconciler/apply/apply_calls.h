#pragma once

#include <cstddef>
#include <memory>

#include "reconciler/apply/send.h"
#include "reconciler/apply/steps/change_steps.h"
#include "reconciler/observe/freshness.h"
#include "reconciler/reconcile.h"

namespace plumbline::reconciler {

/// Sends the calls on Workers themselves. The journal gets the intent before each call and the outcome after it. One
/// object serves one apply.
class CallSender {
 public:
  /// The object uses `scope`, `options` and `freshness` as long as it lives.
  CallSender(const Scope* scope, std::shared_ptr<const manifests::DesiredState> desired, const ApplyOptions* options,
             Freshness* freshness);

  /// Makes the call of one step. If its answer is lost, reads look for the write. Both pointers outlive the task.
  Awaitable<Called> send(const ChangeSteps* steps, const step::Call* step);

  [[nodiscard]] std::size_t calls() const { return calls_; }  ///< writes that this object has sent

 private:
  Awaitable<api::Result<PreparedCall>> prepare(const ChangeSteps* steps, const PlannedCall* call);
  Awaitable<bool> is_seen_after_all(const ChangeSteps* steps, const PlannedCall* call);

  const Scope* scope_;
  std::shared_ptr<const manifests::DesiredState> desired_;
  const ApplyOptions* options_;
  Freshness* freshness_;
  std::size_t calls_ = 0;
};

}  // namespace plumbline::reconciler
