#pragma once

#include <string>
#include <vector>

#include "base/diagnostic.h"
#include "daemon/config/config.h"
#include "daemon/config/environment.h"

namespace plumbline::daemon {

/// What is wrong with the credentials of the service manager that a configuration names, each with how to mend it.
/// Unlike a file or a token they stay as they are while the process lives, so waiting for better ones is in vain.
/// `file` is the configuration's path. May block on a disk.
std::vector<Diagnostic> service_credential_problems(const std::string& file, const Config& config,
                                                    const Environment& environment);

}  // namespace plumbline::daemon
