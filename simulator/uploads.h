#pragma once

#include <string>

#include "simulator/call.h"
#include "simulator/state.h"

namespace plumbline::simulator {

/// PUT of a Worker `name`, stored in `workers` under `key`. Makes a version and gives it all the traffic. Everything
/// that the upload leaves out is reset.
Outcome put_worker(Call& call, Workers& workers, const std::string& key, const std::string& name);

/// PUT of code alone: the new version is otherwise like the latest one.
Outcome put_code(Call& call, Worker& worker);

}  // namespace plumbline::simulator
