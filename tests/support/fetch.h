#pragma once

#include <string>
#include <utility>

#include "manifests/sources/git/git_fetch.h"
#include "manifests/sources/git/verify.h"
#include "tests/support/children.h"

/// What the daemon does in coroutines, done here and now.
namespace plumbline::testing {

/// Fetches as the request says, in a child process.
inline Result<manifests::Fetched> fetch(const manifests::FetchRequest& request) {
  auto command = manifests::fetch_command(request);
  if (!command) return std::unexpected(std::move(command.error()));
  return manifests::fetched_by(request, run_child_to_end(std::move(*command)));
}

/// Who signed a commit of a bare repository, or why it does not count.
inline Result<std::string> verify_commit(const std::string& repository, const std::string& commit,
                                         manifests::TrustedKeys keys, manifests::VerifyTools tools = {}) {
  manifests::SignatureCheck check(repository, commit, std::move(keys), std::move(tools));
  while (auto command = check.next()) check.ended(run_child_to_end(std::move(*command)));
  return check.verdict();
}

}  // namespace plumbline::testing
