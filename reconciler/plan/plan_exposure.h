#pragma once

#include <map>
#include <optional>
#include <string>

#include "reconciler/model/plan.h"
#include "reconciler/model/plan_input.h"

namespace plumbline::reconciler {

/// Fills the exposure of every change of `plan`, and says which deletes have to wait for which of them. Pure.
///
///   wanted | live leads to     | what happens
///   -------+-------------------+--------------------------------------------------------------------------------
///   yes    | nothing there     | create
///   yes    | the same Worker   | nothing
///   yes    | a Worker of ours  | a PUT in place, so that no request finds nothing in between (see send_domain.h)
///   yes    | anything else     | blocked (OwnershipConflict); one PUT where the entry says adopt, or where the
///          |                   | journal knows it as ours: then somebody moved it, which is drift
///   no     | a Worker of ours  | deleted where the manifest states all that leads to the Worker, and not under
///          |                   | policy upsert-only or while the source has errors; also before its Worker is deleted
///   no     | anything else     | not ours to look at
void plan_exposure(const PlanInput& input, Plan& plan);

/// Blocks what leads to a Worker that is not deleted after all.
void keep_exposure_of_kept_workers(Plan& plan);

/// What of the journal's memory changes because exposure were found to be as their manifests say, or are asked for no
/// more.
std::map<std::string, std::optional<ExposureMemory>> converged_exposure(const PlanInput& input, const Plan& plan);

/// What is remembered of a exposure once its call has succeeded; nothing: it is forgotten. `id`: what the answer tells;
/// may be empty.
std::optional<ExposureMemory> memory_after(const ExposureChange& change, const ExposureMemory* before,
                                           const std::string& id, TimePoint now);

}  // namespace plumbline::reconciler
