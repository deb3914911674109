#pragma once

#include <string>

#include "base/json.h"

namespace plumbline::manifests {

/// Writes a value as one document of block-style YAML 1.2, indented by two spaces, with a newline at the end.
/// parse_yaml() reads the same value back: a text that could be mistaken for another type is written in quotes.
std::string to_yaml(const Json& value);

}  // namespace plumbline::manifests
