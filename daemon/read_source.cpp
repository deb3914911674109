#include "daemon/read_source.h"

#include <utility>

#include "daemon/exit_code.h"
#include "daemon/selection.h"
#include "daemon/source.h"

namespace plumbline::daemon {

Result<ReadSource, Unreadable> read_source(const SelectOptions& options, const Environment& environment) {
  auto selection = select_source(options, Needs::manifests, environment);
  if (!selection) return std::unexpected(Unreadable{std::move(selection.error()), exit_code::kConfiguration});
  SourceConfig& source = selection->config.sources.at(selection->source);
  const auto unreadable = [](FetchProblem& problem) {
    return std::unexpected(Unreadable{{{.summary = std::move(problem.message)}}, exit_code::kError});
  };
  auto commit = fetch_source(source, selection->mirrors, environment);
  if (!commit) return unreadable(commit.error());
  auto loaded = load_source(source, selection->mirrors, environment, std::move(*commit));
  if (!loaded) return unreadable(loaded.error());
  return ReadSource{std::move(source), std::move(loaded->desired)};
}

}  // namespace plumbline::daemon
