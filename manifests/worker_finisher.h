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

/// Makes Workers of drafts: finds their files, names their secrets, checks what depends on the source's options. A
/// Worker that an earlier load has finished under the same conditions and of the same files is taken over as it is.
class WorkerFinisher {
 public:
  /// `names` are the new names of Workers that are renamed. All others must outlive the finisher; what is wrong goes
  /// to `diagnostics`.
  WorkerFinisher(const SourceTree& tree, const LoadOptions& options, ParseCache& cache, ReadBudget& budget,
                 WorkerNames names, std::vector<Diagnostic>& diagnostics);

  /// Fills in the Worker of `loaded`, or says that it is broken.
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
