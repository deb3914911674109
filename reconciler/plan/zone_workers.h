#pragma once

#include "reconciler/model/plan.h"
#include "reconciler/model/plan_input.h"

/// `kind: ZoneWorker`: the zone-level API of old accounts (https://developers.cloudflare.com/workers/, as of 2018): one
/// script a zone, and filters that say where it runs.
namespace plumbline::reconciler {

/// Whether filters that are live would be switched or deleted. Then the routes of the zone have to be known: the
/// service lists those that lead to Workers among the filters, and tells only in the list of routes which they are.
/// Pure.
bool touches_filters(const manifests::DesiredZoneWorker& worker, const std::string& zone_id, const LiveZones& live,
                     const Policy& policy);

/// Fills Plan::zone_workers. Pure. Nothing at a zone tells who owns its script: a manifest adopts it, by writing it,
/// and it is never pruned. Of the filters a manifest states all that it wants:
///
///   wanted | live                      | what happens
///   -------+---------------------------+--------------------------------------------------------------------------
///   yes    | none                      | POST
///   yes    | a filter                  | one PUT where it is to be switched, whoever made it
///   yes    | a route of a Worker       | blocked (OwnershipConflict)
///   no     | a filter, remembered      | deleted, but not under policy upsert-only or while the source has errors, nor
///          |                           | where a Worker asks for the pattern: then its route takes it over
///   no     | a filter, not remembered  | told and kept: nothing at it tells whose it is
///   no     | a route of a Worker       | not ours to look at
/// How many live filters were read that the source remembers as its own.
std::size_t owned_filters(const LiveZones& live);

void plan_zone_workers(const PlanInput& input, Plan& plan);

}  // namespace plumbline::reconciler
