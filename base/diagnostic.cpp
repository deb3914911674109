#include "base/diagnostic.h"

#include <algorithm>

#include "base/text.h"

namespace plumbline {

std::string_view to_string(Severity severity) {
  switch (severity) {
    case Severity::error:
      return "error";
    case Severity::warning:
      return "warning";
    case Severity::note:
      return "note";
  }
  return "error";
}

std::string to_text(const Diagnostic& diagnostic) {
  std::string out = diagnostic.where.file;
  if (diagnostic.where.line > 0) {
    out += ':' + std::to_string(diagnostic.where.line) + ':' + std::to_string(diagnostic.where.column);
  }
  if (!out.empty()) out += ": ";
  out += to_string(diagnostic.severity);
  out += ": " + diagnostic.summary;
  if (!diagnostic.detail.empty()) out += "; " + diagnostic.detail;
  return printable(out);
}

bool has_errors(const std::vector<Diagnostic>& diagnostics) {
  return std::ranges::any_of(diagnostics, [](const Diagnostic& d) { return d.severity == Severity::error; });
}

}  // namespace plumbline
