#pragma once

#include <optional>
#include <string>
#include <vector>

#include "reconciler/model/plan.h"
#include "reconciler/model/plan_input.h"

/// What leads requests to Workers, routes and custom domains: told apart by a key, owned by whoever owns the Worker
/// that they lead to.
namespace plumbline::reconciler {

/// What a manifest asks for.
struct WantedExposure {
  ExposureChange::Type type = ExposureChange::Type::route;
  std::string name;
  std::string key;  ///< empty if its zone is not known; then there is a problem
  std::string worker;
  std::string zone_id;
  std::string zone_name;
  bool adopt = false;        ///< may be taken from a Worker that is not ours
  std::string how_to_adopt;  ///< what to write for that
  JsonObject body;           ///< of the call that makes it so
  std::string file;
  bool unread = false;           ///< the problem may be gone when it is read again
  std::optional<Block> problem;  ///< why nothing can be said about it
};

/// What to write for that, into the entry of a manifest; a wrangler config has no place for it.
std::string how_to_adopt(const SourceLocation& entry, std::string_view field);

/// What the account has.
struct LiveExposure {
  ExposureChange::Type type = ExposureChange::Type::route;
  std::string name;
  std::string key;
  std::string id;
  std::string worker;  ///< empty: none
  std::string zone_id;
  std::string zone_name;
};

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
