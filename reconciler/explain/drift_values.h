#pragma once

#include <string>
#include <vector>

#include "manifests/accept_live.h"
#include "reconciler/model/plan.h"

/// What somebody changed behind git's back, as its manifest would have to say it.
namespace plumbline::reconciler {

struct DriftValues {
  /// For manifests::accept_live().
  manifests::AcceptedWorker worker;
  /// What no manifest can take over: code, secrets, what a version alone holds. With the place of the Worker.
  std::vector<manifests::NotAccepted> refused;
};

/// The lines of a Worker that are known to be drift, with the routes and domains that lead to it, each with the live
/// value. Empty where nothing drifted, or the Worker has no manifest. Never holds a secret.
DriftValues drift_values(const WorkerChange& change);

/// Of the same lines those that `ignore` can leave to others, as JSON pointers, each once; and the names of the others.
struct DriftIgnores {
  std::vector<std::string> pointers;
  std::vector<std::string> not_ignorable;
};
DriftIgnores drift_ignores(const WorkerChange& change);

}  // namespace plumbline::reconciler
