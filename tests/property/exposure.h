#pragma once

#include "generate.h"
#include "rig.h"

/// Routes and custom domains of random accounts, whose zones are example.com and example.net.
namespace plumbline::property {

void add_exposure(manifests::DesiredWorker& worker, Random& random);

/// A route and a domain have one Worker: the first that states them keeps them.
void drop_rivals(Repository& repository);

/// A route that somebody adds or deletes.
Edit random_route_edit(const std::string& worker, Random& random);

/// What a pass over a converged account costs for routes and domains: one list for each zone in scope, one for the
/// domains. Zones that no manifest names are in scope as long as something of ours lies there and the journal knows
/// them.
struct ExposureCost {
  std::size_t least = 0;
  std::size_t most = 0;
};
ExposureCost exposure_cost(const Repository& repository, Rig& rig);

/// Routes whose zone no manifest names: each host is asked for anew in a full refresh.
std::size_t zoneless_routes(const Repository& repository);

/// `pattern -> Worker` of every zone, `hostname -> Worker`: without ids, with repetitions if there are any; without
/// what leads to no Worker, which zones_of() tells.
JsonArray exposure_of(const Json& state);

}  // namespace plumbline::property
