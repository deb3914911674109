#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "base/result.h"
#include "daemon/config/config.h"
#include "daemon/config/environment.h"
#include "daemon/telemetry/log.h"
#include "daemon/telemetry/status_names.h"
#include "net/awaitable.h"
#include "net/children.h"

/// From the repository of a source to the commit to apply.
namespace plumbline::daemon {

/// The commit that a source asks for now.
struct SourceCommit {
  std::string id;                ///< 40 hex digits; empty for a folder, which has no commit
  std::string label;             ///< the branch or tag by which it was found; empty for a commit and for a folder
  std::string signer;            ///< the signer, for people; empty if no signature is needed
  std::string mirror_problem{};  ///< a problem with the mirror, which can be read all the same; empty: none
};

/// Why there is nothing newer to apply. The last good commit stays in force.
struct FetchProblem {
  using Kind = FetchFailure;
  Kind kind = Kind::fetch;
  std::string message;
};

enum class Mirror {
  update,
  rebuild,  ///< make it again: one of its files could not be read
};

/// The folder, below `mirrors`, of the mirror of the source's repository. Sources that follow different branches of it
/// share the mirror.
std::string mirror_of(const SourceConfig& source, const std::string& mirrors);

/// Everything that a fetch needs beside its source. It must outlive the fetch.
struct FetchContext {
  const Environment* environment = nullptr;
  std::string mirrors;  ///< the folder of all mirrors
  net::Executor pool;   ///< for reading files
  /// Runs the fetch as a process, because a peer may be silent for any time and no thread should wait for it.
  net::Children* children = nullptr;
  Logger* logger = nullptr;  ///< for what is of no consequence; may be null
};

/// Who signed the newest commit of a source. The same commit is judged by the same keys alike, but for keys that
/// expire: so it is checked again at times, and at once when the keys are others.
class KnownSigner {
 public:
  using Instant = std::chrono::steady_clock::time_point;

  /// The signer, if this commit was checked lately with keys of this digest.
  [[nodiscard]] std::optional<std::string> of(const std::string& commit, const std::string& keys, Instant now) const;
  void keep(std::string commit, std::string keys, std::string signer, Instant now);

 private:
  std::string commit_;
  std::string keys_;
  std::string signer_;
  Instant checked_;
};

/// Brings the mirror up to date, and checks the commit's signature if `verify` asks for it. The keys are read at each
/// fetch, so that one that was removed no longer counts. `in_force`, a commit or empty, stays in the mirror. `known` is
/// of earlier fetches of the source; it may be null. The CAs for https come from $SSL_CERT_FILE, or else from the
/// system.
net::Awaitable<Result<SourceCommit, FetchProblem>> fetch_source(const SourceConfig* source, FetchContext context,
                                                                Mirror mirror, std::string in_force,
                                                                KnownSigner* known = nullptr);

/// The last good commit from an earlier run of the daemon, read from the mirror without a fetch. Its signature is
/// checked as at a fetch.
net::Awaitable<Result<SourceCommit, FetchProblem>> recall_source(const SourceConfig* source, FetchContext context);

}  // namespace plumbline::daemon
