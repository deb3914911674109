#pragma once

#include "api/error.h"
#include "reconciler/journal/journal.h"
#include "reconciler/reconcile.h"

/// What a failed write means for the change that it belongs to. Pure.
namespace plumbline::reconciler {

ChangeStatus status_of(const api::Error& error);

/// What the journal says about the call.
Outcome outcome_of(const api::Error& error);

}  // namespace plumbline::reconciler
