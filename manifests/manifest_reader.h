#pragma once

#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "manifests/defaults.h"
#include "manifests/manifest.h"
#include "manifests/modules.h"
#include "manifests/parse_cache.h"
#include "manifests/source_tree.h"

namespace plumbline::manifests {

/// Reads the YAML and JSON files of a source: looks into all of them for Defaults first, because what
/// a Worker is depends on those of its folder and the folders above. What is wrong goes to
/// `diagnostics`. Everything that is passed to the constructor must outlive the reader.
class ManifestReader {
 public:
  ManifestReader(const SourceTree& tree, const LoadOptions& options, ParseCache& cache, ReadBudget& budget,
                 std::vector<Diagnostic>& diagnostics);

  /// The error says which limit of the source is reached.
  Result<void> look_into(const TreeEntry& entry);

  /// What `entry` means, after every file has been looked into. nullptr if it is no manifest, or
  /// cannot be read.
  std::shared_ptr<const ManifestFile> read(const TreeEntry& entry);

 private:
  void read_values(const std::vector<std::string>& files);
  std::shared_ptr<const FileOutline> outline(const TreeEntry& entry);
  void error(SourceLocation where, std::string summary, std::string detail);

  const SourceTree& tree_;
  ParseCache& cache_;
  ReadBudget& budget_;
  std::vector<Diagnostic>& diagnostics_;
  ParseContext context_;
  std::string context_key_;
  DefaultsTree defaults_;
  // Of the files that may be manifests.
  std::unordered_map<const TreeEntry*, std::string> texts_;
  std::unordered_map<const TreeEntry*, std::shared_ptr<const FileOutline>> outlines_;
};

}  // namespace plumbline::manifests
