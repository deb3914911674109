#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "base/diagnostic.h"
#include "manifests/files/modules.h"
#include "manifests/kinds/references.h"
#include "manifests/loaded_draft.h"
#include "manifests/wrangler/wrangler_modules.h"

namespace plumbline::manifests {

/// Turns drafts into Workers: finds their files, names their secrets, and checks everything that depends on the
/// source's options. If an earlier load finished a Worker under the same conditions and from the same files, that
/// result is reused.
class WorkerFinisher {
 public:
  /// `names` holds the new names of renamed Workers. All other arguments must outlive the finisher. Problems go to
  /// `diagnostics`.
  WorkerFinisher(const SourceTree& tree, const LoadOptions& options, ParseCache& cache, ReadBudget& budget,
                 WorkerNames names, std::vector<Diagnostic>& diagnostics);

  /// Sets the Worker of `loaded`, or marks it as broken.
  void finish(LoadedDraft& loaded);

 private:
  std::shared_ptr<const DesiredWorker> of_manifest(const LoadedDraft& loaded);
  std::shared_ptr<const DesiredWorker> of_wrangler_config(const LoadedDraft& loaded);
  [[nodiscard]] DesiredWorker named(const LoadedDraft& loaded) const;
  std::shared_ptr<const DesiredWorker> completed(DesiredWorker worker, const WorkerDraft& draft);
  void add_secret(DesiredWorker& worker, const WrittenSecret& secret);
  void check_assets(const DesiredWorker& worker);
  void check_content(const SourceLocation& where, const std::vector<const TreeEntry*>& files);
  [[nodiscard]] bool has_error_since(std::size_t count) const;
  void error(SourceLocation where, std::string summary, std::string detail);

  const SourceTree& tree_;
  const LoadOptions& options_;
  ParseCache& cache_;
  WorkerNames names_;
  std::vector<Diagnostic>& diagnostics_;
  ModuleFinder finder_;
  WranglerModules wrangler_;
  std::size_t conditions_;
};

}  // namespace plumbline::manifests
