#pragma once

#include <span>
#include <vector>

#include "simulator/call.h"

/// The routing table, with one group per file. Every pattern is relative to /client/v4.
namespace plumbline::simulator {

std::span<const Endpoint> identity_endpoints();  ///< user, token, memberships, accounts
std::span<const Endpoint> script_endpoints();    ///< list, read, delete Workers
std::span<const Endpoint> upload_endpoints();    ///< PUT of Workers and of their code
std::span<const Endpoint> settings_endpoints();  ///< settings, script-settings, usage model
std::span<const Endpoint> secret_endpoints();
std::span<const Endpoint> version_endpoints();   ///< versions and deployments
std::span<const Endpoint> exposure_endpoints();  ///< subdomain, schedules, tails
std::span<const Endpoint> beta_endpoints();      ///< /workers/workers
std::span<const Endpoint> preview_endpoints();   ///< previews of a Worker
std::span<const Endpoint> route_endpoints();     ///< /zones/…/workers/routes
std::span<const Endpoint> zone_endpoints();
std::span<const Endpoint> domain_endpoints();
std::span<const Endpoint> legacy_endpoints();    ///< zone-level script and filters of 2018
std::span<const Endpoint> resource_endpoints();  ///< KV, D1, R2, Hyperdrive, dispatch namespaces
std::span<const Endpoint> dispatch_endpoints();  ///< Workers in dispatch namespaces
std::span<const Endpoint> queue_endpoints();
std::span<const Endpoint> workflow_endpoints();
std::span<const Endpoint> asset_endpoints();
std::span<const Endpoint> email_endpoints();     ///< rules of Email Routing
std::span<const Endpoint> wrangler_endpoints();  ///< calls that only wrangler makes

/// Every group.
std::vector<std::span<const Endpoint>> all_endpoints();

}  // namespace plumbline::simulator
