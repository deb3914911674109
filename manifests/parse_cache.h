#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "manifests/defaults.h"
#include "manifests/manifest.h"

namespace plumbline::manifests {

/// What a file says before the Defaults above it are known.
struct FileOutline {
  bool may_be_manifest = false;
  std::vector<std::shared_ptr<const DefaultsLayer>> defaults;  ///< that it holds
};

/// What the last load of a source has parsed and digested, by the ids of blobs: equal ids are equal
/// bytes, so that a commit that touches one file costs one parse. One per source, used by one load
/// at a time. What a load does not use is forgotten at its end.
class ParseCache {
 public:
  /// Work since the cache was made: for metrics and tests.
  struct Counters {
    std::size_t parsed = 0;
    std::size_t digested = 0;
  };

  /// Nothing (nullptr) if the file has not been parsed yet. An empty id is never found.
  std::shared_ptr<const ManifestFile> manifest(const TreeEntry& entry);
  void keep(const TreeEntry& entry, std::shared_ptr<const ManifestFile> file);

  /// nullptr if nobody has looked into the file yet.
  std::shared_ptr<const FileOutline> outline(const TreeEntry& entry);
  void keep_outline(const TreeEntry& entry, std::shared_ptr<const FileOutline> outline);

  /// The sha256 of a blob; empty if it is not known yet.
  std::string digest(const TreeEntry& entry);
  void keep_digest(const TreeEntry& entry, const std::string& sha256);

  /// What a load has found out about the bytes of a file, by a name of its own choice; empty if nothing
  /// is known yet.
  std::string answer(const TreeEntry& entry, std::string_view question);
  void keep_answer(const TreeEntry& entry, std::string_view question, const std::string& answer);

  void end_load();

  [[nodiscard]] const Counters& counters() const { return counters_; }

 private:
  // Values of this load and of the one before.
  template <class Value>
  struct Generations {
    std::unordered_map<std::string, Value> current;
    std::unordered_map<std::string, Value> previous;

    Value find(const std::string& key);
    void end_load();
  };

  Generations<std::shared_ptr<const ManifestFile>> manifests_;
  Generations<std::shared_ptr<const FileOutline>> outlines_;
  Generations<std::string> digests_;
  Generations<std::string> answers_;
  Counters counters_;
};

}  // namespace plumbline::manifests
