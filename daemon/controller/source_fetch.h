#pragma once

#include <string>

#include "base/result.h"
#include "daemon/config/config.h"
#include "daemon/config/environment.h"
#include "net/awaitable.h"
#include "net/children.h"

/// From the repository of a source to the commit that is to be applied.
namespace plumbline::daemon {

/// What a source asks for now.
struct SourceCommit {
  std::string id;                ///< 40 hex digits; empty for a folder, which has no commit
  std::string label;             ///< the branch or tag that it was found by; empty for a commit and for a folder
  std::string signer;            ///< who signed it, for people; empty where nobody has to
  std::string mirror_problem{};  ///< of a mirror that can be read all the same; empty: none
};

/// Why there is nothing newer to apply. What was good last stays in force.
struct FetchProblem {
  enum class Kind {
    fetch,         ///< the repository cannot be read
    verification,  ///< the newest commit is not signed by a key that counts
  };
  Kind kind = Kind::fetch;
  std::string message;
};

enum class Mirror {
  update,
  rebuild,  ///< a file of it could not be read
};

/// The folder of the mirror of the source's repository below the folder `mirrors`; shared by the sources that follow
/// different branches of it.
std::string mirror_of(const SourceConfig& source, const std::string& mirrors);

/// What a fetch needs beside its source. All of it outlives the fetch.
struct FetchContext {
  const Environment* environment = nullptr;
  std::string mirrors;                ///< the folder of all mirrors
  net::Executor pool;                 ///< for what reads files
  net::Children* children = nullptr;  ///< a peer may be silent for as long as it likes: no thread waits for it
};

/// Brings the mirror up to date, and checks who signed the commit where `verify` asks for it: at each fetch anew, so
/// that a key that was taken away counts no more. `in_force`, a commit or empty, stays in the mirror. The CAs for https
/// are those of $SSL_CERT_FILE, or the system's.
net::Awaitable<Result<SourceCommit, FetchProblem>> fetch_source(const SourceConfig* source, FetchContext context,
                                                                Mirror mirror, std::string in_force);

/// The commit that was good when the daemon ran last, from the mirror as it is; its signer is checked as at a fetch.
net::Awaitable<Result<SourceCommit, FetchProblem>> recall_source(const SourceConfig* source, FetchContext context);

}  // namespace plumbline::daemon
