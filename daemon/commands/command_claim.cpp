#include <algorithm>
#include <boost/asio/signal_set.hpp>
#include <csignal>
#include <map>
#include <ostream>
#include <utility>

#include "base/text.h"
#include "daemon/commands/commands.h"
#include "daemon/commands/confirm.h"
#include "daemon/commands/report.h"
#include "daemon/commands/session.h"
#include "daemon/exit_code.h"
#include "reconciler/apply/claim.h"

namespace plumbline::daemon {
namespace {

using reconciler::Claim;
using reconciler::ClaimResult;
using reconciler::ClaimStep;
using Manifests = Session::Manifests;

bool writes(const ClaimStep& step) {
  return step.kind == ClaimStep::Kind::write;
}

// One run of `plumbline adopt` or `plumbline release`: read, show, ask, write, report.
class ClaimRun {
 public:
  ClaimRun(const ClaimCommand& command, const Console& console, Session* session)
      : command_(command),
        console_(console),
        session_(session),
        json_(command.select.output == OutputFormat::json),
        is_adoption_(command.claim == Claim::adopt) {}

  Awaitable<int> run();

 private:
  Awaitable<Result<void, CommandFailure>> look();
  [[nodiscard]] Manifests manifests() const;
  [[nodiscard]] ClaimStep step_for(const std::string& name, const Json* tags) const;
  [[nodiscard]] std::optional<std::string> refusal() const;
  Awaitable<> write();
  void show(const ClaimStep& step) const;
  [[nodiscard]] int refuse(const std::string& why);
  [[nodiscard]] int tell();
  [[nodiscard]] Json document() const;

