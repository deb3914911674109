#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "net/awaitable.h"
#include "reconciler/live.h"

namespace plumbline::reconciler {

using net::Awaitable;

/// A write that is about to be made.
struct Intent {
  std::string account;
  std::string worker;
  std::string call;  ///< method and path
  std::string reconcile_id;
  TimePoint at;
};

enum class Outcome { done, failed, unknown };

/// Where notes belong: what a source remembers beside its Workers, one kind of it.
struct NoteKey {
  std::string account;
  std::string source;  ///< `<instance>/<source>`
  std::string kind;    ///< `zone`, `resource`

  friend auto operator<=>(const NoteKey&, const NoteKey&) = default;
};

using Notes = std::map<std::string, std::string>;                       ///< by name
using NoteChanges = std::map<std::string, std::optional<std::string>>;  ///< nothing: the note goes

/// One finished pass over a source.
struct ReconcileRecord {
  std::string reconcile_id;
  std::string source;
  std::string revision;
  std::string result;  ///< success, noop, error, blocked, superseded
  std::string summary;
  TimePoint started;
  TimePoint finished;
};

/// What Plumbline remembers between passes and over restarts. A memory and nothing more: without it
/// everything is observed anew. Never fails towards its users: while the disk refuses, it goes on
/// in memory and says so in degraded(). All functions are called on the thread that owns the state;
/// the work is done on the journal's own.
class Journal {
 public:
  virtual ~Journal() = default;

  virtual Awaitable<Observations> observations(std::string account) = 0;

  /// Replaces what is remembered of these Workers; one transaction.
  virtual Awaitable<> remember(std::string account, std::map<std::string, Observation> observations) = 0;

  /// The Worker is gone.
  virtual Awaitable<> forget(std::string account, std::string worker) = 0;

  virtual Awaitable<Notes> notes(NoteKey key) = 0;
  /// Changes the notes that it names and leaves the others; one transaction.
  virtual Awaitable<> remember_notes(NoteKey key, NoteChanges changes) = 0;

  /// Notes that a write begins and, in the same transaction, that its Worker is dirty, so that a
  /// crash leaves it so.
  virtual Awaitable<std::int64_t> begin(Intent intent) = 0;
  virtual Awaitable<> end(std::int64_t intent, Outcome outcome) = 0;

  virtual Awaitable<> record(ReconcileRecord record) = 0;

  /// State of the pacing window of a budget.
  virtual Awaitable<std::vector<TimePoint>> load_pacing(std::string budget) = 0;
  virtual Awaitable<> save_pacing(std::string budget, std::vector<TimePoint> calls) = 0;

  /// Why nothing reaches the disk; nothing if all is well.
  [[nodiscard]] virtual std::optional<std::string> degraded() const = 0;
  [[nodiscard]] virtual std::uint64_t bytes() const = 0;
};

enum class JournalMode {
  read_write,  ///< the one writer; falls back to reading if another process holds the lock
  read_only,   ///< remembers nothing beyond this process: plans
};

/// SQLite at `path`; folders are made (0700). A corrupt file is renamed to `<path>.corrupt` and
/// made afresh.
std::unique_ptr<Journal> open_journal(const std::string& path, JournalMode mode);

/// In memory alone.
std::unique_ptr<Journal> make_memory_journal();

}  // namespace plumbline::reconciler
