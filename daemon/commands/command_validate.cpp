#include <algorithm>
#include <chrono>
#include <iterator>
#include <ostream>
#include <utility>

#include "base/text.h"
#include "daemon/commands/commands.h"
#include "daemon/commands/report.h"
#include "daemon/commands/selection.h"
#include "daemon/controller/source_load.h"
#include "daemon/exit_code.h"
#include "manifests/late_dates.h"

namespace plumbline::daemon {
namespace {

Json valid_document(const manifests::DesiredState& desired) {
  auto document = failure_document(desired.diagnostics);
  auto& members = document.get_object();
  members["errored"] = has_errors(desired.diagnostics);
  members["revision"] = desired.revision;
  members["workers"] = desired.workers.size();
  members["files"] = desired.manifest_files;
  return document;
}

Json valid_document(const Config& config) {
  auto document = failure_document({});
  auto& members = document.get_object();
  members["errored"] = false;
  members["accounts"] = config.accounts.size();
  members["sources"] = config.sources.size();
  return document;
}

}  // namespace

int run_validate(const ValidateConfigCommand& command, const Console& console) {
  const auto loaded = load_config(command.config_file);
  if (has_errors(loaded.diagnostics)) {
    return report_failure(console.out, console.err, command.output, {loaded.diagnostics, exit_code::kConfiguration});
  }
  print_diagnostics(console.err, loaded.diagnostics);
  if (command.output == OutputFormat::json) {
    console.out << to_pretty_text(valid_document(loaded.config));
  } else {
    console.out << counted(loaded.config.sources.size(), "source") << " in "
                << counted(loaded.config.accounts.size(), "account") << ": valid\n";
  }
  return exit_code::kSuccess;
}

int run_validate(const ValidateCommand& command, const Console& console) {
  const auto format = command.select.output;
  const auto loaded = load_selected(command.select, console.environment);
  if (!loaded) return report_failure(console.out, console.err, format, loaded.error());
  auto state = *loaded->desired;
  const auto today = std::chrono::floor<std::chrono::days>(std::chrono::system_clock::now());
  std::ranges::move(manifests::late_dates(state, today), std::back_inserter(state.diagnostics));
  const bool valid = !has_errors(state.diagnostics);
  // A name may be unknown because its manifest cannot be read; then that error is the one to tell.
  auto unknown = unknown_only(command.select.only, names_of(state));
  if (unknown && valid) {
    return report_failure(console.out, console.err, format, {{*std::move(unknown)}, exit_code::kError});
  }
  print_diagnostics(console.err, state.diagnostics);
  if (is_empty(state)) print_diagnostics(console.err, {nothing_found(loaded->source)});
  if (format == OutputFormat::json) {
    console.out << to_pretty_text(valid_document(state));
  } else if (valid) {
    console.out << valid_line(state) << '\n';
  }
  return valid ? exit_code::kSuccess : exit_code::kError;
}

}  // namespace plumbline::daemon
