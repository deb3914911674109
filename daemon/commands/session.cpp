#include "daemon/commands/session.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "daemon/controller/account_mend.h"
#include "daemon/controller/source_load.h"
#include "reconciler/apply/rounds.h"

namespace plumbline::daemon {
namespace {

std::unexpected<CommandFailure> failure(std::string summary, std::string detail, int exit_code) {
  return std::unexpected(CommandFailure{{{.summary = std::move(summary), .detail = std::move(detail)}}, exit_code});
}

constexpr const char* kNoStore =
    "manifests name secrets, but there is no store to take them from: give --secrets DIR, or secret_stores in the "
    "configuration";

constexpr const char* kNoFingerprintKey =
    "without a fingerprint key, Plumbline does not notice a rotated secret; set PLUMBLINE_FINGERPRINT_KEY, or "
    "fingerprint_key in "
    "the configuration";

constexpr const char* kNoJournal = ". If that file was no journal, move it back and name another one with --journal";

// Whether any Worker has a managed secret.
bool has_secrets(const manifests::DesiredState& desired) {
  return std::ranges::any_of(desired.workers, [](const auto& worker) { return !worker.secrets.empty(); });
}

// Without the journal a command beside a daemon goes on: git and the API hold the truth, and the daemon reads again
// what this command writes.
std::optional<std::string> journal_problem(const reconciler::Journal& journal) {
  auto problem = journal.degraded();
  if (!problem) return problem;
  if (!journal.held_by()) {
    *problem += ". Make the file and its folder writable, or name another file with --journal";
  } else {
    *problem +=
        ". That process remembers what this command writes only after it has read the account again. If it is a daemon "
        "with the same source, both may write at the same time";
  }
  return problem;
}

// Those of the manifests, and those that are live and the source's.
std::set<std::string> known_workers(const manifests::DesiredState& desired, const reconciler::Plan& plan) {
  auto names = names_of(desired);
  for (const auto& change : plan.workers) names.insert(change.name);
  return names;
}

Diagnostic warning(std::string summary) {
  return {.severity = Severity::warning, .summary = std::move(summary)};
}

}  // namespace

Session::Session(Selection selection, reconciler::JournalMode journal_mode, const Environment& environment,
                 Logger& logger)
    : selection_(std::move(selection)),
      environment_(environment),
      runtime_(selection_.config, {.io = io_.get_executor(),
                                   .pool = pool_.get_executor(),
                                   .journal_path = selection_.journal_path,
                                   .journal_mode = journal_mode,
                                   .environment = &environment_,
                                   .logger = &logger}),
      source_(selection_.config.sources.at(selection_.source)),
      access_(source_, selection_.config, runtime_) {}

Session::~Session() = default;

Awaitable<Result<void, CommandFailure>> Session::open(Manifests manifests) {
  auto opened = co_await access_.open();
  if (!opened) co_return failure(opened.error().message, {}, exit_code::kConfiguration);
  if (manifests == Manifests::leave) co_return Result<void, CommandFailure>();
  reading_ = Reading::source;
  auto desired = co_await fetch_and_load(&source_, runtime_.fetch_context(selection_.mirrors));
  reading_ = Reading::nothing;
  if (!desired) co_return failure(desired.error().message, {}, exit_code::kError);
  desired_ = *std::move(desired);
  if (source_.policy == reconciler::Prune::sync) neighbours_ = co_await load_neighbours();
  co_return Result<void, CommandFailure>();
}

reconciler::Scope Session::scope() const {
  return access_.scope(access_.policy(), reconciler::Refresh::list, api::Priority::interactive);
}

// Deletes require the names that the other sources of the account hold.
Awaitable<Neighbours> Session::load_neighbours() {
  Neighbours neighbours;
  for (const auto& [name, source] : selection_.config.sources) {
    if (name == source_.name || source.account != source_.account) continue;
    const auto desired = co_await fetch_and_load(&source, runtime_.fetch_context(selection_.mirrors));
    if (desired) {
      for (const auto& worker : names_of(**desired)) neighbours.names.emplace(worker, name);
    } else {
      neighbours.unknown = name;
    }
  }
  co_return neighbours;
}

std::vector<Diagnostic> Session::notes() const {
  std::vector<Diagnostic> notes;
  for (const auto& text : access_.warnings()) notes.push_back(warning(text));
  if (is_empty(*desired_)) notes.push_back(nothing_found(source_));
  if (has_secrets(*desired_)) {
    if (source_.secret_stores.empty()) notes.push_back(warning(kNoStore));
    if (!selection_.config.fingerprint_key.given()) notes.push_back(warning(kNoFingerprintKey));
  }
  if (!neighbours_.unknown.empty()) {
    notes.push_back(warning("nothing is deleted, because source " + neighbours_.unknown +
                            " of the same account could not be read"));
  }
  if (const auto problem = journal_problem(runtime_.journal())) notes.push_back(warning("journal: " + *problem));
  if (const auto rebuilt = runtime_.journal().rebuilt()) notes.push_back(warning("journal: " + *rebuilt + kNoJournal));
  return notes;
}

Awaitable<Result<reconciler::Plan, CommandFailure>> Session::plan(SelectOptions options, std::string digest) {
  auto policy = with_neighbours(access_.policy(), neighbours_);
  policy.only = {options.only.begin(), options.only.end()};
  policy.approved.digest = std::move(digest);
  scope_ = access_.scope(std::move(policy), options.refresh, api::Priority::interactive);
  scope_.audience = reconciler::Audience::people;
  scope_.account.tally = std::make_shared<std::size_t>(0);
  reading_ = Reading::account;
  auto plan = co_await reconciler::plan_pass(scope_, desired_);
  reading_ = Reading::nothing;
  if (!plan) {
    const auto& account = selection_.config.accounts.at(source_.account);
    const auto mend = account_mend(plan.error(), account);
    co_return failure(api::to_text(plan.error()), mend.empty() ? "nothing was changed; try again later" : mend,
                      exit_code::kError);
  }
  // A name may be unknown because its manifest cannot be read; then that error is the one to tell.
  auto unknown = unknown_only(options.only, known_workers(*desired_, *plan));
  if (unknown && !has_errors(desired_->diagnostics)) {
    co_return failure(std::move(unknown->summary), std::move(unknown->detail), exit_code::kError);
  }
  for (auto& note : notes()) plan->diagnostics.push_back(std::move(note));
  co_return std::move(*plan);
}

Awaitable<reconciler::ApplyReport> Session::apply(reconciler::Plan plan, reconciler::ApplyOptions options) {
  reconciler::RoundOptions rounds;
  rounds.apply = std::move(options);
  rounds.approval = reconciler::Approval::of_this_plan;
  // Later rounds make a part of the same plan.
  scope_.policy.approved.changes = plan.change_digests;
  co_return co_await apply_in_rounds(scope_, desired_, std::move(plan), std::move(rounds));
}

std::string Session::doing() const {
  if (reading_ == Reading::nothing) return {};
  if (reading_ == Reading::source) return "reading " + source_.repository;
  const auto workers = scope_.policy.only.empty() ? desired_->workers.size() : scope_.policy.only.size();
  auto text = fmt::format("reading {} of account {}, {} so far", counted(workers, "Worker"), scope_.account.id,
                          counted(*scope_.account.tally, "call"));
  if (const auto until = waits_until()) text += "; waits for the budget of calls until " + to_rfc3339(*until);
  return text;
}

std::optional<TimePoint> Session::waits_until() const {
  return access_.account().blocked_until();
}

Awaitable<> Session::close() {
  co_await runtime_.shutdown();
}

}  // namespace plumbline::daemon
