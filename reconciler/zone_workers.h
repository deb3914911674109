#pragma once

#include "reconciler/plan.h"

/// `kind: ZoneWorker`: the zone-level API of old accounts (https://developers.cloudflare.com/workers/, as of 2018): one
/// script a zone, and filters that say where it runs.
namespace plumbline::reconciler {

/// Fills Plan::zone_workers. Pure. Nothing at a zone tells who owns its script: a manifest adopts it, by writing it,
/// and it is never pruned. Of the filters a manifest states all that it wants; one that it drops is deleted under
/// policy sync if the journal knows it as ours, every other one is told and kept.
void plan_zone_workers(const PlanInput& input, Plan& plan);

}  // namespace plumbline::reconciler
