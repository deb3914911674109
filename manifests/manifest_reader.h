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
#include "manifests/kinds/stored_text.h"
#include "manifests/sources/source_tree.h"

namespace plumbline::manifests {

/// How many bytes of a file are searched for signs of a manifest. It is more than a manifest may have: a larger file
/// that says it is a manifest must be found, because it is an error.
constexpr std::uint64_t kMaxCandidateBytes = 25ULL * 1024 * 1024;

/// Reads the YAML and JSON files of a source. It first looks into all of them for Defaults, because a Worker depends on
/// the Defaults of its folder and of the folders above. Problems go to `diagnostics`. All arguments of the constructor
/// must outlive the reader.
class ManifestReader {
 public:
  ManifestReader(const SourceTree& tree, const LoadOptions& options, ParseCache& cache, ReadBudget& budget,
                 std::vector<Diagnostic>& diagnostics);

  /// Looks into one file. The error says which limit of the source is reached; other problems become diagnostics.
  Result<void> look_into(const TreeEntry& entry);

  /// If an entry that cannot be read is, or may be, a Defaults, the Workers below its folder become broken and the
  /// entry is reported. Returns whether that is so.
  bool doubt(const UnreadEntry& entry);

  /// A file that may be a manifest.
  struct Candidate {
    const TreeEntry* entry;
    std::shared_ptr<const FileOutline> outline;
    std::optional<std::string> text;   ///< if it was already read
    std::string key;                   ///< in the store; empty: there is no store, or it is of no use here
    std::optional<StoredText> stored;  ///< what the store knows of it
  };

  /// The files that may be manifests, in the order in which they were searched.
  std::vector<Candidate>& candidates() { return candidates_; }

  /// Parses a candidate; to be called after every file has been searched. nullptr if it cannot be read. Consumes its
  /// text.
  std::shared_ptr<ParsedFile> read(Candidate& candidate);

 private:
  void read_values(const std::vector<std::string>& files);
  std::optional<Candidate> outline(const TreeEntry& entry);
  void look_up(Candidate& candidate) const;
  std::optional<ManifestFile> parse(Candidate& candidate);
  std::optional<std::string> read_text(const TreeEntry& entry);
  [[nodiscard]] bool leads_to_defaults(const UnreadEntry& entry) const;
  void error(SourceLocation where, std::string summary, std::string detail);

  const SourceTree& tree_;
  ParseCache& cache_;
  ParseStore* store_;
  ReadBudget& budget_;
  std::vector<Diagnostic>& diagnostics_;
  ParseContext context_;
  std::string context_key_;
  DefaultsTree defaults_;
  std::vector<Candidate> candidates_;
};

}  // namespace plumbline::manifests
