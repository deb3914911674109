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
#include "daemon/controller/source.h"
#include "manifests/sources/git/git_history.h"
#include "manifests/worker.h"
#include "net/awaitable.h"
#include "net/turnstile.h"

namespace plumbline::daemon {

using net::Awaitable;

/// A command reads its source once. The daemon reads it again and again, wants to know whether a folder, which has no
/// commit, has changed since, and remembers what is in force beyond its own life.
enum class Reading { once, again };

/// The newest manifests of one source. What was good last stays in force while fetches fail.
class SourceFeed {
 public:
  /// `source` and what `context` points at outlive the feed.
  SourceFeed(const SourceConfig& source, FetchContext context, Reading reading);

  struct Update {
    Schedule::Revision revision = Schedule::Revision::same;
    SourceCommit commit;
    std::chrono::nanoseconds fetching{0};
    std::chrono::nanoseconds parsing{0};
    Result<void> remembered;  ///< whether recall() would find a changed revision after a restart
  };
  /// Fetches, and reads the manifests if there is anything new. One at a time; recall() may come in between, while a
  /// server is slow.
  Awaitable<Result<Update, FetchProblem>> refresh();

  /// Reads what was in force when the daemon ran last, for as long as nothing newer can be fetched; the error says why
  /// there is nothing. Changes nothing where something is in force.
  Awaitable<Result<Update, FetchProblem>> recall();

  /// How these commits stand to the one in force.
  Awaitable<std::map<std::string, manifests::Kinship>> kinship(std::set<std::string> commits) const;

  /// Null before the first refresh() or recall() that succeeded.
  [[nodiscard]] const std::shared_ptr<const manifests::DesiredState>& desired() const { return in_force_.desired; }

 private:
  /// What of a fetched commit is to be read.
  enum class Want { newer, anything_where_nothing_is };

  Awaitable<Result<Update, FetchProblem>> take(Update update, Want want);
  Awaitable<Result<Update, FetchProblem>> load(Update update);
  Awaitable<Result<void>> remember(SourceCommit commit);
  [[nodiscard]] bool is_wanted(const SourceCommit& commit, Want want) const;
  [[nodiscard]] bool is_new(const SourceCommit& commit) const;
  [[nodiscard]] bool is_whole() const;

  const SourceConfig& source_;
  FetchContext context_;
  Reading reading_;
  net::Turnstile loading_;  ///< one load at a time: each goes on from what the last one has read
  LoadMemory memory_;
  LoadedSource in_force_;
  std::string identity_;
};

}  // namespace plumbline::daemon
