#pragma once

#include <memory>

#include "base/result.h"
#include "daemon/config/environment.h"
#include "net/proxy.h"

namespace plumbline::daemon {

/// The proxy that HTTPS_PROXY and NO_PROXY name, or https_proxy and no_proxy, which win as with curl; nullptr without.
/// The error says which variable is wrong and never holds its value.
Result<std::shared_ptr<const net::Proxy>> proxy_from(const Environment& environment);

}  // namespace plumbline::daemon
