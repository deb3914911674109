#pragma once

#include <chrono>
#include <string>

#include "base/result.h"
#include "base/secret.h"

namespace plumbline::manifests {

/// What to bring up to date.
struct FetchRequest {
  std::string url;
  std::string ref;     ///< `refs/heads/main`, `refs/tags/v1`, or a commit of 40 hex digits
  std::string mirror;  ///< folder of the bare mirror; made if it is missing, made afresh if it is corrupt
  std::string username;
  Secret password;
  std::chrono::milliseconds deadline{120'000};
};

/// Fetches into the bare mirror in a child process (this executable again, with the hidden command
/// `git-fetch`), killed at the deadline: libgit2 has no timeouts. Blocks; for the pool. Returns the
/// commit that the ref points at now. The error never holds a credential.
Result<std::string> fetch(const FetchRequest& request);

/// The child: reads the request from standard input, answers on standard output, returns the exit
/// code.
int run_fetch_child();

}  // namespace plumbline::manifests
