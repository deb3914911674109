#pragma once

#include "api/workers.h"
#include "net/awaitable.h"
#include "reconciler/model/live.h"

/// Reads the versions of one Worker. `worker` and `live` must outlive the task, and `worker` is part of `live`.
namespace plumbline::reconciler {

using net::Awaitable;

/// Stores the active version, for its annotations; its deployment is known.
Awaitable<> read_active_version(api::Account account, LiveWorker* worker);

/// Stores the active version as the beta API tells it, and whether the account has that API.
Awaitable<> read_beta_version(api::Account account, LiveWorker* worker, LiveState* live);

/// Stores the versions, newest first; the deployment is known. One call, the newest hundred with what they hold, where
/// the account has the beta API. Elsewhere the list tells ids alone, and up to three versions are read beyond it: those
/// newer than the active one, and those before it down to the first of ours.
Awaitable<> read_versions(api::Account account, LiveWorker* worker, LiveState* live);

}  // namespace plumbline::reconciler
