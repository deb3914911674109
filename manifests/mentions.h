#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "manifests/kinds/parse_cache.h"
#include "manifests/sources/source_tree.h"
#include "manifests/worker.h"

namespace plumbline::manifests {

/// Finds names of Workers in files that are not read as manifests: files that are left out, and files that were renamed
/// to put them away. Only text that looks like a manifest counts. `is_read` tells which files are read as manifests,
/// `is_left_out` which ones .plumblineignore or `include` leaves out.
std::vector<MentionedName> find_unread_names(const SourceTree& tree, const LoadOptions& options, ParseCache& cache,
                                             const std::function<bool(std::string_view)>& is_read,
                                             const std::function<bool(std::string_view)>& is_left_out);

/// Whether the name says that the file may be a manifest of Plumbline's: `.yaml`, `.yml` or `.json`, in any case.
bool may_hold_manifests(std::string_view path);

}  // namespace plumbline::manifests
