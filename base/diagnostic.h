#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace plumbline {

/// A place in a file. Lines and columns count from 1; 0 means that the whole file is meant.
struct SourceLocation {
  std::string file;  ///< relative to the repository
  int line = 0;
  int column = 0;

  friend bool operator==(const SourceLocation&, const SourceLocation&) = default;
};

enum class Severity { error, warning, note };

/// One problem with an input: what is wrong, where, and how to fix it. It never holds the value of a secret.
struct Diagnostic {
  Severity severity = Severity::error;
  SourceLocation where;
  std::string summary;  ///< one sentence without a full stop
  std::string detail;   ///< how to fix it; may be empty

  friend bool operator==(const Diagnostic&, const Diagnostic&) = default;
};

std::string_view to_string(Severity severity);

/// `workers/a.yaml:12:5: error: summary; detail`. Control characters are escaped, so that a manifest cannot write to a
/// terminal or forge a line of a log.
std::string to_text(const Diagnostic& diagnostic);

bool has_errors(const std::vector<Diagnostic>& diagnostics);

}  // namespace plumbline
