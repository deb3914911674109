#pragma once

#include <string>
#include <vector>

#include "reconciler/parts/exposure.h"

namespace plumbline::reconciler {

/// `route <zone id> <pattern>`. The host of a pattern is the same in upper and in lower case.
std::string route_key(std::string_view zone_id, std::string_view pattern);

/// What to say of a zone that is missing or ambiguous. A token may see some zones only: what it is not shown need not
/// be absent.
Block zone_block(const ZoneAnswer& zone, const LiveZones& live);

std::vector<WantedExposure> wanted_routes(const Target& target, const LiveZones& live);
std::vector<LiveExposure> live_routes(const LiveZones& live);

/// POST of a new route, PUT on the id of one that leads elsewhere.
PlannedCall route_call(const WantedExposure& wanted, const LiveExposure* live);
PlannedCall delete_route_call(const LiveExposure& live);

}  // namespace plumbline::reconciler
