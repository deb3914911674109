#pragma once

#include <string>

#include "manifests/sources/descriptor.h"

namespace plumbline::manifests {

/// Opens `path` below `folder` as openat2(2) does with RESOLVE_BENEATH, one name after another, for where a filter of
/// system calls forbids that call. systemd's RestrictSUIDSGID= does, which comes with DynamicUser=. A rename behind
/// its back can make it fail, and never leave the folder. `flags` are those of open(2). Not valid: errno says why.
Descriptor walk_beneath(const Descriptor& folder, const std::string& path, int flags, Links links);

}  // namespace plumbline::manifests
