#pragma once

#include "base/json.h"
#include "reconciler/model/plan.h"

/// What a plan shows of a Worker: the parts that its manifest manages, for the JSON plan and its digest. Secrets stand
/// there by store key, code and assets by digest. Pure; made when it is asked for, because of most Workers nobody does.
namespace plumbline::reconciler {

/// The managed parts as they will be; empty for a Worker without a manifest.
JsonObject state_after(const WorkerChange& change);

/// The same parts as they are now, as far as they are known; empty for a Worker that does not exist. Of a Worker that
/// is to be deleted only its immutable `tag`.
JsonObject state_before(const WorkerChange& change);

/// Where the values of its secrets come from: by name, {store, key}.
JsonObject secret_references(const Target& target);

}  // namespace plumbline::reconciler
