#pragma once

#include <functional>
#include <string_view>
#include <vector>

#include "base/diagnostic.h"
#include "manifests/sources/source_tree.h"
#include "manifests/wrangler/wrangler_config.h"

namespace plumbline::manifests {

/// A wrangler config to read.
struct WranglerFile {
  const TreeEntry* entry = nullptr;
  WranglerOrigin origin = WranglerOrigin::user;
};

/// Finds the wrangler configs of `tree`. As with wrangler there is one per folder: `wrangler.json` before
/// `wrangler.jsonc` before `wrangler.toml`; if `.wrangler/deploy/config.json` is beside it, the config that this file
/// names. A config that is named there is not read for its own folder. `ignored` says which paths are left out.
/// Problems and skipped files go to `diagnostics`.
std::vector<WranglerFile> find_wrangler_configs(const SourceTree& tree,
                                                const std::function<bool(std::string_view)>& ignored,
                                                std::vector<Diagnostic>& diagnostics);

/// Whether `path` is a `.wrangler/deploy/config.json`.
bool is_wrangler_redirect(std::string_view path);

}  // namespace plumbline::manifests
