#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "daemon/config.h"
#include "daemon/environment.h"
#include "daemon/schedule.h"
#include "daemon/source.h"
#include "manifests/worker.h"
#include "net/awaitable.h"

namespace plumbline::daemon {

using net::Awaitable;

/// A command reads its source once. The daemon reads it again and again, and wants to know whether a folder, which has
/// no commit, has changed since.
enum class Reading { once, again };

/// The newest manifests of one source. What was good last stays in force while fetches fail.
class SourceFeed {
 public:
  /// The references outlive the feed.
  SourceFeed(const SourceConfig& source, const Environment& environment, std::string mirrors, net::Executor pool,
             Reading reading);

  struct Update {
    Schedule::Revision revision = Schedule::Revision::same;
    SourceCommit commit;
    std::chrono::nanoseconds fetching{0};
    std::chrono::nanoseconds parsing{0};
  };
  /// Fetches, and reads the manifests if there is anything new. The work is done on the pool.
  Awaitable<Result<Update, FetchProblem>> refresh();

  /// Lets recall() find the commit in force after a restart; a folder has none.
  Awaitable<Result<void>> remember();

  /// Reads what was in force when the daemon ran last, for as long as nothing newer can be fetched; the error says why
  /// there is nothing.
  Awaitable<Result<Update, FetchProblem>> recall();

  /// Null before the first refresh() or recall() that succeeded.
  [[nodiscard]] const std::shared_ptr<const manifests::DesiredState>& desired() const { return in_force_.desired; }

 private:
  Awaitable<Result<Update, FetchProblem>> load(Update update);
  [[nodiscard]] bool is_new(const SourceCommit& commit) const;
  [[nodiscard]] bool is_whole() const;

  const SourceConfig& source_;
  const Environment& environment_;
  std::string mirrors_;
  net::Executor pool_;
  Reading reading_;
  LoadMemory memory_;
  LoadedSource in_force_;
  std::string identity_;
};

}  // namespace plumbline::daemon
