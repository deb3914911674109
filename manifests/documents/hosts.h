#pragma once

#include <optional>
#include <string>
#include <string_view>

/// Rules for hosts, zones and routes, phrased as in rules.h.
namespace plumbline::manifests {

/// A host name with at least two labels and at most 253 characters; no wildcard, scheme, port or path.
std::optional<std::string> hostname_problem(std::string_view text);

/// The same, for the name of a zone.
std::optional<std::string> zone_name_problem(std::string_view text);

/// 32 lower-case hex digits.
std::optional<std::string> zone_id_problem(std::string_view text);

/// A route's pattern: host and path without a port or a query; `*` only at the start of the host and at the end
/// (https://developers.cloudflare.com/workers/configuration/routing/routes/#matching-behavior).
std::optional<std::string> route_pattern_problem(std::string_view text);

/// The host of a route's pattern, including the stars at its ends.
std::string_view host_of_pattern(std::string_view pattern);

/// Whether a pattern names a host, so that its zone can be found by it: not `*/*`.
bool names_host(std::string_view pattern);

/// Regular expressions for editors.
inline constexpr std::string_view kHostPattern = "^(?=.{1,253}$)[A-Za-z0-9_-]+(\\.[A-Za-z0-9_-]+)+$";
inline constexpr std::string_view kZoneIdPattern = "^[0-9a-f]{32}$";
inline constexpr std::string_view kRoutePattern =
    "^(https?://)?(\\*|\\*?[A-Za-z0-9_.-]+\\*?|(\\*|\\*?[A-Za-z0-9_.-]+)/[^*?#\\s]*\\*?)$";

}  // namespace plumbline::manifests
