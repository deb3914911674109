#pragma once

#include "base/json.h"
#include "base/result.h"
#include "simulator/world.h"

namespace plumbline::simulator {

enum class Detail {
  overview,    ///< for people and tests: without the bytes of modules
  everything,  ///< for the state file
};

/// The account as JSON. For a secret it holds name, type and the beginning of the value's SHA-256. Sessions of asset
/// uploads and tails are left out; they end with the process.
JsonObject dump(const World& world, Detail detail);

/// Replaces the world's account by a dump of Detail::everything. If the dump is not a valid one, the error says why,
/// and the account is unchanged.
Result<void> restore(World& world, const Json& dump);

}  // namespace plumbline::simulator
