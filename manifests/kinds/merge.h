#pragma once

#include "manifests/documents/yaml.h"

namespace plumbline::manifests {

/// What a null of a patch does.
enum class Nulls {
  remove,           ///< takes the field out: RFC 7386
  remove_if_there,  ///< the same, but where there is nothing to take out it stays, to be found as an error
};

/// JSON merge patch (RFC 7386) on trees: maps are merged, everything else is replaced. Each value
/// keeps the place where it was written; a merged map has the place of the patch.
YamlNode merge(YamlNode target, const YamlNode& patch, Nulls nulls);

/// Marks every node of a tree as written in `file`, which must outlive the tree.
void set_file(YamlNode& node, const std::string* file);

}  // namespace plumbline::manifests
