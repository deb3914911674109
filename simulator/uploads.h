#pragma once

#include <string>

#include "simulator/call.h"
#include "simulator/state.h"

namespace plumbline::simulator {

/// PUT of a Worker `name`, which stands or will stand in `workers` under `key`: a version, and all the
/// traffic for it. What the upload leaves out is reset.
Outcome put_worker(Call& call, Workers& workers, const std::string& key, const std::string& name);

/// PUT of code alone: a version like the latest one otherwise.
Outcome put_code(Call& call, Worker& worker);

}  // namespace plumbline::simulator
