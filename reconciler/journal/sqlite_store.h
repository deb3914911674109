#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "reconciler/journal/journal.h"

namespace plumbline::reconciler {

/// The journal's file: plain blocking calls, used from one thread. Every call is one transaction; an error leaves the
/// file as it was before.
class SqliteStore {
 public:
  virtual ~SqliteStore() = default;

  /// By account. One that cannot be read is left out: its Worker is observed anew.
  virtual Result<std::map<std::string, Observations>> load_observations() = 0;
  virtual Result<void> save_observations(const std::string& account, const Observations& observations) = 0;
  virtual Result<void> erase_observation(const std::string& account, const std::string& worker) = 0;

  struct Note {
    NoteKey key;
    std::string name;
    std::string text;
  };
  virtual Result<std::vector<Note>> load_notes() = 0;
  virtual Result<void> save_notes(const NoteKey& key, const NoteChanges& changes) = 0;

  /// The intent and the dirty mark of its Worker in one transaction. Gives the intent's id.
  virtual Result<std::int64_t> begin(const Intent& intent) = 0;
  virtual Result<void> end(std::int64_t intent, Outcome outcome, TimePoint at) = 0;
  /// The writes that have ended since, and were not refused, oldest first: `at` is when. One whose end is not known is
  /// not among them: nobody can tell that it was made.
  virtual Result<std::vector<Intent>> load_writes(TimePoint since) = 0;
  virtual Result<void> record(const ReconcileRecord& record) = 0;
};

struct OpenedStore {
  std::unique_ptr<SqliteStore> store;  ///< null if nothing could be opened
  std::string problem;                 ///< why there is none, or why it is read-only; empty if all is well
  std::string held_by;                 ///< the process that has the writer's lock instead; empty if none has
  std::string set_aside;               ///< where a corrupt file lies now; empty if there was none
};

/// Takes the writer's lock (`<path>.lock`, which names its holder); without it the file is opened for reading. A
/// corrupt file is renamed to `<path>.corrupt` and made afresh.
OpenedStore open_sqlite_store(const std::string& path, JournalMode mode);

}  // namespace plumbline::reconciler
