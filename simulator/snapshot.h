#pragma once

#include "base/json.h"
#include "base/result.h"
#include "simulator/world.h"

namespace plumbline::simulator {

enum class Detail {
  overview,    ///< for people and tests: without the bytes of modules
  everything,  ///< for the state file
};

/// The account as JSON. Of a secret it has the name, the type and the beginning of the value's
/// SHA-256. Sessions of assets uploads and tails end with the process and are not in it.
JsonObject dump(const World& world, Detail detail);

/// Puts a dump of Detail::everything in the place of the world's account; the account stays as it is
/// where the dump is not one.
Result<void> restore(World& world, const Json& dump);

}  // namespace plumbline::simulator
