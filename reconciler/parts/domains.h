#pragma once

#include <string>
#include <vector>

#include "reconciler/parts/resources.h"

namespace plumbline::reconciler {

/// `domain <hostname>`
std::string domain_key(std::string_view hostname);

std::vector<WantedResource> wanted_domains(const Target& target, const LiveZones& live);
std::vector<LiveResource> live_domains(const LiveZones& live);

/// PUT, which makes the domain or moves it, with the overrides that the manifest states; send_domain() makes it so
/// where the service wants more, or less.
PlannedCall domain_call(const WantedResource& wanted, const LiveResource* live);
PlannedCall delete_domain_call(const LiveResource& live);

}  // namespace plumbline::reconciler
