#pragma once

#include <string>
#include <vector>

#include "base/diagnostic.h"
#include "daemon/config/config.h"
#include "daemon/config/environment.h"

namespace plumbline::daemon {

/// Problems with the service manager's credentials that a configuration names, each with advice. Unlike a file or a
/// token, these credentials do not change while the process lives, so waiting for better ones would be useless. `file`
/// is the configuration's path. May block on a disk.
std::vector<Diagnostic> service_credential_problems(const std::string& file, const Config& config,
                                                    const Environment& environment);

}  // namespace plumbline::daemon
