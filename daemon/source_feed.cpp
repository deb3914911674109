#include "daemon/source_feed.h"

#include <utility>

#include "daemon/source.h"
#include "net/run_on.h"

namespace plumbline::daemon {

namespace {

using Clock = std::chrono::steady_clock;

// A state and what it is told by; both are made on the pool.
struct Loaded {
  std::shared_ptr<const manifests::DesiredState> desired;
  std::string identity;
};

Result<Loaded> load(const SourceConfig& source, const std::string& mirrors, const std::string& commit) {
  auto desired = load_source(source, mirrors, commit, Unapplied::refuse);
  if (!desired) return std::unexpected(std::move(desired.error()));
  auto identity = identity_of(**desired);
  return Loaded{std::move(*desired), std::move(identity)};
}

}  // namespace

SourceFeed::SourceFeed(const SourceConfig& source, const Environment& environment, std::string mirrors,
                       net::Executor pool)
    : source_(source), environment_(environment), mirrors_(std::move(mirrors)), pool_(std::move(pool)) {}

Awaitable<Result<SourceFeed::Update>> SourceFeed::refresh() {
  const auto* source = &source_;
  const auto* environment = &environment_;
  Update update;
  const auto started = Clock::now();
  auto commit = co_await net::run_on(
      pool_, [source, environment, mirrors = mirrors_] { return fetch_source(*source, mirrors, *environment); });
  update.fetching = Clock::now() - started;
  if (!commit) co_return std::unexpected(std::move(commit.error()));
  // The manifests of a commit never change; a folder has none.
  if (desired_ && !commit->empty() && *commit == commit_) co_return update;

  const auto parsing = Clock::now();
  auto loaded = co_await net::run_on(
      pool_, [source, mirrors = mirrors_, commit = *commit] { return load(*source, mirrors, commit); });
  update.parsing = Clock::now() - parsing;
  if (!loaded) co_return std::unexpected(std::move(loaded.error()));
  // Another commit is another revision even if it asks for the same: it is what will be shown as applied.
  if (!desired_ || *commit != commit_ || loaded->identity != identity_) update.revision = Schedule::Revision::changed;
  commit_ = std::move(*commit);
  identity_ = std::move(loaded->identity);
  desired_ = std::move(loaded->desired);
  co_return update;
}

}  // namespace plumbline::daemon
