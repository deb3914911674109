#pragma once

#include "manifests/documents/schema.h"

/// `route` and `routes` of wrangler's config: patterns and custom domains, by the rules of a manifest's `routes` and
/// `domains`.
namespace plumbline::manifests {

const Shape& wrangler_route_shape();
const Shape& wrangler_routes_shape();

/// Whether a route is a custom domain.
bool is_custom_domain(const YamlNode& route);

/// Reports a config, or an environment, that has both fields. One that has a field of its own and inherits the other is
/// another matter: there, wrangler uses `routes`.
void check_route_beside_routes(const YamlNode& config, Report& report);

}  // namespace plumbline::manifests
