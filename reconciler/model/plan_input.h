#pragma once

#include <memory>
#include <string>
#include <vector>

#include "manifests/worker.h"
#include "reconciler/model/live.h"
#include "reconciler/model/plan.h"
#include "reconciler/model/policy.h"
#include "reconciler/model/target.h"

namespace plumbline::reconciler {

struct PlanInput {
  std::string account;  ///< account id
  std::string environment;
  const TargetList* targets = nullptr;
  const manifests::DesiredState* desired = nullptr;
  const LiveState* live = nullptr;
  /// Owns the data behind `live`; the plan then shares it. Null: the plan copies what it needs.
  std::shared_ptr<const void> owner;
  Policy policy;
  std::string writer;  ///< Journal::writer(), for the versions that the plan makes
  double calls_per_second = 4;
};

}  // namespace plumbline::reconciler
