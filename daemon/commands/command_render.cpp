#include <algorithm>
#include <ostream>
#include <string>

#include "base/text.h"
#include "daemon/commands/commands.h"
#include "daemon/commands/report.h"
#include "daemon/commands/selection.h"
#include "daemon/controller/source_load.h"
#include "daemon/exit_code.h"
#include "manifests/desired_json.h"
#include "manifests/documents/yaml_writer.h"
#include "reconciler/model/canonical.h"

namespace plumbline::daemon {
namespace {

struct Rendered {
  std::string file;  ///< of the manifest
  Json document;
};

Json render(manifests::DesiredWorker worker) {
  worker.settings = reconciler::canonical_settings(worker.settings);
  return manifests::to_json(worker);
}

std::vector<Rendered> render(const manifests::DesiredState& desired, const std::vector<std::string>& only) {
  const auto wanted = [&](const std::string& name) {
    return only.empty() || std::ranges::find(only, name) != only.end();
  };
  std::vector<Rendered> out;
  for (const auto& worker : desired.workers) {
    if (wanted(worker.name)) out.push_back({worker.where.file, render(worker)});
  }
  if (!only.empty()) return out;
  for (const auto& worker : desired.zone_workers) out.push_back({worker.where.file, manifests::to_json(worker)});
  return out;
}

Json rendered_document(const manifests::DesiredState& desired, const std::vector<Rendered>& rendered) {
  Json document = failure_document(desired.diagnostics);
  JsonArray resources;
  for (const auto& [file, resource] : rendered) {
    JsonObject entry{{"file", file}};
    for (const auto& member : resource.get_object()) entry.insert(member);
    resources.push_back(std::move(entry));
  }
  auto& members = document.get_object();
  members["errored"] = has_errors(desired.diagnostics);
  members["revision"] = desired.revision;
  members["resources"] = std::move(resources);
  return document;
}

// Prints one stream of YAML documents; a comment above each says where it comes from.
void print_yaml(std::ostream& out, const std::vector<Rendered>& rendered) {
  bool first = true;
  for (const auto& [file, resource] : rendered) {
    if (!first) out << "---\n";
    first = false;
    out << "# " << printable(file) << '\n' << manifests::to_yaml(resource);
  }
}

}  // namespace

int run_render(const RenderCommand& command, const Console& console) {
  const auto format = command.select.output;
  const auto loaded = load_selected(command.select, console.environment);
  if (!loaded) return report_failure(console.out, console.err, format, loaded.error());
  const auto& desired = *loaded->desired;
  const bool valid = !has_errors(desired.diagnostics);
  // A name may be unknown because its manifest cannot be read; then that error is the one to tell.
  auto unknown = unknown_only(command.select.only, names_of(desired));
  if (unknown && valid) {
    return report_failure(console.out, console.err, format, {{*std::move(unknown)}, exit_code::kError});
  }
  const auto rendered = render(desired, command.select.only);
  print_diagnostics(console.err, desired.diagnostics);
  if (is_empty(desired)) print_diagnostics(console.err, {nothing_found(loaded->source)});
  if (format == OutputFormat::json) {
    console.out << to_pretty_text(rendered_document(desired, rendered));
  } else if (valid) {
    // With errors nothing is printed: a part of a source would look like all of it.
    print_yaml(console.out, rendered);
  }
  return valid ? exit_code::kSuccess : exit_code::kError;
}

}  // namespace plumbline::daemon
