#pragma once

#include <memory>

#include "base/result.h"
#include "daemon/config/environment.h"
#include "net/proxy.h"

namespace plumbline::daemon {

/// The proxy from HTTPS_PROXY and NO_PROXY; as with curl, https_proxy and no_proxy take precedence. nullptr if there is
/// none. The error names the variable that is wrong, and never holds its value.
Result<std::shared_ptr<const net::Proxy>> proxy_from(const Environment& environment);

}  // namespace plumbline::daemon
