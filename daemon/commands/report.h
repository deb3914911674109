#pragma once

#include <iosfwd>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/diagnostic.h"
#include "base/json.h"
#include "daemon/commands/command_line.h"
#include "daemon/config/config.h"
#include "reconciler/reconcile.h"

/// How commands report their results to a person or a program.
namespace plumbline::daemon {

/// Prints one line for each.
void print_diagnostics(std::ostream& err, const std::vector<Diagnostic>& diagnostics);

/// The document of `--output json` if there is no plan: `{"format_version":"1.0","errored":true,"diagnostics":[…]}`
Json failure_document(const std::vector<Diagnostic>& diagnostics);

/// Why a command ends without a result, and the exit code of the process.
struct CommandFailure {
  std::vector<Diagnostic> diagnostics;
  int exit_code = 1;
};

/// Reports a failure in the requested format, and returns its exit code.
int report_failure(std::ostream& out, std::ostream& err, OutputFormat format, const CommandFailure& failure);

/// Whether the source has no manifest at all, not even one with an error.
bool is_empty(const manifests::DesiredState& desired);

/// The warning for an empty source. The usual cause is a wrong path.
Diagnostic nothing_found(const SourceConfig& source);

/// The error for a Worker of `--only` that is not among `known`, the names of the source's Workers; nothing if all are.
std::optional<Diagnostic> unknown_only(const std::vector<std::string>& only, const std::set<std::string>& known);

/// `3 Workers in 2 files: valid`
std::string valid_line(const manifests::DesiredState& desired);

/// `worker.checkout: created (2 calls)`, or why it failed.
/// `change`: what the plan has of it; null: nothing.
std::string progress_line(const reconciler::WorkerResult& result, const reconciler::WorkerChange* change);

/// `route.shop.example.com/*: created`
std::string progress_line(const reconciler::AddressedResult& result);

/// progress_line() with a further line for each route and domain that was to be written. The Worker's own line is left
/// out if nothing of the Worker itself was to be written.
std::vector<std::string> progress_lines(const reconciler::WorkerResult& result, const reconciler::WorkerChange* change);

/// `Apply complete! Resources: 1 added, 0 changed, 0 destroyed.`, without a line end. If something was held back or
/// failed, it begins with `Apply incomplete.`, because tools take the first form as success.
std::string apply_line(const reconciler::ApplyReport& report, bool complete);

/// The result of an apply, as a member of the plan's document.
Json apply_document(const reconciler::ApplyReport& report, bool complete);

/// blocked_line() for each change that was held back.
std::vector<std::string> blocked_lines(const reconciler::Plan& plan);

}  // namespace plumbline::daemon
