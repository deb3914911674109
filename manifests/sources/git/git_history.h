#pragma once

#include <string>

namespace plumbline::manifests {

/// How one commit relates to another in the history.
enum class Kinship {
  same,
  older,    ///< the other one descends from it
  newer,    ///< it descends from the other one
  apart,    ///< neither: it is on another branch, or the history was rewritten
  unknown,  ///< one of them is not in the repository
};

/// How `theirs` relates to `ours`, both 40 hex digits, in a bare repository. Walks through the history and blocks; for
/// the pool.
Kinship kinship(const std::string& repository, const std::string& theirs, const std::string& ours);

}  // namespace plumbline::manifests
