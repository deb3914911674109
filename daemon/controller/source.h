#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "daemon/config/config.h"
#include "daemon/controller/schedule.h"
#include "daemon/controller/source_load.h"
#include "manifests/sources/git/git_history.h"
#include "manifests/worker.h"
#include "net/awaitable.h"
#include "net/turnstile.h"

namespace plumbline::daemon {

using net::Awaitable;

/// A source of the daemon, and the manifests that are in force of it. The last good ones stay in force while fetches
/// fail, and after a restart. On the loop thread; blocking work is done on the pool.
class Source {
 public:
  /// `config`, and everything that `context` points at, must outlive it.
  Source(const SourceConfig& config, FetchContext context);

  /// What a fetch brought, or a recall.
  struct Update {
    Schedule::Revision revision = Schedule::Revision::same;
    SourceCommit commit;
    std::chrono::nanoseconds fetching{0};
    std::chrono::nanoseconds loading{0};
    /// Whether recall() would find a changed revision after a restart; the error says why not.
    Result<void> remembered;
  };
  /// Fetches, and reads the manifests if there is anything new. One call at a time, but recall() may be called
  /// meanwhile, because a server may be slow.
  Awaitable<Result<Update, FetchProblem>> fetch();

  /// Reads the revision that was in force when the daemon ran last, until something newer can be fetched. Changes
  /// nothing if a revision is in force already. The error says why there is nothing to recall.
  Awaitable<Result<Update, FetchProblem>> recall();

  /// How these commits relate to the one in force.
  Awaitable<std::map<std::string, manifests::Kinship>> kinship(std::set<std::string> commits) const;

  /// Null until fetch() or recall() has succeeded once.
  [[nodiscard]] const std::shared_ptr<const manifests::DesiredState>& desired() const { return in_force_.desired; }

 private:
  /// When a commit is to be loaded.
  enum class Want { newer, anything_where_nothing_is };

  Awaitable<Result<Update, FetchProblem>> take(Update update, Want want);
  Awaitable<Result<Update, FetchProblem>> load(Update update);
  Awaitable<Result<void>> remember(SourceCommit commit);
  Awaitable<std::string> folder_digest(LoadedSource loaded) const;
  [[nodiscard]] bool is_wanted(const SourceCommit& commit, Want want) const;
  [[nodiscard]] bool is_new(const SourceCommit& commit) const;
  [[nodiscard]] bool is_whole() const;

  const SourceConfig& config_;
  FetchContext context_;
  net::Turnstile loading_;  ///< one load at a time, because each continues from what the previous one has read
  KnownSigner signer_;      ///< used by fetch() alone
  LoadMemory memory_;
  LoadedSource in_force_;
  std::string folder_digest_;  ///< of the manifests in force; empty for a commit
};

}  // namespace plumbline::daemon
