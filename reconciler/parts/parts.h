#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "reconciler/parts/exposure.h"
#include "reconciler/parts/part.h"

/// The parts of a Worker, and what is asked of all of them. Adding one is a .cpp with a class and its accessor below,
/// and a line in parts().
namespace plumbline::reconciler {

const Part& code_part();
const Part& assets_part();
const Part& durable_objects_part();
const Part& unseen_part();
const Part& settings_part();
const Part& bindings_part();
const Part& secrets_part();
const Part& subdomain_part();
const Part& schedules_part();
const Part& consumers_part();
const Part& workflows_part();
const ExposurePart& routes_part();
const ExposurePart& domains_part();
const Part& ownership_part();

/// In the order of their lines in a plan.
std::span<const Part* const> parts();

/// nullptr if there is none of that name.
const Part* find_part(std::string_view name);

/// `live`, `targets` and `policy` outlive it.
AccountView account_view(const TargetList& targets, const LiveState& live, const Policy& policy);

/// What of a Worker the manifest manages, by Part::add_managed().
std::vector<std::string> managed_parts(const manifests::DesiredWorker& worker);

/// 128 bits in hex over all that a manifest asks for: equal means the same as before.
std::string target_identity(const Target& target);

/// Why the Worker cannot even be compared.
std::optional<Block> first_obstacle(const Subject& subject);

/// Other Workers that lose something to this one.
std::vector<std::string> losers(const Subject& subject);

/// Puts what is known of the live Worker's parts, those kept in LiveWorker::parts, into a memory of it, which may hold
/// what was known before. What a Worker that has moved was not asked for is forgotten, but for what a list of the
/// account tells.
void remember_known_parts(const LiveWorker& live, Observation& memory);

/// What of a Worker no version holds, as far as `memory` of it tells: to be kept while it is as its manifest asks.
Agreed agreed_of(const Observation& memory);

/// Whether this pass read a part that the memory of the Worker does not hold as it is.
bool has_read_news(const LiveWorker& live);

}  // namespace plumbline::reconciler
