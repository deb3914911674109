#pragma once

#include <string>

namespace plumbline::manifests {

/// Whether a mirror holds every folder and file of a commit (40 hex digits), as far as the headers of its objects tell.
/// For a reader that lacks something: if all is there, making the mirror again would not help. Blocks; for the pool.
bool holds_all(const std::string& mirror, const std::string& commit);

}  // namespace plumbline::manifests
