#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "manifests/kinds/parse_cache.h"
#include "manifests/sources/source_tree.h"
#include "manifests/worker.h"

namespace plumbline::manifests {

/// Finds the names of Workers in files that are not read as manifests: those that are left out, and those that are put
/// away under another name. Only what reads like a manifest counts. `is_read` tells which files are manifests,
/// `is_left_out` which ones .plumblineignore or `include` takes away.
std::vector<MentionedName> find_unread_names(const SourceTree& tree, const LoadOptions& options, ParseCache& cache,
                                             const std::function<bool(std::string_view)>& is_read,
                                             const std::function<bool(std::string_view)>& is_left_out);

/// Whether a file of this name is looked into as a manifest of Plumbline's: `.yaml`, `.yml`, `.json`, capitals or not.
bool may_hold_manifests(std::string_view path);

}  // namespace plumbline::manifests
