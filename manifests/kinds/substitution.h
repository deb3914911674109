#pragma once

#include <map>
#include <string>

#include "manifests/documents/schema.h"
#include "manifests/documents/yaml.h"

namespace plumbline::manifests {

using Values = std::map<std::string, std::string>;

/// Replaces `${NAME}` and `${NAME:=default}` in the scalars of a tree, never in keys; `$${` becomes `${`. If there is a
/// default, an empty value counts as unset, as in a shell. The type of a scalar without quotes (a number, a text) is
/// decided after the replacement. A name with neither value nor default is an error at its scalar, which then stays as
/// it is. Messages never repeat values.
void substitute(YamlNode& node, const Values& values, Report& report);

/// Whether substitute() would change any scalar of the tree.
bool has_placeholder(const YamlNode& node);

/// A flat YAML map of strings: a file of values.
struct ValuesFile {
  Values values;
  std::vector<Diagnostic> diagnostics;
};
ValuesFile parse_values(const std::string& file, std::string_view text);

}  // namespace plumbline::manifests
