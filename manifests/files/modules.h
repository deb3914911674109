#pragma once

#include <boost/unordered/unordered_flat_map.hpp>

#include <string>
#include <string_view>
#include <vector>

#include "manifests/kinds/manifest.h"
#include "manifests/kinds/parse_cache.h"
#include "manifests/sources/glob.h"
#include "manifests/sources/source_tree.h"

namespace plumbline::manifests {

/// The largest file that can be a module, in bytes.
constexpr std::uint64_t kMaxModuleBytes = 25ULL * 1024 * 1024;

/// The API's content type of a module with this file extension; empty if the extension is unknown.
std::string_view content_type_of(std::string_view path);

/// Counts what a load reads, and checks it against the source's limits. Files that a cache already knows count as well:
/// the result must not depend on earlier loads. Entries are identified by their address, so all must belong to one
/// tree.
class ReadBudget {
 public:
  explicit ReadBudget(TreeLimits limits) : limits_(limits) {}

  /// Counts the bytes of a file that will be searched for signs of a manifest. A file counts once. The error says which
  /// limit is reached.
  Result<void> look_into(const TreeEntry& entry);

  /// Counts a manifest, or a file that a manifest names. The error says which limit is reached.
  Result<void> take(const TreeEntry& entry);

 private:
  TreeLimits limits_;
  enum class Use : std::uint8_t { looked_into, taken };

  // Counts the bytes of a file; an error if they exceed the limit.
  Result<void> count_bytes(const TreeEntry& entry);

  boost::unordered_flat_map<const TreeEntry*, Use> used_;
  std::size_t taken_ = 0;
  std::uint64_t bytes_ = 0;
};

/// A file of a Worker, and the line of the manifest that asks for it.
struct ChosenFile {
  const TreeEntry* entry;
  const WrittenPath* by;
};

/// Finds the files of Workers in a source, and computes their digests. Blocks; for the pool.
class ModuleFinder {
 public:
  /// All three arguments must outlive the finder.
  ModuleFinder(const SourceTree& tree, ParseCache& cache, ReadBudget& budget)
      : tree_(tree), cache_(cache), budget_(budget) {}

  /// The files of `draft`: the entry first, then the others by name. Problems go to `diagnostics`.
  std::vector<ChosenFile> choose(const WorkerDraft& draft, std::vector<Diagnostic>& diagnostics);

  /// Turns such files into modules; they are counted, and their digests computed.
  std::vector<ModuleFile> take(const std::vector<ChosenFile>& files, Syntax syntax,
                               std::vector<Diagnostic>& diagnostics);

  /// Whether these files are the ones that `modules` were made from. Counts them; returns false also if that exceeds a
  /// limit.
  bool are(const std::vector<ChosenFile>& files, const std::vector<ModuleFile>& modules);

  /// Turns one file into the module `name`; it is counted, and its digest computed. The error says which limit is
  /// reached, or why the file cannot be read.
  Result<ModuleFile> take(const TreeEntry& entry, std::string name, std::string content_type);

  /// The file at `path`, from the root of the source; nullptr if there is none.
  [[nodiscard]] const TreeEntry* entry_at(std::string_view path) const;

 private:
  [[nodiscard]] std::vector<const TreeEntry*> matches(const LocatedGlob& glob) const;
  const TreeEntry* find_entry(const WrittenPath& written, std::vector<Diagnostic>& diagnostics);
  void find_others(const WrittenPath& written, std::vector<ChosenFile>& chosen,
                   std::vector<Diagnostic>& diagnostics) const;
  Result<ModuleFile> module(const TreeEntry& entry, std::string_view folder, Syntax syntax, bool is_entry);
  Result<std::string> digest(const TreeEntry& entry);

  const SourceTree& tree_;
  ParseCache& cache_;
  ReadBudget& budget_;
  /// Of files without an id, which no cache knows: several Workers may name one.
  boost::unordered_flat_map<const TreeEntry*, std::string> digests_;
};

}  // namespace plumbline::manifests
