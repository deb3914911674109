#pragma once

#include <string>
#include <vector>

#include "base/diagnostic.h"
#include "manifests/files/modules.h"
#include "manifests/kinds/manifest.h"

namespace plumbline::manifests {

/// Finds the files that wrangler would upload for a config. Without bundling these are files of the config's folder;
/// otherwise they are the bundle that `wrangler deploy --dry-run --outdir` has written.
class WranglerModules {
 public:
  /// `bundles` is the folder of bundles, from the root of the source; `{name}` stands for the Worker's name, `{folder}`
  /// for the config's folder; empty: there are none. All other arguments must outlive this object.
  WranglerModules(const SourceTree& tree, ParseCache& cache, ModuleFinder& finder, std::string bundles)
      : tree_(tree), cache_(cache), finder_(finder), bundles_(std::move(bundles)) {}

  /// Fills in modules and syntax of `draft`, which comes from a wrangler config. Does nothing if the config has no
  /// code. For a service worker it also adds the bindings through which the code sees its files. Problems go to
  /// `diagnostics`. Blocks; for the pool.
  void fill_in(WorkerDraft& draft, std::vector<Diagnostic>& diagnostics);

 private:
  const SourceTree& tree_;
  ParseCache& cache_;
  ModuleFinder& finder_;
  std::string bundles_;
};

}  // namespace plumbline::manifests
