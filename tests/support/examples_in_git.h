#pragma once

#include <string>
#include <utility>
#include <vector>

#include "tests/support/git_repository.h"
#include "tests/support/workspace.h"

namespace plumbline::testing {

/// An account, and a repository whose first commit holds the examples.
struct ExamplesInGit {
  /// `simulator_options` of `plumbline simulate`.
  explicit ExamplesInGit(std::vector<std::string> simulator_options = {}) : workspace(std::move(simulator_options)) {
    workspace.install_examples();
    repository.copy_from(workspace.manifests());
    commit = repository.commit("the examples");
  }

  Workspace workspace;
  GitRepository repository{workspace.folder() / "git"};
  std::string commit;  ///< the first one
};

}  // namespace plumbline::testing
