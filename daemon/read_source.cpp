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
  const auto commit = fetch_source(source, selection->mirrors, environment);
  auto desired =
      commit ? load_source(source, selection->mirrors, *commit, Unapplied::accept) : std::unexpected(commit.error());
  if (!desired) return std::unexpected(Unreadable{{{.summary = desired.error().message}}, exit_code::kError});
  return ReadSource{std::move(source), *std::move(desired)};
}

}  // namespace plumbline::daemon
