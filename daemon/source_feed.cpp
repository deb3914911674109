#include "daemon/source_feed.h"

#include <utility>

#include "daemon/last_commit.h"
#include "net/run_on.h"

namespace plumbline::daemon {

namespace {

using Clock = std::chrono::steady_clock;

struct Loaded {
  LoadedSource source;
  std::string identity;
};

Result<Loaded, FetchProblem> load_with_identity(const SourceConfig& source, const std::string& mirrors,
                                                const Environment& environment, const SourceCommit& commit,
                                                LoadMemory* memory, Reading reading) {
  auto loaded = load_source(source, mirrors, environment, commit, memory);
  if (!loaded) return std::unexpected(std::move(loaded.error()));
  // A commit tells by its id what it asks for.
  const bool wanted = loaded->commit.id.empty() && reading == Reading::again;
  auto identity = wanted ? identity_of(*loaded->desired) : std::string();
  return Loaded{std::move(*loaded), std::move(identity)};
}

bool is_same(const SourceCommit& a, const SourceCommit& b) {
  return a.id == b.id && a.label == b.label;
}

}  // namespace

SourceFeed::SourceFeed(const SourceConfig& source, const Environment& environment, std::string mirrors,
                       net::Executor pool, Reading reading)
    : source_(source),
      environment_(environment),
      mirrors_(std::move(mirrors)),
      pool_(std::move(pool)),
      reading_(reading) {}

Awaitable<Result<SourceFeed::Update, FetchProblem>> SourceFeed::refresh() {
  const auto* source = &source_;
  const auto* environment = &environment_;
  Update update;
  const auto started = Clock::now();
  const auto mirror = is_whole() ? Mirror::update : Mirror::rebuild;
  auto commit = co_await net::run_on(pool_, [source, environment, mirrors = mirrors_, mirror] {
    return fetch_source(*source, mirrors, *environment, mirror);
  });
  update.fetching = Clock::now() - started;
  if (!commit) co_return std::unexpected(std::move(commit.error()));
  update.commit = std::move(*commit);
  if (!is_new(update.commit)) co_return update;

  co_return co_await load(std::move(update));
}

Awaitable<Result<SourceFeed::Update, FetchProblem>> SourceFeed::recall() {
  const auto* source = &source_;
  auto commit = co_await net::run_on(pool_, [source, mirrors = mirrors_] { return recall_source(*source, mirrors); });
  if (!commit) co_return std::unexpected(std::move(commit.error()));
  co_return co_await load({.commit = std::move(*commit)});
}

Awaitable<Result<void>> SourceFeed::remember() {
  if (in_force_.commit.id.empty()) co_return Result<void>();
  const auto* source = &source_;
  co_return co_await net::run_on(pool_, [source, mirrors = mirrors_, commit = in_force_.commit] {
    return remember_commit(*source, mirrors, commit);
  });
}

Awaitable<Result<SourceFeed::Update, FetchProblem>> SourceFeed::load(Update update) {
  const auto* source = &source_;
  const auto* environment = &environment_;
  auto* memory = &memory_;
  const auto started = Clock::now();
  auto loaded = co_await net::run_on(
      pool_, [source, environment, memory, reading = reading_, mirrors = mirrors_, commit = update.commit] {
        return load_with_identity(*source, mirrors, *environment, commit, memory, reading);
      });
  update.parsing = Clock::now() - started;
  if (!loaded) co_return std::unexpected(std::move(loaded.error()));
  update.commit = loaded->source.commit;
  // Another commit, or another name of it, is another revision even if it asks for the same: it is what will be shown
  // as applied.
  if (!desired() || !is_same(update.commit, in_force_.commit) || loaded->identity != identity_) {
    update.revision = Schedule::Revision::changed;
  }
  in_force_ = std::move(loaded->source);
  identity_ = std::move(loaded->identity);
  co_return update;
}

// The manifests of a commit never change; a folder has none.
bool SourceFeed::is_new(const SourceCommit& commit) const {
  return !desired() || commit.id.empty() || !is_same(commit, in_force_.commit) || !is_whole();
}

bool SourceFeed::is_whole() const {
  return !desired() || !is_damaged(*desired());
}

}  // namespace plumbline::daemon
