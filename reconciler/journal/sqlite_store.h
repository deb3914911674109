#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "reconciler/journal/journal.h"

namespace plumbline::reconciler {

class SqliteStore;

/// One step of a transaction: calls functions of the store. An error undoes the whole transaction.
using StoreWrite = std::function<Result<void>(SqliteStore& store)>;

/// When a transaction has to survive a power cut. Every transaction survives the end of the process.
enum class Durability {
  on_disk,  ///< once transact() returns
  soon,     ///< after the next transaction that is on_disk, or after sync()
};

/// The journal's file, an SQLite database. All calls block; one thread at a time uses the store: first the one that
/// opens it, then the journal's own. The error is SQLite's message.
class SqliteStore {
 public:
  virtual ~SqliteStore() = default;

  /// Makes all of `writes`, in their order, in one transaction; after an error the file is as it was before.
  virtual Result<void> transact(std::span<const StoreWrite> writes, Durability durability) = 0;
  /// Returns once the disk holds all that was written.
  virtual Result<void> sync() = 0;

  /// All observations, by account. A document that cannot be read is left out; its Worker is observed again.
  virtual Result<std::map<std::string, Observations>> load_observations() = 0;
  struct Note {
    NoteKey key;
    std::string name;
    std::string text;
  };
  virtual Result<std::vector<Note>> load_notes() = 0;
  /// The writes that ended at or after `since` and were not refused, oldest first; `at` is the time of the end. A write
  /// whose end is unknown is left out, because nobody can tell whether it was made.
  virtual Result<std::vector<Intent>> load_writes(TimePoint since) = 0;

  virtual Result<std::vector<ReconcileRecord>> load_history(const HistoryQuery& query) = 0;
  virtual Result<std::vector<WriteRecord>> load_writes_of(const std::string& account, const std::string& worker,
                                                          const HistoryQuery& query) = 0;

  // The functions below are for the writes of transact().

  virtual Result<void> save_observations(const std::string& account, const Observations& observations) = 0;
  virtual Result<void> erase_observation(const std::string& account, const std::string& worker) = 0;

  virtual Result<void> save_notes(const NoteKey& key, const NoteChanges& changes) = 0;

  /// Makes the file hold these observations and notes and no others.
  virtual Result<void> replace_all(const std::map<std::string, Observations>& accounts,
                                   const std::map<NoteKey, Notes>& notes) = 0;

  /// Stores the intent and marks its Worker as dirty. Returns the intent's id.
  virtual Result<std::int64_t> begin(const Intent& intent) = 0;
  /// Stores the outcome of an intent, and when it ended.
  virtual Result<void> end(std::int64_t intent, Outcome outcome, TimePoint at) = 0;
  /// Adds a pass to the history, and removes all but the newest 10,000 passes and intents.
  virtual Result<void> record(const ReconcileRecord& record) = 0;
};

/// The result of opening the store.
struct OpenedStore {
  std::unique_ptr<SqliteStore> store;  ///< null if nothing could be opened
  std::string problem;                 ///< why there is no store, or why it is read-only; empty if all is well
  std::string held_by;                 ///< the process that holds the writer's lock; empty if none does
  std::string set_aside;               ///< the path to which a corrupt file was renamed; empty if there was none
};

/// Opens the file at `path`. JournalMode::read_write takes the writer's lock (`<path>.lock`, which names its holder)
/// and keeps it as long as the store lives; without the lock the file is opened for reading. A corrupt file is renamed
/// to `<path>.corrupt`, and a new one is made. Blocks: with JournalMode::read_write it checks every page of the file.
OpenedStore open_sqlite_store(const std::string& path, JournalMode mode);

}  // namespace plumbline::reconciler
