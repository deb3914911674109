#pragma once

#include <string>
#include <vector>

#include "manifests/worker.h"

namespace plumbline::manifests {

/// The names of Workers that one of two states has and the other has not, or that may ask for something else in the
/// second one, sorted. A Worker that is left out asks for the same in both, modules and static assets included. Cheap
/// where a load has shared the other Workers with the load before (LoadOptions::cache): it looks at addresses, and at
/// no Worker's content. Where nothing is shared, as in a folder, all are named. ZoneWorkers are not looked at.
std::vector<std::string> changed_workers(const DesiredState& before, const DesiredState& after);

}  // namespace plumbline::manifests
