#pragma once

#include <memory>
#include <string>
#include <vector>

#include "api/any_call.h"
#include "reconciler/model/plan.h"
#include "reconciler/reconcile.h"

namespace plumbline::reconciler {

/// A planned call with what the plan leaves out: the bytes of modules and the values of secrets.
struct PreparedCall {
  api::Payload payload;
  api::BeginBy begin_by = {};  ///< of an upload
};

/// What the journal notes before a call. `subject` is the name of the Worker, or the address of anything else.
Intent intent_of(const Scope& scope, std::string subject, const PlannedCall& call);

/// What the journal notes after a call that failed.
Outcome outcome_of(const api::Error& error);

/// Reads what `call` needs, on the pool, right before somebody sends it. `target` has the secrets of a Worker; it is
/// null where there are none. The pointers outlive the task.
Awaitable<api::Result<PreparedCall>> prepare_call(const Scope* scope,
                                                  std::shared_ptr<const manifests::DesiredState> desired,
                                                  const Target* target, const PlannedCall* call);

/// Makes one call of the Workers API. Gives the result of the call if that is an object, else an empty object.
Awaitable<api::Result<JsonObject>> send_call(const api::Account& account, const PlannedCall* call,
                                             PreparedCall prepared);

/// The same for a call that may follow an upload at once, when the service may not know the Worker yet. As long as the
/// error may say so (api::may_have_come_too_soon), this makes the call again, with growing pauses. Use it only for
/// calls that may be made twice.
Awaitable<api::Result<JsonObject>> send_over_lag(api::Account account, const PlannedCall* call, PreparedCall prepared);

}  // namespace plumbline::reconciler
