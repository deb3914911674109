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
#include "manifests/kinds/parse_store.h"
#include "manifests/kinds/references.h"

namespace plumbline::manifests {

/// The part of a file's meaning that does not depend on the Defaults above it.
struct FileOutline {
  bool may_be_manifest = false;
  /// Why the file's content cannot be read, and how to fix it; empty: it can be read.
  std::string hidden;
  std::string hidden_mend;
  bool may_be_defaults = false;                                ///< for a file that is hidden
  std::vector<std::shared_ptr<const DefaultsLayer>> defaults;  ///< in this file
};

/// A Worker that an earlier load has finished.
struct FinishedWorker {
  std::shared_ptr<const DesiredWorker> worker;  ///< nullptr: not finished yet
  std::size_t conditions = 0;                   ///< the conditions of that load; see ParseCache::number_of()
};

/// The content of a file, and its finished Workers.
struct ParsedFile {
  explicit ParsedFile(ManifestFile parsed) : file(std::move(parsed)), finished(file.workers.size()) {}

  const ManifestFile file;
  std::vector<FinishedWorker> finished;  ///< in the order of file.workers
};

/// Everything that decides about a Worker, except its manifest and the files that it names.
struct FinishConditions {
  std::string default_store;
  std::string secret_key;
  std::string name_suffix;
  std::optional<std::vector<std::string>> allow_zones;
  WorkerNames names;  ///< of renamed Workers

  friend bool operator==(const FinishConditions&, const FinishConditions&) = default;
};

/// Keeps what the last load of a source has parsed and digested, by blob ids. Equal ids are equal bytes, so a commit
/// that changes one file costs one parse. One cache per source; one load at a time uses it. At its end a load drops
/// what it did not use.
class ParseCache {
 public:
  /// Work done since the cache was made, for metrics and tests.
  struct Counters {
    std::size_t parsed = 0;
    std::size_t digested = 0;
    std::size_t finished = 0;  ///< Workers that were not reused from an earlier load
  };

  /// What earlier processes have found in the same texts, for the loads that follow; may be null. It must live as long
  /// as it is used.
  void use(ParseStore* store) { store_ = store; }
  [[nodiscard]] ParseStore* store() const { return store_; }

  /// The parsed file, or nullptr if it was not parsed in this context yet. `context` is a text that names everything
  /// else that the meaning depends on. An entry without an id is never found.
  std::shared_ptr<ParsedFile> manifest(const TreeEntry& entry, std::string_view context);
  std::shared_ptr<ParsedFile> keep(const TreeEntry& entry, std::string_view context, ManifestFile file);

  /// nullptr if the file has not been searched yet.
  std::shared_ptr<const FileOutline> outline(const TreeEntry& entry);
  void keep_outline(const TreeEntry& entry, std::shared_ptr<const FileOutline> outline);

  /// The sha256 of a blob; nullptr if it is not known yet. Valid until the load ends.
  const std::string* digest(const TreeEntry& entry);
  void keep_digest(const TreeEntry& entry, const std::string& sha256);

  /// The answer that a load stored for a file's bytes under the name `question`; empty if there is none.
  std::string answer(const TreeEntry& entry, std::string_view question);
  void keep_answer(const TreeEntry& entry, std::string_view question, const std::string& answer);

  /// A number for these conditions: the same as in the previous load if they are the same.
  std::size_t number_of(FinishConditions conditions);
  void count_finished() { ++counters_.finished; }

  void end_load();

  [[nodiscard]] const Counters& counters() const { return counters_; }

 private:
  // The id of a blob, and a name that tells values of the same blob apart.
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

  // Values that remember whether the current load has used them.
  template <class Value>
  class Memory {
   public:
    Value* find(const KeyView& key);
    Value& at(const KeyView& key);
    void end_load();

   private:
    struct Kept {
      Value value;
      std::size_t load = 0;  // the last load that used it
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

  // What the store knows of the bytes of an entry; empty: nothing.
  [[nodiscard]] std::string stored(const TreeEntry& entry, std::string_view question) const;
  void keep_stored(const TreeEntry& entry, std::string_view question, const std::string& answer) const;

  ParseStore* store_ = nullptr;
  Memory<KnownFile> files_;
  Memory<std::string> digests_;
  Memory<std::string> answers_;
  FinishConditions conditions_;
  std::size_t conditions_number_ = 0;
  Counters counters_;
};

}  // namespace plumbline::manifests
