#pragma once

#include <map>
#include <string>

#include "manifests/worker.h"

namespace plumbline::manifests {

/// From the name by which manifests refer to a Worker to the name that it has in the account.
using WorkerNames = std::map<std::string, std::string, std::less<>>;

/// Renames the references of `worker` to other Workers: service bindings, the scripts of Durable Objects and workflows,
/// outbound Workers, tail consumers, depends_on, transfers of classes. A name that is not in `names` is a Worker of
/// somebody else and stays, and so does everything in a dispatch namespace.
void rename_references(DesiredWorker& worker, const WorkerNames& names);

}  // namespace plumbline::manifests
