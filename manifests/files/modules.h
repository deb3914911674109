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

/// The largest file that is uploaded as a module.
constexpr std::uint64_t kMaxModuleBytes = 25ULL * 1024 * 1024;

/// The content type by which the API knows what a module is, by the file's extension; empty if the
/// extension is not known.
std::string_view content_type_of(std::string_view path);

/// Counts what a load reads against the source's limits. What a cache already knows counts as well:
/// the answer must not depend on what was loaded before. Entries are told by their address: they are those of one tree.
class ReadBudget {
 public:
  explicit ReadBudget(TreeLimits limits) : limits_(limits) {}

  /// Counts the bytes of a file that is about to be looked into. A file counts once.
  Result<void> look_into(const TreeEntry& entry);

  /// Counts a manifest or a file that one names. The error says which limit is reached.
  Result<void> take(const TreeEntry& entry);

 private:
  TreeLimits limits_;
  enum class Use : std::uint8_t { looked_into, taken };

  // Whether its bytes are counted, or could be.
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

/// Finds the files of Workers in a source and digests them.
class ModuleFinder {
 public:
  /// All three must outlive the finder.
  ModuleFinder(const SourceTree& tree, ParseCache& cache, ReadBudget& budget)
      : tree_(tree), cache_(cache), budget_(budget) {}

  /// The files of `draft`, the entry first, the others by name. What is wrong goes to `diagnostics`.
  std::vector<ChosenFile> choose(const WorkerDraft& draft, std::vector<Diagnostic>& diagnostics);

  /// Such files as modules, counted and digested.
  std::vector<ModuleFile> take(const std::vector<ChosenFile>& files, Syntax syntax,
                               std::vector<Diagnostic>& diagnostics);

  /// Whether such files are what `modules` were made of. Counts them; false also if they are too many.
  bool are(const std::vector<ChosenFile>& files, const std::vector<ModuleFile>& modules);

  /// A file as the module `name`, counted and digested.
  Result<ModuleFile> take(const TreeEntry& entry, std::string name, std::string content_type);

  /// The file at `path` from the root of the source, or nullptr.
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
};

}  // namespace plumbline::manifests
