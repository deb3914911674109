#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "net/awaitable.h"
#include "reconciler/model/live.h"

namespace plumbline::reconciler {

using net::Awaitable;

/// A write that is about to be made.
struct Intent {
  std::string account;
  std::string worker;
  std::string call;  ///< method and path
  std::string reconcile_id;
  TimePoint at;
  bool deletes_worker = false;  ///< nothing is left behind that reads might not show yet
};

enum class Outcome { done, failed, unknown };

/// Where notes belong: what a source remembers beside its Workers, one kind of it.
struct NoteKey {
  std::string account;
  std::string source;  ///< `<instance>/<source>`
  std::string kind;    ///< `zone`, `resource`, `status`

  friend auto operator<=>(const NoteKey&, const NoteKey&) = default;
};

/// Times of writes by Worker.
using Writes = std::map<std::string, TimePoint>;

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

  /// Names whoever writes with this memory, 16 hex digits: random, made with the journal and kept in it. Stands in the
  /// message of every version that is made (attestation.h).
  [[nodiscard]] virtual const std::string& writer() const = 0;

  virtual Awaitable<Observations> observations(std::string account) = 0;

  /// Replaces what is remembered of these Workers; one transaction.
  virtual Awaitable<> remember(std::string account, std::map<std::string, Observation> observations) = 0;

  /// The Worker is gone.
  virtual Awaitable<> forget(std::string account, std::string worker) = 0;

  virtual Awaitable<Notes> notes(NoteKey key) = 0;
  /// Changes the notes that it names and leaves the others; one transaction.
  virtual Awaitable<> remember_notes(NoteKey key, NoteChanges changes) = 0;

  /// Notes that a write begins and, in the same transaction, that its Worker is dirty, so that a
  /// crash leaves it so. The number is below 0 where it stands in memory alone.
  virtual Awaitable<std::int64_t> begin(Intent intent) = 0;
  virtual Awaitable<> end(std::int64_t intent, Outcome outcome) = 0;

  /// The Workers that were written since `since`, by this process or by one before it, and not seen after that, each
  /// with the moment at which its last write ended, or began if its end is not known. Those that we deleted last, and
  /// those whose write was refused, are not among them.
  [[nodiscard]] virtual Writes unseen_writes(const std::string& account, TimePoint since) const = 0;
  /// A list showed the Worker: reads are no longer behind the write that made it.
  virtual void seen(const std::string& account, const std::string& worker) = 0;

  virtual Awaitable<> record(ReconcileRecord record) = 0;

  /// Why nothing reaches the disk; nothing if all is well.
  [[nodiscard]] virtual std::optional<std::string> degraded() const = 0;
  /// That the file was corrupt and what became of it, for a person; nothing if it was sound.
  [[nodiscard]] virtual std::optional<std::string> rebuilt() const = 0;
  /// The process that is the writer in place of this one: `process 4711, since 2026-10-01T12:00:00Z`; nothing if none
  /// is known.
  [[nodiscard]] virtual std::optional<std::string> held_by() const = 0;
  [[nodiscard]] virtual std::uint64_t bytes() const = 0;
};

enum class JournalMode {
  read_write,  ///< the one writer; falls back to reading if another process holds the lock
  read_only,   ///< remembers nothing beyond this process: plans
};

/// SQLite at `path`; folders are made (0700). A corrupt file is renamed to `<path>.corrupt` and
/// made afresh, which rebuilt() says.
std::unique_ptr<Journal> open_journal(const std::string& path, JournalMode mode);

/// In memory alone.
std::unique_ptr<Journal> make_memory_journal();

}  // namespace plumbline::reconciler
