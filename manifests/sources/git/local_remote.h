#pragma once

#include <optional>
#include <string>

namespace plumbline::manifests {

/// What of a git repository on this machine libgit2 cannot read, and how to mend it: it is shallow, or its objects have
/// SHA-256 ids. `place` is its folder, or its `file://` URL. Nothing if it is neither, or lies elsewhere. libgit2's own
/// errors do not name these. Blocks.
std::optional<std::string> unsupported_repository(const std::string& place);

}  // namespace plumbline::manifests
