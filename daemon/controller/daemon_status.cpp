#include <algorithm>
#include <map>
#include <string>

#include "base/text.h"
#include "base/time_point.h"
#include "base/version.h"
#include "daemon/controller/daemon.h"
#include "daemon/controller/status_line.h"

// What the daemon says of itself.
namespace plumbline::daemon {

// Why the journal is not written, and how to mend it; empty if it is.
std::string Daemon::journal_problem() const {
  const auto degraded = runtime_.journal().degraded();
  if (!degraded) return {};
  return *degraded + "; make the file and its folder writable, or set journal.path to another file";
}

// Why a source of that account cannot compare; empty if it can.
std::string Daemon::account_problem(const std::string& account) const {
  const auto found = std::ranges::find_if(loops_, [&account](const auto& loop) {
    return loop->config().account == account && !loop->pass_problem().empty();
  });
  return found == loops_.end() ? std::string() : (*found)->pass_problem();
}

std::vector<std::string> Daemon::missing() const {
  if (was_ready_) return {};
  auto lines = missing_now();
  was_ready_ = lines.empty();
  return lines;
}

std::vector<std::string> Daemon::missing_now() const {
  std::vector<std::string> lines;
  for (const auto& loop : loops_) {
    const auto& source = loop->config();
    if (!loop->status().has_fetched()) {
      const auto& problem = loop->fetch_problem();
      lines.push_back("source " + source.name + " has not been fetched yet" +
                      (problem.empty() ? "" : ": " + printable(problem)));
    }
  }
  for (const auto& [name, account] : config_->accounts) {
    const bool used = std::ranges::any_of(
        config_->sources, [&account](const auto& source) { return source.second.account == account.name; });
    if (used && !runtime_.account(name).is_verified()) {
      const auto problem = account_problem(name);
      lines.push_back("the token of account " + name + " has not been accepted yet" +
                      (problem.empty() ? "" : ": " + printable(problem)));
    }
  }
  return lines;
}

// Reports a limit that delays passes while it does so, not after it has ended.
void Daemon::look_at_limits() const {
  for (const auto& loop : loops_) loop->look_at_limits();
}

void Daemon::tell_manager() {
  if (!notifier_.has_manager()) return;
  std::vector<const SourceStatus*> sources;
  sources.reserve(loops_.size());
  for (const auto& loop : loops_) sources.push_back(&loop->status());
  notifier_.status(status_line(sources));
}

void Daemon::tell_audits() {
  std::map<std::string, std::chrono::seconds> oldest;
  for (const auto& loop : loops_) {
    auto& age = oldest[loop->config().account];
    age = std::max(age, loop->audit_age());
  }
  for (const auto& [account, age] : oldest) metrics_.audit_oldest(account, age);
}

Json Daemon::journal_condition() const {
  const auto condition = [this](Truth status, std::string_view reason, std::string_view message) -> Json {
    return {{"type", "JournalIntact"},
            {"status", to_string(status)},
            {"reason", reason},
            {"message", message},
            {"lastTransitionTime", to_rfc3339(journal_since_)}};
  };
  const auto& journal = runtime_.journal();
  if (const auto problem = journal_problem(); !problem.empty()) {
    return condition(Truth::no, "JournalNotWritten", problem);
  }
  if (const auto rebuilt = journal.rebuilt()) return condition(Truth::no, "JournalRebuilt", *rebuilt);
  return condition(Truth::yes, "Succeeded", "");
}

Json Daemon::reload_condition() const {
  return {{"type", "ReloadSucceeded"},
          {"status", to_string(reload_problem_.empty() ? Truth::yes : Truth::no)},
          {"reason", reload_problem_.empty() ? "Succeeded" : "ReloadFailed"},
          {"message", reload_problem_},
          {"lastTransitionTime", to_rfc3339(reload_since_)}};
}

std::string Daemon::status() const {
  look_at_limits();
  const auto problem = journal_problem();
  const JsonObject head{{"version", version()},
                        {"instance", config_->instance},
                        {"ready", missing().empty()},
                        {"conditions", JsonArray{journal_condition(), reload_condition()}},
                        {"journal", JsonObject{{"bytes", runtime_.journal().bytes()},
                                               {"problem", problem.empty() ? Json(nullptr) : Json(problem)}}}};
  auto out = to_text(Json(head));
  out.pop_back();
  out += ",\"sources\":[";
  for (const auto& loop : loops_) {
    if (out.back() != '[') out += ',';
    out += loop->status().to_json_text();
  }
  out += "]}\n";
  return out;
}

}  // namespace plumbline::daemon
