#pragma once

#include <memory>
#include <string>
#include <vector>

#include "api/any_call.h"
#include "reconciler/model/plan.h"
#include "reconciler/reconcile.h"

namespace plumbline::reconciler {

/// A planned call with what was left out of the plan: the bytes of modules, the values of secrets.
struct PreparedCall {
  api::Payload payload;
  api::BeginBy begin_by = {};  ///< of an upload
};

/// What is journalled before a call: `subject` is the Worker, or the address of what is none.
Intent intent_of(const Scope& scope, std::string subject, const PlannedCall& call);

/// What is journalled after a call that failed.
Outcome outcome_of(const api::Error& error);

/// Reads what `call` needs, on the pool, right before it is sent. `target` has the secrets of a Worker; null where
/// there are none. What is pointed at outlives the task.
Awaitable<api::Result<PreparedCall>> prepare_call(const Scope* scope,
                                                  std::shared_ptr<const manifests::DesiredState> desired,
                                                  const Target* target, const PlannedCall* call);

/// Makes one call of the Workers API. Gives its result where that is an object, else an empty one.
Awaitable<api::Result<JsonObject>> send_call(const api::Account& account, const PlannedCall* call,
                                             PreparedCall prepared);

/// The same for a call that may follow an upload at once, when the service may not know the Worker yet: made again,
/// with growing pauses, as long as its error may say so (api::may_have_come_too_soon). Only for calls that may be made
/// twice.
Awaitable<api::Result<JsonObject>> send_over_lag(api::Account account, const PlannedCall* call, PreparedCall prepared);

}  // namespace plumbline::reconciler
