#include "daemon/commands/read_source.h"

#include <boost/asio/thread_pool.hpp>
#include <utility>

#include "daemon/blocking.h"
#include "daemon/commands/selection.h"
#include "daemon/controller/source_load.h"
#include "daemon/exit_code.h"

namespace plumbline::daemon {

Result<ReadSource, Unreadable> read_source(const SelectOptions& options, const Environment& environment) {
  auto selection = select_source(options, Needs::manifests, environment);
  if (!selection) return std::unexpected(Unreadable{std::move(selection.error()), exit_code::kConfiguration});
  SourceConfig& source = selection->config.sources.at(selection->source);
  const auto unreadable = [](FetchProblem& problem) {
    return std::unexpected(Unreadable{{{.summary = std::move(problem.message)}}, exit_code::kError});
  };
  boost::asio::io_context io(1);
  boost::asio::thread_pool pool(1);
  net::Children children(io.get_executor());
  auto desired = run_until_done(io, fetch_and_load(&source, {.environment = &environment,
                                                             .mirrors = selection->mirrors,
                                                             .pool = pool.get_executor(),
                                                             .children = &children}));
  if (!desired) return unreadable(desired.error());
  return ReadSource{std::move(source), *std::move(desired)};
}

}  // namespace plumbline::daemon
