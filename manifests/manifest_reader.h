#pragma once

#include <memory>
#include <optional>
#include <string>
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

  /// A file that may be a manifest.
  struct Candidate {
    const TreeEntry* entry;
    std::shared_ptr<const FileOutline> outline;
    std::optional<std::string> text;  ///< if it was read to look into it
  };

  /// The files that may be manifests, in the order in which they were looked into.
  std::vector<Candidate>& candidates() { return candidates_; }

  /// What a candidate means, after every file has been looked into. nullptr if it cannot be read. Takes its text.
  std::shared_ptr<ParsedFile> read(Candidate& candidate);

 private:
  void read_values(const std::vector<std::string>& files);
  std::optional<Candidate> outline(const TreeEntry& entry);
  std::optional<std::string> read_text(const TreeEntry& entry);
  void error(SourceLocation where, std::string summary, std::string detail);

  const SourceTree& tree_;
  ParseCache& cache_;
  ReadBudget& budget_;
  std::vector<Diagnostic>& diagnostics_;
  ParseContext context_;
  std::string context_key_;
  DefaultsTree defaults_;
  std::vector<Candidate> candidates_;
};

}  // namespace plumbline::manifests
