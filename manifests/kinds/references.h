#pragma once

#include <map>
#include <string>

#include "manifests/worker.h"

namespace plumbline::manifests {

/// From the name by which manifests refer to a Worker to the name that it has in the account.
using WorkerNames = std::map<std::string, std::string, std::less<>>;

/// Lets what `worker` says of other Workers follow their names: service bindings, the scripts of
/// Durable Objects and workflows, outbound Workers, tail consumers, depends_on, transfers of
/// classes. A name that `names` does not hold is a Worker of somebody else, and so is everything in
/// a dispatch namespace: they stay.
void rename_references(DesiredWorker& worker, const WorkerNames& names);

}  // namespace plumbline::manifests
