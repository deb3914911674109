#pragma once

#include "api/error.h"
#include "reconciler/journal.h"
#include "reconciler/reconcile.h"

/// What a failed write means. Pure.
namespace plumbline::reconciler {

/// What becomes of the change that the call belongs to.
ChangeStatus status_of(const api::Error& error);

/// Whether it concerns every Worker of the account: credentials, a firewall.
bool is_of_account(const api::Error& error);

/// What the journal says about the call.
Outcome outcome_of(const api::Error& error);

}  // namespace plumbline::reconciler
