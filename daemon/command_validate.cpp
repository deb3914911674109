#include <ostream>

#include "daemon/commands.h"
#include "daemon/exit_code.h"
#include "daemon/report.h"
#include "daemon/selection.h"
#include "daemon/source.h"

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
  const auto selection = select_source(command.select, Needs::manifests, console.environment);
  if (!selection) {
    return report_failure(console.out, console.err, format, selection.error(), exit_code::kConfiguration);
  }
  const auto& source = selection->config.sources.at(selection->source);
  const auto commit = fetch_source(source, selection->mirrors, console.environment);
  auto desired = commit ? load_source(source, selection->mirrors, *commit) : std::unexpected(commit.error());
  if (!desired) {
    return report_failure(console.out, console.err, format, {{.summary = desired.error().message}}, exit_code::kError);
  }
  const auto& state = **desired;
  const bool valid = !has_errors(state.diagnostics);
  print_diagnostics(console.err, state.diagnostics);
  if (is_empty(state)) print_diagnostics(console.err, {nothing_found(source)});
  if (format == OutputFormat::json) {
    console.out << to_pretty_text(valid_document(state));
  } else if (valid) {
    console.out << valid_line(state) << '\n';
  }
  return valid ? exit_code::kSuccess : exit_code::kError;
}

}  // namespace plumbline::daemon
