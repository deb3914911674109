#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "reconciler/model/plan.h"

namespace plumbline::reconciler {

/// The Workers that settings refer to: service bindings, tail consumers, Durable Objects and
/// workflows of another script, outbound Workers of dispatch namespaces.
std::set<std::string> references(const JsonObject& settings);
/// The same of the live settings, as far as they are known.
std::set<std::string> live_references(const WorkerChange& change);

/// Sorts the changes of a plan into the order of apply and fills their `after`: owners before those
/// that bind them, deletes last and the other way round, names where nothing else decides. In a circle
/// nobody waits for a Worker that is live already. Where all of a circle are new, the fewest that
/// end it are given back: they have to be made before everything else, without what they bind of it.
std::set<std::string> order_changes(std::vector<WorkerChange>& changes);

}  // namespace plumbline::reconciler
