#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostic.h"
#include "manifests/worker.h"

namespace plumbline::manifests {

/// Whether the host of a route's pattern, or a hostname, can belong to the zone of this name.
bool lies_in_zone(std::string_view pattern, std::string_view zone);

/// Reports routes and domains in a zone that is not in `allowed`. `allowed` holds names, or ids for manifests that name
/// the zone by its id.
void check_zones(const DesiredWorker& worker, const std::vector<std::string>& allowed,
                 std::vector<Diagnostic>& diagnostics);
void check_zone(const DesiredZoneWorker& worker, const std::vector<std::string>& allowed,
                std::vector<Diagnostic>& diagnostics);

}  // namespace plumbline::manifests
