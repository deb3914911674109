#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostic.h"
#include "manifests/worker.h"

namespace plumbline::manifests {

/// The host of a route's pattern with the stars that it may begin or end with.
std::string_view host_of_pattern(std::string_view pattern);

/// Whether the host of a route's pattern, or a hostname, can lie in the zone of this name.
bool lies_in_zone(std::string_view pattern, std::string_view zone);

/// Errors for what a manifest wants in a zone that is not one of `allowed`: names, or ids where the manifest names the
/// zone by its id.
void check_zones(const DesiredWorker& worker, const std::vector<std::string>& allowed,
                 std::vector<Diagnostic>& diagnostics);
void check_zone(const DesiredZoneWorker& worker, const std::vector<std::string>& allowed,
                std::vector<Diagnostic>& diagnostics);

}  // namespace plumbline::manifests
