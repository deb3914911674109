#pragma once

#include <memory>

#include "base/json.h"
#include "simulator/answer.h"
#include "simulator/state.h"
#include "simulator/world.h"

namespace plumbline::simulator {

/// The assets of an upload: `assets.jwt` of a completed upload, or those of the previous version with
/// `keep_assets`; null if it has none. A token that no completed upload gave is 400/10021.
Try<std::shared_ptr<const Assets>> read_assets(const World& world, const JsonObject& metadata, const Version* previous);

}  // namespace plumbline::simulator
