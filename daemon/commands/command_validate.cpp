#include <algorithm>
#include <chrono>
#include <iterator>
#include <ostream>

#include "daemon/commands/commands.h"
#include "daemon/commands/report.h"
#include "daemon/commands/selection.h"
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

}  // namespace

int run_validate(const ValidateCommand& command, const Console& console) {
  const auto format = command.select.output;
  const auto loaded = load_selected(command.select, console.environment);
  if (!loaded) return report_failure(console.out, console.err, format, loaded.error());
  auto state = *loaded->desired;
  const auto today = std::chrono::floor<std::chrono::days>(std::chrono::system_clock::now());
  std::ranges::move(manifests::late_dates(state, today), std::back_inserter(state.diagnostics));
  const bool valid = !has_errors(state.diagnostics);
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
