#pragma once

#include "manifests/documents/schema.h"
#include "manifests/documents/yaml.h"

namespace plumbline::manifests {

/// Checks the history of Durable Object classes, a list of migrations from the oldest on: tags occur
/// once, no class begins twice, none is used after its end or before its beginning. A class that no
/// migration begins is older than the history. Nodes of wrong kinds are passed over.
void check_migrations(const YamlNode& migrations, Report& report);

/// Checks that the class of each Durable Object binding in `bindings` (a map) that this Worker is
/// said to export has not ended in `migrations`.
void check_bound_classes(const YamlNode& bindings, const YamlNode& migrations, Report& report);

}  // namespace plumbline::manifests
