#pragma once

#include "manifests/manifest_reader.h"
#include "manifests/sources/left_out.h"
#include "manifests/sources/source_tree.h"
#include "manifests/wrangler/wrangler_names.h"

namespace plumbline::manifests {

/// Judges the entries of a source that are never read. An entry that is left out, by `.plumblineignore` or by
/// `include`, is not mentioned. All arguments must outlive the object.
class UnreadEntries {
 public:
  UnreadEntries(const SourceTree& tree, const LeftOut& left_out, const WranglerNames& wrangler)
      : tree_(tree), left_out_(left_out), wrangler_(wrangler) {}

  /// Reports the entries in `state.diagnostics`; links and submodules that are many are summed up. Notes those that may
  /// hide a manifest. An entry that may be a Defaults breaks the Workers below it, by `reader`.
  void note(ManifestReader& reader, DesiredState& state) const;

 private:
  [[nodiscard]] bool hides_manifest(const UnreadEntry& entry) const;

  const SourceTree& tree_;
  const LeftOut& left_out_;
  const WranglerNames& wrangler_;
};

}  // namespace plumbline::manifests
