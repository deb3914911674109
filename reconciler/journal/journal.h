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

/// A write that is about to begin.
struct Intent {
  std::string account;
  std::string worker;
  std::string call;  ///< the call's method and path
  std::string reconcile_id;
  TimePoint at;
  bool deletes_worker = false;  ///< the call deletes the Worker, so reads cannot lag behind in showing it
};

/// How a write ended: `unknown` if its answer was lost.
enum class Outcome { done, failed, unknown };

/// Identifies a set of notes: one kind of memory of one source, apart from its Workers.
struct NoteKey {
  std::string account;
  std::string source;  ///< `<instance>/<source>`
  std::string kind;    ///< `zone`, `resource`, `status`

  friend auto operator<=>(const NoteKey&, const NoteKey&) = default;
};

/// Times of the last writes, by Worker.
using Writes = std::map<std::string, TimePoint>;

using Notes = std::map<std::string, std::string>;                       ///< by name
using NoteChanges = std::map<std::string, std::optional<std::string>>;  ///< an empty value removes the note

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

/// Which part of the history is asked for.
struct HistoryQuery {
  std::string source;  ///< empty: every source
  TimePoint since = TimePoint::min();
  std::size_t limit = 100;  ///< the newest ones
};

/// One write that was made, or tried.
struct WriteRecord {
  std::string call;  ///< method and path
  std::string reconcile_id;
  std::string revision;  ///< of the pass that made it; empty if that is not known any more
  std::string source;    ///< the same
  TimePoint began;
  std::optional<TimePoint> ended{};  ///< nothing: it has not ended, or its end is not known
  std::optional<Outcome> outcome{};
};

/// Plumbline's memory between passes and across restarts. It is only a memory: without it everything is read again. No
/// function fails: while the disk refuses writes, the journal goes on in memory, and degraded() says so.
///
/// All functions are called on the loop thread. Reads are answered from memory. The file is written on the journal's
/// own thread, in the order of the calls. Only begin() waits for the disk: what else is told may be lost with the last
/// moments before a power cut, which leaves its Worker dirty. While the disk refuses writes, the others wait for its
/// answer too.
class Journal {
 public:
  virtual ~Journal() = default;

  /// An id of 16 random hex digits of the process that writes with this journal. It is made with the journal and kept
  /// in it. Every version that is made has it in its message (attestation.h).
  [[nodiscard]] virtual const std::string& writer() const = 0;

  /// The observations of all Workers of an account; shared, not copied.
  virtual Awaitable<Observations> observations(std::string account) = 0;

  /// Replaces the observations of these Workers, all or none.
  virtual Awaitable<> remember(std::string account, std::map<std::string, Observation> observations) = 0;

  /// Removes the observation of a Worker that is gone.
  virtual Awaitable<> forget(std::string account, std::string worker) = 0;

  /// All notes of this key; empty if there are none.
  virtual Awaitable<Notes> notes(NoteKey key) = 0;
  /// One of them; nothing if there is none.
  [[nodiscard]] virtual std::optional<std::string> note(const NoteKey& key, const std::string& name) const = 0;
  /// Changes only the notes that it names, all or none.
  virtual Awaitable<> remember_notes(NoteKey key, NoteChanges changes) = 0;

  /// Records that a write begins and, in the same transaction, marks its Worker as dirty, so that it stays dirty after
  /// a crash. Returns the intent's number. A number below 0 means that the intent is only in memory.
  virtual Awaitable<std::int64_t> begin(Intent intent) = 0;
  /// Records how the write ended. `intent` is the number from begin().
  virtual Awaitable<> end(std::int64_t intent, Outcome outcome) = 0;

  /// Workers that were written at or after `since` and that no list has shown since then. Each has the time at which
  /// its last write ended, or began if its end is not known. Writes of an earlier process count if they ended within
  /// the last minute before the journal was opened. Workers that we deleted, and writes that were refused, are left
  /// out.
  [[nodiscard]] virtual Writes unseen_writes(const std::string& account, TimePoint since) const = 0;
  /// Whether a write with this `Intent::worker` began or ended at or after `since`, or has not ended. What a read shows
  /// that began at `since` then says nothing about the Worker.
  [[nodiscard]] virtual bool is_written_since(const std::string& account, const std::string& worker,
                                              TimePoint since) const = 0;
  /// When a write of the account last began or ended; now if one has not ended; the minimum if there was none.
  [[nodiscard]] virtual TimePoint last_write(const std::string& account) const = 0;
  /// Counts what was told about an account that a plan rests on: observations, notes of zones, routes and domains,
  /// writes. If it is as before, so is all of that.
  [[nodiscard]] virtual std::uint64_t generation(const std::string& account) const = 0;
  /// A list showed the Worker: reads no longer lag behind the write that made it.
  virtual void seen(const std::string& account, const std::string& worker) = 0;

  /// Adds a finished pass to the history.
  virtual Awaitable<> record(ReconcileRecord record) = 0;

  /// Passes, newest first: what is kept of them in the file, which holds the newest 10,000. Empty without a file.
  virtual Awaitable<std::vector<ReconcileRecord>> history(HistoryQuery query) = 0;
  /// Writes of one Worker, newest first, of which the file keeps the newest 10,000 of all Workers.
  virtual Awaitable<std::vector<WriteRecord>> writes_of(std::string account, std::string worker,
                                                        HistoryQuery query) = 0;

  /// Returns once the file has been asked to take all that was told so far.
  virtual Awaitable<> flush() = 0;

  /// Why the file is not being written; nothing if it is.
  [[nodiscard]] virtual std::optional<std::string> degraded() const = 0;
  /// For a person: the file was corrupt, and what was done about it. Nothing if it was sound.
  [[nodiscard]] virtual std::optional<std::string> rebuilt() const = 0;
  /// The process that holds the writer's lock instead of this one: `process 4711, since 2026-10-01T12:00:00Z`. Nothing
  /// if no such process is known.
  [[nodiscard]] virtual std::optional<std::string> held_by() const = 0;
  /// The size on disk, in bytes, including the write-ahead log.
  [[nodiscard]] virtual std::uint64_t bytes() const = 0;
};

enum class JournalMode {
  read_write,  ///< the only writer; without the lock it falls back to reading
  read_only,   ///< remembers nothing beyond this process; for plans
};

/// A journal in an SQLite file at `path`; missing folders are made (0700). A corrupt file is renamed to
/// `<path>.corrupt` and a new one is made; rebuilt() reports that. Never fails: see degraded(). Blocks while it opens,
/// checks and loads the file, and in the destructor until the last write is done.
std::unique_ptr<Journal> open_journal(const std::string& path, JournalMode mode);

/// A journal that is only in memory.
std::unique_ptr<Journal> make_memory_journal();

}  // namespace plumbline::reconciler
