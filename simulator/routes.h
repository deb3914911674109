#pragma once

#include <string_view>

#include "simulator/answer.h"
#include "simulator/state.h"
#include "simulator/world.h"

namespace plumbline::simulator {

/// Whether a route pattern is well formed and its host belongs to the zone. `*` is allowed only at the start of the
/// host and at the end of the path (developers.cloudflare.com, workers/configuration/routing). The host `*` stands for
/// all hosts of the zone, as Cloudflare for SaaS needs it.
bool pattern_fits(std::string_view pattern, std::string_view zone);

/// Adds a route. An empty script turns Workers off for the pattern. Errors: 10022 bad pattern, 10019 no such Worker,
/// 409/10020 pattern taken.
Try<const ZoneRoute*> add_route(World& world, Zone& zone, std::string_view pattern, std::string_view script);

}  // namespace plumbline::simulator
