#include "daemon/commands/report.h"

#include <algorithm>
#include <ostream>

#include "base/text.h"
#include "daemon/controller/result_words.h"

namespace plumbline::daemon {
namespace {

using reconciler::Action;
using reconciler::WorkerResult;

std::string_view status_word(WorkerResult::Status status) {
  switch (status) {
    case WorkerResult::Status::done:
      return "done";
    case WorkerResult::Status::failed:
      return "failed";
    case WorkerResult::Status::replan:
      return "open";
    case WorkerResult::Status::skipped:
      return "skipped";
  }
  return "failed";
}

Json to_json(const Diagnostic& diagnostic) {
  return {{"severity", to_string(diagnostic.severity)},
          {"summary", diagnostic.summary},
          {"detail", diagnostic.detail},
          {"file", diagnostic.where.file},
          {"line", diagnostic.where.line},
          {"column", diagnostic.where.column}};
}

// How something ended that was not done. `line` begins with its address. `tries`: see WorkerResult.
std::string not_done(const std::string& line, WorkerResult::Status status, std::size_t tries,
                     const std::string& message) {
  switch (status) {
    case WorkerResult::Status::replan:
      if (tries > 0) return line + "failed after " + counted(tries, "attempt") + ": " + printable(message);
      return line + "not settled yet, looking again: " + printable(message);
    case WorkerResult::Status::skipped:
      return line + "skipped: " + printable(message);
    default:
      return line + "failed: " + printable(message);
  }
}

}  // namespace

void print_diagnostics(std::ostream& err, const std::vector<Diagnostic>& diagnostics) {
  for (const auto& diagnostic : diagnostics) err << to_text(diagnostic) << '\n';
}

Json failure_document(const std::vector<Diagnostic>& diagnostics) {
  JsonArray list;
  for (const auto& diagnostic : diagnostics) list.push_back(to_json(diagnostic));
  return {{"format_version", "1.0"}, {"errored", true}, {"diagnostics", std::move(list)}};
}

int report_failure(std::ostream& out, std::ostream& err, OutputFormat format, const CommandFailure& failure) {
  print_diagnostics(err, failure.diagnostics);
  if (format == OutputFormat::json) out << to_pretty_text(failure_document(failure.diagnostics));
  return failure.exit_code;
}

bool is_empty(const manifests::DesiredState& desired) {
  return desired.manifest_files == 0 && desired.workers.empty() && !has_errors(desired.diagnostics);
}

Diagnostic nothing_found(const SourceConfig& source) {
  return {.severity = Severity::warning,
          .summary = "no manifest was found in " + source.repository + (source.path.empty() ? "" : "/" + source.path),
          .detail =
              "manifests are YAML or JSON files with apiVersion: plumbline.dev/v1beta1, and wrangler configs "
              "(wrangler.json, wrangler.jsonc, wrangler.toml)"};
}

std::optional<Diagnostic> unknown_only(const std::vector<std::string>& only, const std::set<std::string>& known) {
  const auto unknown = std::ranges::find_if(only, [&known](const auto& name) { return !known.contains(name); });
  if (unknown == only.end()) return std::nullopt;
  const std::vector<std::string_view> candidates(known.begin(), known.end());
  const auto meant = nearest(*unknown, candidates);
  return Diagnostic{.summary = "--only worker." + *unknown + ": the source has no Worker of this name",
                    .detail = meant ? "did you mean worker." + *meant + "?"
                                    : "name a Worker that a manifest asks for, or a live one that the source owns"};
}

std::string valid_line(const manifests::DesiredState& desired) {
  std::string line = counted(desired.workers.size(), "Worker");
  if (!desired.zone_workers.empty()) line += " and " + counted(desired.zone_workers.size(), "ZoneWorker");
  return line + " in " + counted(desired.manifest_files, "file") + ": valid";
}

std::string progress_line(const WorkerResult& result, const reconciler::WorkerChange* change) {
  std::string line = "worker." + result.name + ": ";
  // A failed route has a line of its own.
  const auto status = result.exposure.empty() ? result.status : result.own;
  if (status != WorkerResult::Status::done) return not_done(line, status, result.tries, result.message);
  line += done_word(result);
  if (change != nullptr) line += " (" + counted(change->calls.size(), "call") + ")";
  return line;
}

std::vector<std::string> progress_lines(const WorkerResult& result, const reconciler::WorkerChange* change) {
  std::vector<std::string> lines;
  if (result.exposure.empty() || result.action != Action::no_op) lines.push_back(progress_line(result, change));
  for (const auto& exposure : result.exposure) lines.push_back(progress_line(exposure));
  return lines;
}

std::string progress_line(const reconciler::AddressedResult& result) {
  std::string line = printable(result.address) + ": ";
  if (result.status != WorkerResult::Status::done) return not_done(line, result.status, result.tries, result.message);
  return line + std::string(done_word(result));
}

std::string apply_line(const reconciler::ApplyReport& report, bool complete) {
  std::string line = complete ? "Apply complete! Resources: " : "Apply incomplete. Resources: ";
  if (report.imported > 0) line += std::to_string(report.imported) + " imported, ";
  return line + std::to_string(report.added) + " added, " + std::to_string(report.changed) + " changed, " +
         std::to_string(report.destroyed) + " destroyed.";
}

Json apply_document(const reconciler::ApplyReport& report, bool complete) {
  JsonArray workers;
  for (const auto& result : report.workers) {
    workers.push_back(
        {{"address", "worker." + result.name}, {"status", status_word(result.status)}, {"message", result.message}});
    for (const auto& exposure : result.exposure) {
      workers.push_back(
          {{"address", exposure.address}, {"status", status_word(exposure.status)}, {"message", exposure.message}});
    }
  }
  for (const auto& result : report.zone_workers) {
    workers.push_back(
        {{"address", result.address}, {"status", status_word(result.status)}, {"message", result.message}});
  }
  return {{"complete", complete},          {"added", report.added},       {"changed", report.changed},
          {"destroyed", report.destroyed}, {"imported", report.imported}, {"api_calls", report.calls},
          {"workers", std::move(workers)}};
}

std::vector<std::string> blocked_lines(const reconciler::Plan& plan) {
  std::vector<std::string> lines;
  for (const auto& blocked : blocks_of(plan)) lines.push_back(blocked_line(blocked));
  return lines;
}

}  // namespace plumbline::daemon
