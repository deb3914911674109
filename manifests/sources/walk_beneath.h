#pragma once

#include <string>

#include "manifests/sources/descriptor.h"

namespace plumbline::manifests {

/// Opens `path` below `folder` as openat2(2) does with RESOLVE_BENEATH, one name after another. For systems on which a
/// filter of system calls forbids openat2: systemd's RestrictSUIDSGID=, which DynamicUser= implies, does that. A rename
/// during the walk can make it fail, but never makes it leave the folder. `flags` are those of open(2). If the result
/// is not valid, errno says why.
Descriptor walk_beneath(const Descriptor& folder, const std::string& path, int flags, Links links);

}  // namespace plumbline::manifests
