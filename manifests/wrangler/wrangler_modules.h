#pragma once

#include <string>
#include <vector>

#include "base/diagnostic.h"
#include "manifests/files/modules.h"
#include "manifests/kinds/manifest.h"

namespace plumbline::manifests {

/// Finds the files that wrangler would upload for a config: those of the config's folder where it does
/// not bundle, or the bundle that `wrangler deploy --dry-run --outdir` has written.
class WranglerModules {
 public:
  /// `bundles` is where bundles lie, from the root of the source, with `{name}` for the Worker's name and
  /// `{folder}` for the config's folder; empty: nowhere. All others must outlive this.
  WranglerModules(const SourceTree& tree, ParseCache& cache, ModuleFinder& finder, std::string bundles)
      : tree_(tree), cache_(cache), finder_(finder), bundles_(std::move(bundles)) {}

  /// Fills in the modules and the syntax of `draft`, which has a `wrangler` (nothing, if that has
  /// no code); of a service worker also the
  /// bindings through which it sees its files. What is wrong goes to `diagnostics`.
  void fill_in(WorkerDraft& draft, std::vector<Diagnostic>& diagnostics);

 private:
  const SourceTree& tree_;
  ParseCache& cache_;
  ModuleFinder& finder_;
  std::string bundles_;
};

}  // namespace plumbline::manifests
