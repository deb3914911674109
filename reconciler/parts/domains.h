#pragma once

#include <string>
#include <vector>

#include "reconciler/parts/exposure.h"

namespace plumbline::reconciler {

/// `domain <hostname>`
std::string domain_key(std::string_view hostname);

std::vector<WantedExposure> wanted_domains(const Target& target, const LiveZones& live);
std::vector<LiveExposure> live_domains(const LiveZones& live);

/// PUT, which makes the domain or moves it, with the overrides that the manifest states; send_domain() makes it so
/// where the service wants more, or less.
PlannedCall domain_call(const WantedExposure& wanted, const LiveExposure* live);
PlannedCall delete_domain_call(const LiveExposure& live);

}  // namespace plumbline::reconciler
