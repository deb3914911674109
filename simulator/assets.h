#pragma once

#include <memory>

#include "base/json.h"
#include "simulator/answer.h"
#include "simulator/state.h"
#include "simulator/world.h"

namespace plumbline::simulator {

/// The assets of an upload: those of `assets.jwt`, which a completed upload gave, or with `keep_assets` those of the
/// previous version; null if there are none. 400/10021 for a token that no completed upload gave.
Try<std::shared_ptr<const Assets>> read_assets(const World& world, const JsonObject& metadata, const Version* previous);

}  // namespace plumbline::simulator
