#pragma once

#include <string>
#include <string_view>

#include "base/json.h"

namespace plumbline::manifests {

/// Writes a value as one document of block-style YAML 1.2, indented by two spaces, with a newline at the end.
/// parse_yaml() reads the same value back: a text that could be mistaken for another type is written in quotes.
std::string to_yaml(const Json& value);

/// A text as it stands in YAML, in quotes where it could be mistaken for anything else, in braces and brackets as well.
std::string yaml_text(std::string_view text);

/// A number in the shortest form that reads back as the same: `0.5`, `1e+300`.
std::string number_text(const Json& number);

}  // namespace plumbline::manifests
