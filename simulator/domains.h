#pragma once

#include <string_view>

#include "base/json.h"
#include "simulator/answer.h"
#include "simulator/state.h"
#include "simulator/world.h"

namespace plumbline::simulator {

JsonObject domain_view(const World& world, const Domain& domain);

/// Whether a hostname may be taken away from another Worker.
enum class Takeover { refused, allowed };

/// The domain that `stated` (`{hostname, zone_id? | zone_name?}`) would make for the service; nothing is changed.
/// 409/100116 if another Worker has the hostname, 409/100117 if a foreign DNS record exists, 400/10001 if no zone of
/// the account contains it.
Try<Domain> plan_domain(World& world, const JsonObject& stated, std::string_view service, Takeover takeover);

/// Stores a planned domain; it replaces one with the same hostname.
void set_domain(World& world, Domain domain);

}  // namespace plumbline::simulator
