#pragma once

#include <functional>
#include <string_view>
#include <vector>

#include "base/diagnostic.h"
#include "manifests/sources/source_tree.h"
#include "manifests/wrangler/wrangler_config.h"

namespace plumbline::manifests {

/// A wrangler config that is to be read.
struct WranglerFile {
  const TreeEntry* entry = nullptr;
  WranglerOrigin origin = WranglerOrigin::user;
};

/// The wrangler configs of `tree`, one a folder as wrangler chooses it: `wrangler.json` before
/// `wrangler.jsonc` before `wrangler.toml`; where `.wrangler/deploy/config.json` lies beside it, the config
/// that this one names. A config that is named so is none of its own. `ignored` tells which paths are left
/// out. What is wrong, or passed over, goes to `diagnostics`.
std::vector<WranglerFile> find_wrangler_configs(const SourceTree& tree,
                                                const std::function<bool(std::string_view)>& ignored,
                                                std::vector<Diagnostic>& diagnostics);

/// Whether `path` is a `.wrangler/deploy/config.json`.
bool is_wrangler_redirect(std::string_view path);

}  // namespace plumbline::manifests
