#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "manifests/kinds/defaults.h"
#include "manifests/kinds/manifest.h"
#include "manifests/kinds/references.h"

namespace plumbline::manifests {

/// What a file says before the Defaults above it are known.
struct FileOutline {
  bool may_be_manifest = false;
  /// Why nobody can read what the file says, and how to mend it; empty: it can be read.
  std::string hidden;
  std::string hidden_mend;
  bool may_be_defaults = false;                                ///< of a file that is hidden
  std::vector<std::shared_ptr<const DefaultsLayer>> defaults;  ///< that it holds
};

/// A Worker as an earlier load has finished it.
struct FinishedWorker {
  std::shared_ptr<const DesiredWorker> worker;  ///< nullptr: none has
  std::size_t conditions = 0;                   ///< under which; see ParseCache::number_of
};

/// What a file means, and what has become of its Workers.
struct ParsedFile {
  explicit ParsedFile(ManifestFile parsed) : file(std::move(parsed)), finished(file.workers.size()) {}

  const ManifestFile file;
  std::vector<FinishedWorker> finished;  ///< by their places in file.workers
};

/// What, beside a manifest and the files that it names, decides on what a Worker is.
struct FinishConditions {
  std::string default_store;
  std::string secret_key;
  std::string name_suffix;
  std::optional<std::vector<std::string>> allow_zones;
  WorkerNames names;  ///< of Workers that are renamed

  friend bool operator==(const FinishConditions&, const FinishConditions&) = default;
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
    std::size_t finished = 0;  ///< Workers that were not taken over from an earlier load
  };

  /// Nothing (nullptr) if the file has not been parsed yet in this context, a text that tells all that its meaning
  /// depends on. An empty id is never found.
  std::shared_ptr<ParsedFile> manifest(const TreeEntry& entry, std::string_view context);
  std::shared_ptr<ParsedFile> keep(const TreeEntry& entry, std::string_view context, ManifestFile file);

  /// nullptr if nobody has looked into the file yet.
  std::shared_ptr<const FileOutline> outline(const TreeEntry& entry);
  void keep_outline(const TreeEntry& entry, std::shared_ptr<const FileOutline> outline);

  /// The sha256 of a blob, until the load ends; nullptr if it is not known yet.
  const std::string* digest(const TreeEntry& entry);
  void keep_digest(const TreeEntry& entry, const std::string& sha256);

  /// What a load has found out about the bytes of a file, by a name of its own choice; empty if nothing
  /// is known yet.
  std::string answer(const TreeEntry& entry, std::string_view question);
  void keep_answer(const TreeEntry& entry, std::string_view question, const std::string& answer);

  /// The same number as at the load before, if the conditions are the same.
  std::size_t number_of(FinishConditions conditions);
  void count_finished() { ++counters_.finished; }

  void end_load();

  [[nodiscard]] const Counters& counters() const { return counters_; }

 private:
  // The id of a blob and what else tells values of the same blob apart.
  struct KeyView {
    std::string_view id;
    std::string_view name;
    friend bool operator==(const KeyView&, const KeyView&) = default;
  };
  struct Key {
    std::string id;
    std::string name;
    operator KeyView() const { return {id, name}; }  // NOLINT(google-explicit-constructor): it is a view of itself
  };
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(const KeyView& key) const {
      const std::hash<std::string_view> hash;
      return hash(key.id) * 31 + hash(key.name);
    }
  };
  struct Equal {
    using is_transparent = void;
    bool operator()(const KeyView& a, const KeyView& b) const { return a == b; }
  };

  // Values that know whether this load has used them.
  template <class Value>
  class Memory {
   public:
    Value* find(const KeyView& key);
    Value& at(const KeyView& key);
    void end_load();

   private:
    struct Kept {
      Value value;
      std::size_t load = 0;  // that used it last
    };
    Value& used(Kept& kept);

    std::unordered_map<Key, Kept, Hash, Equal> kept_;
    std::size_t load_ = 1;
    std::size_t used_ = 0;
  };

  struct KnownFile {
    std::shared_ptr<const FileOutline> outline;
    std::string context;  // of `parsed`
    std::shared_ptr<ParsedFile> parsed;
  };

  Memory<KnownFile> files_;
  Memory<std::string> digests_;
  Memory<std::string> answers_;
  FinishConditions conditions_;
  std::size_t conditions_number_ = 0;
  Counters counters_;
};

}  // namespace plumbline::manifests