  const ClaimCommand& command_;
  const Console& console_;
  Session* session_;
  bool json_;
  bool is_adoption_;
  reconciler::Scope scope_;
  std::vector<ClaimResult> results_;  // for Workers that are not written yet; without errors
  bool errored_ = false;
  bool stopping_ = false;
};

// The manifests say which Workers are meant, and which of them are never pruned. A folder is read only if the command
// line names it.
Manifests ClaimRun::manifests() const {
  const bool from_source = command_.select.config_file || command_.select.repository;
  return command_.names.empty() || (is_adoption_ && from_source) ? Manifests::read : Manifests::leave;
}

ClaimStep ClaimRun::step_for(const std::string& name, const Json* tags) const {
  if (!is_adoption_) return release_step(name, tags, scope_.policy);
  std::optional<bool> keep;
  if (const auto& desired = session_->desired()) {
    const auto found = std::ranges::find(desired->workers, name, &manifests::DesiredWorker::name);
    if (found != desired->workers.end()) keep = !found->prune;
  }
  return adopt_step(name, tags, scope_.policy, keep);
}

Awaitable<Result<void, CommandFailure>> ClaimRun::look() {
  auto opened = co_await session_->open(manifests());
  if (!opened) co_return std::unexpected(std::move(opened.error()));
  scope_ = session_->scope();
  const auto list = co_await api::list_scripts(scope_.account);
  if (!list) co_return std::unexpected(CommandFailure{{{.summary = api::to_text(list.error())}}});
  std::map<std::string, const Json*, std::less<>> live;  // the tags of each Worker
  for (const auto& entry : *list) live.emplace(string_member(entry, "id"), member(entry, "tags"));

  for (const auto& name : command_.names) {
    const auto found = live.find(name);
    results_.push_back({found == live.end() ? reconciler::missing_step(name) : step_for(name, found->second), {}});
  }
  if (!command_.names.empty()) co_return Result<void, CommandFailure>();
  print_diagnostics(console_.err, session_->desired()->diagnostics);
  errored_ = has_errors(session_->desired()->diagnostics);
  for (const auto& worker : session_->desired()->workers) {
    const auto found = live.find(worker.name);
    if (found == live.end() || reconciler::is_claimed(found->second)) continue;
    results_.push_back({step_for(worker.name, found->second), {}});
  }
  co_return Result<void, CommandFailure>();
}

Awaitable<int> ClaimRun::run() {
  const auto looked = co_await look();
  if (!looked) {
    co_await session_->close();
    co_return report_failure(console_.out, console_.err, command_.select.output, looked.error());
  }
  for (const auto& result : results_) show(result.step);
  if (const auto why = refusal()) {
    co_await session_->close();
    co_return refuse(*why);
  }
  co_await write();
  co_await session_->close();
  co_return tell();
}

// Why nothing may be written. Empty if writing is allowed, or if there is nothing to write.
std::optional<std::string> ClaimRun::refusal() const {
  const auto count = static_cast<std::size_t>(
      std::ranges::count_if(results_, [](const ClaimResult& result) { return writes(result.step); }));
  if (count == 0 || command_.approval == Approval::given) return std::nullopt;
  if (!console_.ask) return "there is no terminal to ask at: give --yes not to be asked";
  const auto answer = console_.ask("\n" + std::string(is_adoption_ ? "Adopt " : "Release ") + counted(count, "Worker") +
                                   "? Only `yes` does: ");
  if (answer && is_yes(*answer)) return std::nullopt;
  return "not confirmed";
}

Awaitable<> ClaimRun::write() {
  boost::asio::signal_set signals(session_->io(), SIGINT, SIGTERM);
  signals.async_wait([this, &signals](const boost::system::error_code& error, int) {
    if (error) return;
    stopping_ = true;
    session_->stop_waiting();
    signals.clear();
  });
  for (auto& result : results_) {
    const bool claims = is_adoption_ && result.step.kind != ClaimStep::Kind::refused;
    if (claims && !stopping_) co_await reconciler::settle_create(scope_, result.step.worker);
    if (!writes(result.step)) continue;
    if (stopping_) {
      result.step.kind = ClaimStep::Kind::refused;
      result.step.message = "stopped before it was written";
      continue;
    }
    result = co_await reconciler::carry_out(scope_, command_.claim, result.step);
    auto& lines = json_ ? console_.err : console_.out;
    const auto* done = is_adoption_ ? "adopted" : "released";
    lines << "worker." << result.step.worker << ": ";
    if (result.error) {
      lines << api::to_text(*result.error);
    } else {
      lines << (writes(result.step) ? done : result.step.message);
    }
    lines << '\n' << std::flush;
  }
  signals.cancel();
}

void ClaimRun::show(const ClaimStep& step) const {
  auto& lines = json_ || step.kind == ClaimStep::Kind::refused ? console_.err : console_.out;
  const auto* refused = step.kind == ClaimStep::Kind::refused ? "refused: " : "";
  lines << "worker." << step.worker << ": " << refused << step.message << '\n' << std::flush;
}

int ClaimRun::refuse(const std::string& why) {
  console_.err << "plumbline " << (is_adoption_ ? "adopt: " : "release: ") << why << "\nNothing was changed.\n";
  errored_ = true;
  for (auto& result : results_) {
    if (!writes(result.step)) continue;
    result.step.kind = ClaimStep::Kind::refused;
    result.step.message = why;
  }
  if (json_) console_.out << to_pretty_text(document());
  return exit_code::kError;
}

int ClaimRun::tell() {
  const auto failed = static_cast<std::size_t>(std::ranges::count_if(results_, &ClaimResult::failed));
  const auto done = static_cast<std::size_t>(
      std::ranges::count_if(results_, [](const ClaimResult& one) { return !one.error && writes(one.step); }));
  errored_ = errored_ || failed > 0;
  if (json_) {
    console_.out << to_pretty_text(document());
  } else {
    console_.out << (is_adoption_ ? "Adopt " : "Release ") << (errored_ ? "incomplete. " : "complete! ")
                 << counted(done, "Worker") << (is_adoption_ ? " adopted, " : " released, ")
                 << results_.size() - done - failed << " so already, " << failed << " refused or failed.\n";
  }
  return errored_ ? exit_code::kError : exit_code::kSuccess;
}

Json ClaimRun::document() const {
  JsonArray workers;
  for (const auto& [step, error] : results_) {
    const bool refused = step.kind == ClaimStep::Kind::refused;
    const char* done = is_adoption_ ? "adopted" : "released";
    const char* outcome = error ? "failed" : refused ? "refused" : writes(step) ? done : "unchanged";
    workers.push_back({{"address", "worker." + step.worker},
                       {"outcome", outcome},
                       {"message", error ? api::to_text(*error) : step.message}});
  }
  return {{"format_version", "1.0"},
          {"owner", to_string(scope_.policy.owner)},
          {"errored", errored_},
          {"workers", std::move(workers)}};
}

}  // namespace

int run_claim(const ClaimCommand& command, const Console& console) {
  return run_in_session<ClaimRun>(command, console);
}

}  // namespace plumbline::daemon
