#pragma once

#include <optional>
#include <string>

namespace plumbline::manifests {

/// What of a git repository on this machine libgit2 cannot read, and how to mend it: it is shallow, or its objects have
/// SHA-256 ids. `place` is its folder, or its `file://` URL. Nothing if it is neither, or lies elsewhere. libgit2's own
/// errors do not name these. Blocks.
std::optional<std::string> unsupported_repository(const std::string& place);

/// The first extension of git that the repository around `.git` in the folder `top` needs and that libgit2 1.5 does not
/// know: `worktreeconfig`, `partialclone`. Nothing if there is none. libgit2 refuses such a repository as well, but
/// loses memory for each line of its configuration in doing so. Blocks.
std::optional<std::string> unknown_extension(const std::string& top);

}  // namespace plumbline::manifests
