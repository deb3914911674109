#pragma once

#include <string>

#include "base/json.h"

namespace plumbline::manifests {

/// A value as one document of block-style YAML 1.2, indented by two spaces, with a newline at the end.
/// Reading it (parse_yaml) gives the same value again: a text that could be taken for something else is
/// in quotes.
std::string to_yaml(const Json& value);

}  // namespace plumbline::manifests
