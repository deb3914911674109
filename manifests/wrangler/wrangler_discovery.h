#pragma once

#include <functional>
#include <string_view>
#include <vector>

#include "base/diagnostic.h"
#include "manifests/sources/source_tree.h"
#include "manifests/wrangler/wrangler_config.h"
#include "manifests/wrangler/wrangler_names.h"

namespace plumbline::manifests {

/// A wrangler config to read.
struct WranglerFile {
  const TreeEntry* entry = nullptr;
  WranglerOrigin origin = WranglerOrigin::user;
};

/// Finds the wrangler configs of `tree`. As with wrangler there is one per folder: `wrangler.json` before
/// `wrangler.jsonc` before `wrangler.toml`; if `.wrangler/deploy/config.json` is beside it, the config that this file
/// names. A config that is named there is not read for its own folder, and none is beside a Build Output, whose Workers
/// are read. Besides there is every config that `names` has
/// from the source; that there is none for one of these names is an error. `ignored` says which paths are left out.
/// Problems, skipped files and files that look like configs go to `diagnostics`.
std::vector<WranglerFile> find_wrangler_configs(const SourceTree& tree, const WranglerNames& names,
                                                const std::function<bool(std::string_view)>& ignored,
                                                std::vector<Diagnostic>& diagnostics);

}  // namespace plumbline::manifests
