#pragma once

#include <string>
#include <string_view>

#include "manifests/documents/yaml.h"

namespace plumbline::manifests {

/// Reads TOML 1.0 into the tree of YAML: strings are quoted scalars, numbers and booleans plain ones,
/// entries in the order of the file. Dates and infinite numbers, which JSON does not have, are refused.
/// A syntax error ends the reading (`cut_short`).
YamlDocument parse_toml(const std::string& file, std::string_view text, YamlLimits limits = {});

}  // namespace plumbline::manifests
