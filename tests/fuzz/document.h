#pragma once

#include "base/json.h"
#include "manifests/documents/yaml.h"
#include "tests/fuzz/fuzz.h"

namespace plumbline::fuzz {

/// Places lie in the file, and keys are scalars.
inline void check_node(const manifests::YamlNode& node) {
  require(node.line >= 0 && node.column >= 0, "no place lies before the file");
  for (const auto& item : node.items) check_node(item);
  for (const auto& [key, value] : node.entries) {
    require(key.kind == manifests::YamlKind::scalar || key.kind == manifests::YamlKind::null, "keys are scalars");
    check_node(key);
    check_node(value);
  }
}

/// What holds for a document of any syntax. `text` is what it was read from: where that is JSON as
/// well, and without an error, it means the same.
inline void check_document(const manifests::YamlDocument& document, std::string_view text) {
  check_node(document.root);
  for (const auto& diagnostic : document.diagnostics) {
    require(!to_text(diagnostic).contains('\n'), "a diagnostic is one line");
  }
  if (has_errors(document.diagnostics)) return;
  const auto json = to_json(document.root);
  const auto again = parse_json(to_text(json));
  require(again.has_value() && equal(*again, json), "a document without errors is JSON");
  if (const auto strict = parse_json(text)) require(equal(*strict, json), "JSON means the same in every syntax");
}

}  // namespace plumbline::fuzz
