#pragma once

#include <map>
#include <string>

#include "manifests/documents/schema.h"
#include "manifests/documents/yaml.h"

namespace plumbline::manifests {

using Values = std::map<std::string, std::string>;

/// Replaces `${NAME}` and `${NAME:=default}` in the scalars of a tree, never in keys; `$${` becomes
/// `${`. An empty value counts as unset where there is a default, as in a shell. What a scalar
/// without quotes is (a number, a text) is decided by what it holds afterwards. A name without value
/// and default is an error at its scalar, which then stays as it is; values are never repeated.
void substitute(YamlNode& node, const Values& values, Report& report);

/// Whether any scalar of the tree would be changed by it.
bool has_placeholder(const YamlNode& node);

/// A flat YAML map of strings: a file of values.
struct ValuesFile {
  Values values;
  std::vector<Diagnostic> diagnostics;
};
ValuesFile parse_values(const std::string& file, std::string_view text);

}  // namespace plumbline::manifests
