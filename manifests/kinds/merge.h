#pragma once

#include "manifests/documents/yaml.h"

namespace plumbline::manifests {

/// What a null in a patch does.
enum class Nulls {
  remove,           ///< removes the field (RFC 7386)
  remove_if_there,  ///< removes the field; if there is no such field, the null stays and becomes an error later
};

/// JSON merge patch (RFC 7386) on trees: maps are merged, everything else is replaced. Each value keeps the position
/// where it was written; a merged map gets the position of the patch.
YamlNode merge(YamlNode target, const YamlNode& patch, Nulls nulls);

/// Marks every node of a tree as written in `file`, which must outlive the tree.
void set_file(YamlNode& node, const std::string* file);

}  // namespace plumbline::manifests
