#pragma once

#include "reconciler/model/plan.h"

/// What a plan comes to. Pure.
namespace plumbline::reconciler {

/// Counts what is in the plan into its summary. `calls_per_second` is the configured rate, not a measurement.
void summarise(Plan& plan, double calls_per_second);

}  // namespace plumbline::reconciler
