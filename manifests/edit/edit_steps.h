#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "base/json.h"
#include "manifests/documents/yaml.h"

namespace plumbline::manifests {

/// One thing that is done to the bytes of a document on its way to what it shall say.
struct EditStep {
  enum class Kind { replace, remove, insert };
  Kind kind = Kind::replace;
  const YamlNode* parent = nullptr;  ///< list or map; null: the root itself is replaced
  std::size_t index = 0;             ///< in the parent; for an insert: of what is to stand behind it
  std::string key{};                 ///< of an insert into a map
  const Json* value = nullptr;       ///< what is written; null for a remove
};

/// The first step from `root` towards `desired`, which both outlive it; nothing: it says that already. A list or map is
/// changed by its members, so that what stays is not touched; it never becomes empty by that, but is replaced.
std::optional<EditStep> next_step(const YamlNode& root, const Json& desired);

}  // namespace plumbline::manifests
