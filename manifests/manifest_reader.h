#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "manifests/files/modules.h"
#include "manifests/kinds/defaults.h"
#include "manifests/kinds/manifest.h"
#include "manifests/kinds/parse_cache.h"
#include "manifests/sources/source_tree.h"

namespace plumbline::manifests {

/// How far a file is looked into, in bytes: one that says that it is ours and is larger than a manifest may be is an
/// error, so it has to be read.
constexpr std::uint64_t kMaxCandidateBytes = 25ULL * 1024 * 1024;

/// Reads the YAML and JSON files of a source: looks into all of them for Defaults first, because what
/// a Worker is depends on those of its folder and the folders above. What is wrong goes to
/// `diagnostics`. Everything that is passed to the constructor must outlive the reader.
class ManifestReader {
 public:
  ManifestReader(const SourceTree& tree, const LoadOptions& options, ParseCache& cache, ReadBudget& budget,
                 std::vector<Diagnostic>& diagnostics);

  /// The error says which limit of the source is reached.
  Result<void> look_into(const TreeEntry& entry);

  /// Whether an entry that nobody can read is, or may be, a Defaults: the Workers below its folder are broken then, and
  /// it is reported.
  bool doubt(const UnreadEntry& entry);

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
  [[nodiscard]] bool leads_to_defaults(const UnreadEntry& entry) const;
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
