#pragma once

#include <iosfwd>
#include <string>
#include <vector>

#include "base/diagnostic.h"
#include "base/json.h"
#include "daemon/commands/command_line.h"
#include "daemon/config/config.h"
#include "reconciler/reconcile.h"

/// How commands tell a person, or a program, what they found.
namespace plumbline::daemon {

/// One line each.
void print_diagnostics(std::ostream& err, const std::vector<Diagnostic>& diagnostics);

/// The one document of `--output json` where there is no plan:
/// `{"format_version":"1.0","errored":true,"diagnostics":[…]}`
Json failure_document(const std::vector<Diagnostic>& diagnostics);

/// Tells of a failure in the form that was asked for, and gives `exit_code` back.
int report_failure(std::ostream& out, std::ostream& err, OutputFormat format,
                   const std::vector<Diagnostic>& diagnostics, int exit_code);

/// Whether there is no manifest at all, not even one with an error.
bool is_empty(const manifests::DesiredState& desired);

/// The warning for an empty source: most often the path is wrong.
Diagnostic nothing_found(const SourceConfig& source);

/// `3 Workers in 2 files: valid`
std::string valid_line(const manifests::DesiredState& desired);

/// `created`, `changed`, `destroyed` or `adopted`: what was done to a Worker.
std::string_view done_word(const reconciler::WorkerResult& result);
std::string_view done_word(const reconciler::AddressedResult& result);

/// `worker.checkout: created (2 calls)`, or what went wrong.
std::string progress_line(const reconciler::WorkerResult& result, const reconciler::Plan& plan);

/// `route.shop.example.com/*: created`
std::string progress_line(const reconciler::AddressedResult& result);

/// The same with a line for each route and domain that was to be written; without the Worker if nothing of it was.
std::vector<std::string> progress_lines(const reconciler::WorkerResult& result, const reconciler::Plan& plan);

/// `Apply complete! Resources: 1 added, 0 changed, 0 destroyed.`, without a line's end. Where something was held back
/// or failed it begins `Apply incomplete.`: tools take the first form for success.
std::string apply_line(const reconciler::ApplyReport& report, bool complete);

/// What an apply did, as a member of the plan's document.
Json apply_document(const reconciler::ApplyReport& report, bool complete);

/// Each change that was held back, with what stands in the way and how to do it all the same.
std::string blocked_line(const reconciler::AddressedBlock& blocked);
std::vector<std::string> blocked_lines(const reconciler::Plan& plan);

}  // namespace plumbline::daemon
