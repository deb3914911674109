#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "manifests/edit/edit_steps.h"
#include "manifests/edit/tree_text.h"

namespace plumbline::manifests {

/// Bytes that take the place of others.
struct ByteEdit {
  Span span;
  std::string text;
};
/// In the order of the file, none within another.
using ByteEdits = std::vector<ByteEdit>;

/// How a step is done: in blocks of YAML, in braces and brackets, in tables of TOML. What stands around stays, with
/// the indentation, the commas, the quotes and the line ends of the neighbours. An error says why it cannot be done
/// safely.
Result<ByteEdits> bytes_of(const EditStep& step, const TreeText& text, const YamlNode& root);

std::string applied(std::string_view text, const ByteEdits& edits);

}  // namespace plumbline::manifests
