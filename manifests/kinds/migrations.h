#pragma once

#include <span>

#include "manifests/documents/schema.h"
#include "manifests/documents/yaml.h"

namespace plumbline::manifests {

/// Checks the history of Durable Object classes, a list of migrations from the oldest on: each tag occurs once, no
/// class begins twice, and none is used before its beginning or after its end. A class that no migration begins is
/// older than the history. Nodes of a wrong kind are skipped.
void check_migrations(const YamlNode& migrations, Report& report);

/// Checks `bindings`, each with the `class_name` of a Durable Object of this Worker: none of these classes may have
/// ended in `migrations`.
void check_bound_classes(std::span<const YamlNode* const> bindings, const YamlNode& migrations, Report& report);

}  // namespace plumbline::manifests
