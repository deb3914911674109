#pragma once

#include <chrono>
#include <string>

#include "reconciler/model/plan.h"
#include "reconciler/model/plan_input.h"

/// A create that was none: between the read that proved a Worker absent and the upload somebody made it, or the read
/// was wrong. What was live before is a version of the Worker now, to which a person can go back. Until somebody has
/// decided, the Worker is left alone (CreateUncertain).
namespace plumbline::reconciler {

/// What the answer to an upload says of the Worker, by `created_on` and `modified_on`, both of the service's clock.
enum class Made {
  now,      ///< the upload made it, or somebody did within the upload
  unclear,  ///< the two stamps are apart, or not told: its versions tell
  before,   ///< it is older than any upload takes
};

/// `took`: how long the upload was under way, as its sender saw it; what is older than that was there before it. Pure.
Made made_when(const JsonObject& answer, std::chrono::microseconds took);

/// Says it, with the way back and the way on.
Block uncertain_block(const std::string& worker, const UncertainCreate& create);

/// Whether what was noted of a Worker's create still counts: not once the Worker is gone, is no longer the source's by
/// its tag, or its manifest has come to say `adopt`. Pure.
bool is_uncertain(const std::string& worker, const PlanInput& input);

}  // namespace plumbline::reconciler
