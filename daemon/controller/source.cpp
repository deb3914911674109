#include "daemon/controller/source.h"

#include <utility>

#include "daemon/controller/last_commit.h"
#include "net/run_on.h"

namespace plumbline::daemon {

namespace {

using Clock = std::chrono::steady_clock;

bool is_same(const SourceCommit& a, const SourceCommit& b) {
  return a.id == b.id && a.label == b.label;
}

}  // namespace

Source::Source(const SourceConfig& config, FetchContext context)
    : config_(config), context_(std::move(context)), loading_(context_.children->executor(), 1) {}

Awaitable<Result<Source::Update, FetchProblem>> Source::fetch() {
  Update update;
  const auto started = Clock::now();
  const auto mirror = is_whole() ? Mirror::update : Mirror::rebuild;
  auto commit = co_await fetch_source(&config_, context_, mirror, in_force_.commit.id, &signer_);
  update.fetching = Clock::now() - started;
  if (!commit) co_return std::unexpected(std::move(commit.error()));
  update.commit = std::move(*commit);
  co_return co_await take(std::move(update), Want::newer);
}

Awaitable<Result<Source::Update, FetchProblem>> Source::recall() {
  auto commit = co_await recall_source(&config_, context_);
  if (!commit) co_return std::unexpected(std::move(commit.error()));
  Update update;
  update.commit = std::move(*commit);
  co_return co_await take(std::move(update), Want::anything_where_nothing_is);
}

// Stored before the commit is used: after a restart, a commit that was applied must not give way to an older one. A
// folder has no commit.
Awaitable<Result<void>> Source::remember(SourceCommit commit) {
  if (commit.id.empty()) co_return Result<void>();
  const auto* source = &config_;
  co_return co_await net::run_on(context_.pool, [source, mirrors = context_.mirrors, commit] {
    return remember_commit(*source, mirrors, commit);
  });
}

Awaitable<Result<Source::Update, FetchProblem>> Source::take(Update update, Want want) {
  const auto turn = co_await loading_.enter();
  if (!is_wanted(update.commit, want)) co_return update;
  co_return co_await load(std::move(update));
}

Awaitable<std::map<std::string, manifests::Kinship>> Source::kinship(std::set<std::string> commits) const {
  const auto* source = &config_;
  co_return co_await net::run_on(
      context_.pool, [source, mirrors = context_.mirrors, ours = in_force_.commit.id, commits = std::move(commits)] {
        const auto mirror = mirror_of(*source, mirrors);
        std::map<std::string, manifests::Kinship> kin;
        for (const auto& theirs : commits) kin.emplace(theirs, manifests::kinship(mirror, theirs, ours));
        return kin;
      });
}

Awaitable<Result<Source::Update, FetchProblem>> Source::load(Update update) {
  const auto started = Clock::now();
  auto loaded = co_await load_source(&config_, context_, update.commit, &memory_);
  if (!loaded) co_return std::unexpected(std::move(loaded.error()));
  auto digest = co_await folder_digest(*loaded);
  update.loading = Clock::now() - started;
  update.commit = loaded->commit;
  // Another commit, or another name for it, is another revision even if it asks for the same, because it will be shown
  // as applied.
  if (!desired() || !is_same(update.commit, in_force_.commit) || digest != folder_digest_) {
    update.revision = Schedule::Revision::changed;
    update.remembered = co_await remember(update.commit);
  }
  in_force_ = *std::move(loaded);
  folder_digest_ = std::move(digest);
  co_return update;
}

// The id of a commit already says what it asks for.
Awaitable<std::string> Source::folder_digest(LoadedSource loaded) const {
  if (!loaded.commit.id.empty()) co_return std::string();
  co_return co_await net::run_on(context_.pool, [desired = std::move(loaded.desired)] { return digest_of(*desired); });
}

bool Source::is_wanted(const SourceCommit& commit, Want want) const {
  return want == Want::newer ? is_new(commit) : !desired();
}

// The manifests of a commit never change. A folder has no commit.
bool Source::is_new(const SourceCommit& commit) const {
  return !desired() || commit.id.empty() || !is_same(commit, in_force_.commit) || !is_whole();
}

bool Source::is_whole() const {
  return !desired() || !is_damaged(*desired());
}

}  // namespace plumbline::daemon
