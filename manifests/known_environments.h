#pragma once

#include <optional>
#include <set>
#include <string>

#include "base/diagnostic.h"
#include "manifests/kinds/manifest.h"
#include "manifests/worker.h"

namespace plumbline::manifests {

/// The environments for which the files of a source say what is different. With a slip in the name of one, every Worker
/// would get the spec of another.
class KnownEnvironments {
 public:
  void add(const ManifestFile& file);

  /// What is wrong with the environment that is asked for: no file knows it, and manifests know others. A source that
  /// knows none is the same in all; a wrangler config says so itself.
  [[nodiscard]] std::optional<Diagnostic> problem(const LoadOptions& options) const;

 private:
  std::set<std::string> names_;
  bool of_manifests_ = false;  ///< some of them stand in Plumbline's manifests
};

}  // namespace plumbline::manifests
