#include "simulator/endpoints.h"

namespace plumbline::simulator {

std::vector<std::span<const Endpoint>> all_endpoints() {
  return {identity_endpoints(), script_endpoints(),   upload_endpoints(), settings_endpoints(), secret_endpoints(),
          version_endpoints(),  exposure_endpoints(), beta_endpoints(),   preview_endpoints(),  route_endpoints(),
          zone_endpoints(),     domain_endpoints(),   legacy_endpoints(), resource_endpoints(), dispatch_endpoints(),
          queue_endpoints(),    workflow_endpoints(), asset_endpoints(),  email_endpoints(),    wrangler_endpoints()};
}

}  // namespace plumbline::simulator
