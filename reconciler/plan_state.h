#pragma once

#include "base/json.h"
#include "reconciler/live.h"
#include "reconciler/target.h"

/// What a plan shows of a Worker: the parts that its manifest manages, for the JSON plan and its digest. Secrets stand
/// there by store key, code and assets by digest. Pure.
namespace plumbline::reconciler {

/// The managed parts as they will be. `live` is null for a Worker that does not exist.
JsonObject state_after(const Target& target, const LiveWorker* live);

/// The same parts as they are now, as far as they are known.
JsonObject state_before(const Target& target, const LiveWorker& live);

}  // namespace plumbline::reconciler
