#pragma once

#include <string>
#include <string_view>

#include "reconciler/model/plan.h"
#include "reconciler/model/zones.h"

namespace plumbline::reconciler {

/// `route <zone id> <pattern>`. The host of a pattern is the same in upper and in lower case.
std::string route_key(std::string_view zone_id, std::string_view pattern);

/// What to say of a zone that is missing or ambiguous. A token may see some zones only: what it is not shown need not
/// be absent.
Block zone_block(const ZoneAnswer& zone, const LiveZones& live);

}  // namespace plumbline::reconciler
