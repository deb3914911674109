#include "daemon/commands/check_source.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "base/text.h"
#include "daemon/commands/check_judgements.h"
#include "daemon/commands/report.h"
#include "daemon/controller/secret_stores.h"
#include "daemon/controller/source_load.h"
#include "net/run_on.h"

namespace plumbline::daemon {
namespace {

constexpr std::size_t kMostNamed = 3;

// The first problems by name, and how many more there are.
std::string some_of(const std::vector<std::string>& problems) {
  std::string text;
  for (std::size_t i = 0; i < std::min(problems.size(), kMostNamed); ++i) text += (i == 0 ? "" : "; ") + problems[i];
  if (problems.size() > kMostNamed) text += "; and " + std::to_string(problems.size() - kMostNamed) + " more";
  return text;
}

CheckRow git_row(const std::string& place, const FetchProblem& problem) {
  const bool is_unsigned = problem.kind == FetchProblem::Kind::verification;
  return {CheckResult::failed, place + (is_unsigned ? ".verify" : ".repository"), problem.message,
          is_unsigned ? "have it signed by one of verify.keys" : "check the repository, its reference and credentials"};
}

CheckRow manifests_row(const std::string& place, const SourceConfig& source, const manifests::DesiredState& desired) {
  const std::string what = place + ".manifests";
  if (is_empty(desired)) {
    const auto empty = nothing_found(source);
    return {CheckResult::warning, what, empty.summary, empty.detail};
  }
  std::vector<std::string> errors;
  for (const auto& diagnostic : desired.diagnostics) {
    if (diagnostic.severity == Severity::error) errors.push_back(to_text(diagnostic));
  }
  if (errors.empty()) return {CheckResult::ok, what, valid_line(desired)};
  return {CheckResult::failed, what, some_of(errors), "plumbline validate names all of them"};
}

// Reads each key, and keeps no value. Blocks; for the pool.
CheckRow secrets_row(const std::string& place, const SourceConfig& source, const Config& config,
                     const Environment& environment, const manifests::DesiredState& desired) {
  const std::string what = place + ".secrets";
  const auto opened = open_stores(source, config, environment);
  auto problems = opened.problems;
  std::size_t count = 0;
  for (const auto& worker : desired.workers) {
    for (const auto& [name, reference] : worker.secrets) {
      ++count;
      const auto store = opened.stores.find(reference.store);
      const auto address = "worker." + worker.name + " " + name + ": ";
      if (store != opened.stores.end()) {
        if (const auto value = store->second->read(reference.key); !value) {
          problems.push_back(address + value.error().message);
        }
      } else if (!source.secret_stores.contains(reference.store)) {
        problems.push_back(address + "the source has no secret store \"" + reference.store + '"');
      }
    }
  }
  if (problems.empty()) return {CheckResult::ok, what, counted(count, "secret") + " can be read"};
  return {CheckResult::failed, what, some_of(problems), "write them, for the user of the daemon to read"};
}

CheckRow limits_row(const std::string& place, const SourceConfig& source, const manifests::DesiredState& desired) {
  SourceFacts facts{.most_files = source.limits.files, .most_bytes = source.limits.bytes};
  for (const auto& entry : desired.tree->entries()) {
    ++facts.files;
    facts.bytes += entry.size;
  }
  return judge_limits(place + ".limits", facts);
}

}  // namespace

net::Awaitable<SourceFindings> check_source(const SourceConfig* source, const Config* config, FetchContext context) {
  const std::string place = "sources." + source->name;
  SourceFindings found;
  auto desired = co_await fetch_and_load(source, context);
  if (!desired) {
    found.rows.push_back(git_row(place, desired.error()));
    co_return found;
  }
  found.desired = *std::move(desired);
  found.rows.push_back({CheckResult::ok, place + ".repository",
                        source->repository + " at " + found.desired->revision +
                            (source->verify_keys.empty() ? "" : ", signed by a trusted key")});
  found.rows.push_back(manifests_row(place, *source, *found.desired));
  found.rows.push_back(limits_row(place, *source, *found.desired));
  const auto state = found.desired;
  const auto* environment = context.environment;
  found.rows.push_back(co_await net::run_on(context.pool, [place, source, config, environment, state] {
    return secrets_row(place, *source, *config, *environment, *state);
  }));
  co_return found;
}

}  // namespace plumbline::daemon
