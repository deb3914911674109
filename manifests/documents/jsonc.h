#pragma once

#include <string>
#include <string_view>

#include "manifests/documents/yaml.h"

namespace plumbline::manifests {

/// Reads JSON as wrangler accepts it in `wrangler.json` and `wrangler.jsonc` (it uses the parser of VS Code's
/// settings): RFC 8259 plus `//` and `/* */` comments, commas behind the last element, and a byte order mark. The
/// result has YAML's tree: strings are quoted scalars, numbers and booleans plain ones. Duplicate keys are refused. The
/// first error ends the reading (`cut_short`).
YamlDocument parse_jsonc(const std::string& file, std::string_view text, YamlLimits limits = {});

}  // namespace plumbline::manifests
