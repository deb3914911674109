#pragma once

#include <string>
#include <string_view>

#include "manifests/documents/yaml.h"

namespace plumbline::manifests {

/// Reads TOML 1.0 into YAML's tree: strings are quoted scalars, numbers and booleans plain ones, entries in the order
/// of the file. Dates and infinite numbers are refused, because JSON does not have them. A syntax error ends the
/// reading (`cut_short`).
YamlDocument parse_toml(const std::string& file, std::string_view text, YamlLimits limits = {});

}  // namespace plumbline::manifests
