#include "reconciler/journal/journal.h"

#include <algorithm>
#include <filesystem>

#include "base/digest.h"
#include "reconciler/journal/sqlite_store.h"
#include "reconciler/journal/write_queue.h"

namespace plumbline::reconciler {
namespace {

// No read lags behind a write for longer than this.
constexpr std::chrono::minutes kReadsCatchUp{1};
constexpr std::size_t kWriterBytes = 8;

// The writer's id belongs to no account and no source.
NoteKey writer_note() {
  return {.account = {}, .source = {}, .kind = "writer"};
}

// Keeps everything in memory; the file, if there is one, follows. So reads never wait for a disk.
class MemoryFirstJournal final : public Journal {
 public:
  MemoryFirstJournal() { name_writer(); }

  MemoryFirstJournal(std::string path, JournalMode mode) : path_(std::move(path)) {
    auto opened = open_sqlite_store(path_, mode);
    // A file that cannot be read whole is not written either: what it holds beyond that would be lost.
    if (opened.store) {
      auto loaded = load(*opened.store);
      if (!loaded && opened.problem.empty()) opened.problem = std::move(loaded.error().message);
    }
    // A plan writes nothing, and without the lock the file belongs to another process.
    const bool writable = mode == JournalMode::read_write && opened.problem.empty();
    if (writable && opened.store) queue_ = std::make_unique<WriteQueue>(std::move(opened.store));
    if (mode == JournalMode::read_write && !opened.problem.empty()) degraded_ = opened.problem;
    set_aside_ = std::move(opened.set_aside);
    held_by_ = std::move(opened.held_by);
    name_writer();
  }

  [[nodiscard]] const std::string& writer() const override { return writer_; }

  Awaitable<Observations> observations(std::string account) override { co_return accounts_[account]; }

  Awaitable<> remember(std::string account, std::map<std::string, Observation> observations) override {
    if (observations.empty()) co_return;
    ++generations_[account];
    Observations shared;
    for (auto& [worker, observation] : observations) {
      shared.emplace(worker, std::make_shared<const Observation>(std::move(observation)));
    }
    for (const auto& [worker, observation] : shared) accounts_[account].insert_or_assign(worker, observation);
    co_await keep(
        [account, saved = std::move(shared)](SqliteStore& store) { return store.save_observations(account, saved); });
  }

  Awaitable<> forget(std::string account, std::string worker) override {
    if (accounts_[account].erase(worker) == 0) co_return;
    ++generations_[account];
    co_await keep([account, worker](SqliteStore& store) { return store.erase_observation(account, worker); });
  }

  Awaitable<Notes> notes(NoteKey key) override { co_return notes_[key]; }

  [[nodiscard]] std::optional<std::string> note(const NoteKey& key, const std::string& name) const override {
    const auto found = notes_.find(key);
    if (found == notes_.end()) return std::nullopt;
    const auto note = found->second.find(name);
    return note == found->second.end() ? std::nullopt : std::optional(note->second);
  }

  Awaitable<> remember_notes(NoteKey key, NoteChanges changes) override {
    auto& notes = notes_[key];
    for (const auto& [name, text] : changes) {
      if (text) {
        notes.insert_or_assign(name, *text);
      } else {
        notes.erase(name);
      }
    }
    if (changes.empty()) co_return;
    ++generations_[key.account];
    co_await keep([key, changed = std::move(changes)](SqliteStore& store) { return store.save_notes(key, changed); });
  }

  Awaitable<std::int64_t> begin(Intent intent) override {
    Open open{intent.account, intent.worker, note_write(intent), intent.deletes_worker};
    ++generations_[intent.account];
    auto& write = last_writes_[intent.account][intent.worker];
    write.at = std::max(write.at, intent.at);
    ++write.open;
    const auto id = co_await begin_on_disk(std::move(intent));
    open_.insert_or_assign(id, std::move(open));
    co_return id;
  }

  Awaitable<> end(std::int64_t intent, Outcome outcome) override {
    const auto now = std::chrono::system_clock::now();
    if (const auto open = open_.find(intent); open != open_.end()) {
      ++generations_[open->second.account];
      auto& write = last_writes_[open->second.account][open->second.worker];
      write.at = std::max(write.at, now);
      --write.open;
      auto& writes = written_[open->second.account];
      if (open->second.deletes_worker) {
        // Reads cannot lag behind in showing it.
      } else if (outcome != Outcome::failed) {
        writes.insert_or_assign(open->second.worker, now);
      } else if (open->second.before) {
        writes.insert_or_assign(open->second.worker, *open->second.before);
      } else {
        writes.erase(open->second.worker);
      }
      open_.erase(open);
    }
    if (intent <= 0) co_return;
    co_await keep([intent, outcome, now](SqliteStore& store) { return store.end(intent, outcome, now); });
  }

  [[nodiscard]] Writes unseen_writes(const std::string& account, TimePoint since) const override {
    Writes recent;
    const auto found = written_.find(account);
    if (found == written_.end()) return recent;
    for (const auto& [worker, at] : found->second) {
      if (at >= since) recent.emplace(worker, at);
    }
    return recent;
  }

  [[nodiscard]] bool is_written_since(const std::string& account, const std::string& worker,
                                      TimePoint since) const override {
    const auto writes = last_writes_.find(account);
    if (writes == last_writes_.end()) return false;
    const auto write = writes->second.find(worker);
    return write != writes->second.end() && (write->second.open > 0 || write->second.at >= since);
  }

  [[nodiscard]] TimePoint last_write(const std::string& account) const override {
    auto last = TimePoint::min();
    const auto writes = last_writes_.find(account);
    if (writes == last_writes_.end()) return last;
    for (const auto& [worker, write] : writes->second) {
      last = std::max(last, write.open > 0 ? std::chrono::system_clock::now() : write.at);
    }
    return last;
  }

  [[nodiscard]] std::uint64_t generation(const std::string& account) const override {
    const auto found = generations_.find(account);
    return found == generations_.end() ? 0 : found->second;
  }

  void seen(const std::string& account, const std::string& worker) override {
    if (const auto found = written_.find(account); found != written_.end()) found->second.erase(worker);
  }

 private:
  // A write that has begun and not ended.
  struct Open {
    std::string account;
    std::string worker;
    std::optional<TimePoint> before;  ///< time of the previous write of the Worker
    bool deletes_worker = false;
  };
  // What the file says once all that was told before is in it. What cannot be read is not there: this is for people.
  template <class Record, class Ask>
  Awaitable<std::vector<Record>> read(Ask ask) {
    auto found = std::make_shared<std::vector<Record>>();
    if (!queue_) co_return std::vector<Record>();
    queue_->put([found, ask = std::move(ask)](SqliteStore& store) {
      if (auto records = ask(store)) *found = *std::move(records);
      return Result<void>();
    });
    co_await queue_->settled();
    co_return std::move(*found);
  }

  struct LastWrite {
    TimePoint at;          ///< when it ended, or began if it has not ended
    std::size_t open = 0;  ///< writes that have not ended
  };

  // Returns the time of the previous write.
  std::optional<TimePoint> note_write(const Intent& intent) {
    auto& writes = written_[intent.account];
    std::optional<TimePoint> before;
    if (const auto found = writes.find(intent.worker); found != writes.end()) before = found->second;
    if (intent.deletes_worker) {
      writes.erase(intent.worker);
    } else {
      writes.insert_or_assign(intent.worker, intent.at);
    }
    return before;
  }

  Awaitable<std::int64_t> begin_on_disk(Intent intent) {
    auto& observations = accounts_[intent.account];
    if (const auto found = observations.find(intent.worker); found != observations.end()) {
      auto dirty = std::make_shared<Observation>(*found->second);
      dirty->dirty = true;
      found->second = std::move(dirty);
    }
    // Below zero: only in memory.
    if (!queue_) co_return --last_in_memory_;
    auto id = std::make_shared<std::int64_t>(0);
    const auto begun = co_await queue_->put_durable([id, intent = std::move(intent)](SqliteStore& store) {
      const auto made = store.begin(intent);
      if (!made) return Result<void>(std::unexpected(made.error()));
      *id = *made;
      return Result<void>();
    });
    co_return begun ? *id : --last_in_memory_;
  }

 public:
  Awaitable<> record(ReconcileRecord record) override {
    co_await keep([record = std::move(record)](SqliteStore& store) { return store.record(record); });
  }

  Awaitable<std::vector<ReconcileRecord>> history(HistoryQuery query) override {
    co_return co_await read<ReconcileRecord>([query](SqliteStore& store) { return store.load_history(query); });
  }

  Awaitable<std::vector<WriteRecord>> writes_of(std::string account, std::string worker, HistoryQuery query) override {
    co_return co_await read<WriteRecord>(
        [account = std::move(account), worker = std::move(worker), query](SqliteStore& store) {
          return store.load_writes_of(account, worker, query);
        });
  }

  Awaitable<> flush() override {
    if (queue_) co_await queue_->settled();
  }

  [[nodiscard]] std::optional<std::string> degraded() const override {
    const auto problem = queue_ ? queue_->state().problem : degraded_;
    return problem.empty() ? std::nullopt : std::optional("the journal " + path_ + " is not written: " + problem);
  }

  [[nodiscard]] std::optional<std::string> rebuilt() const override {
    if (set_aside_.empty()) return std::nullopt;
    return "the journal " + path_ + " was corrupt. It was moved to " + set_aside_ +
           ", a new one was begun, and everything is read again";
  }

  [[nodiscard]] std::optional<std::string> held_by() const override {
    return held_by_.empty() ? std::nullopt : std::optional(held_by_);
  }

  [[nodiscard]] std::uint64_t bytes() const override {
    std::uint64_t total = 0;
    for (const char* suffix : {"", "-wal"}) {
      std::error_code error;
      const auto size = std::filesystem::file_size(path_ + suffix, error);
      if (!error) total += size;
    }
    return total;
  }

 private:
  Result<void> load(SqliteStore& store) {
    auto observations = store.load_observations();
    if (!observations) return std::unexpected(std::move(observations.error()));
    accounts_ = *std::move(observations);
    // Reads may not show yet what the previous process wrote last.
    if (const auto writes = store.load_writes(std::chrono::system_clock::now() - kReadsCatchUp)) {
      for (const auto& write : *writes) note_write(write);
    }
    // A file of an older version has no notes, and a reader does not upgrade it.
    auto notes = store.load_notes();
    if (!notes) return std::unexpected(std::move(notes.error()));
    for (auto& note : *notes) notes_[note.key].emplace(std::move(note.name), std::move(note.text));
    return {};
  }

  // A reader of a file without an id uses a new one for as long as it lives.
  void name_writer() {
    writer_ = notes_[writer_note()]["id"];
    if (!writer_.empty()) return;
    writer_ = random_hex(kWriterBytes);
    notes_[writer_note()]["id"] = writer_;
    if (queue_)
      queue_->put([id = writer_](SqliteStore& store) { return store.save_notes(writer_note(), {{"id", id}}); });
  }

  // Nobody waits for the file as long as it takes writes. Once it has missed some, each write is looked after, and the
  // first that is taken is followed by all that the memory holds.
  Awaitable<> keep(StoreWrite write) {
    if (!queue_) co_return;
    queue_->put(std::move(write));
    if (queue_->state().problem.empty()) co_return;
    co_await queue_->settled();
    if (!queue_->state().takes_writes || std::exchange(catching_up_, true)) co_return;
    co_await queue_->put_all(
        [accounts = accounts_, notes = notes_](SqliteStore& store) { return store.replace_all(accounts, notes); });
    catching_up_ = false;
  }

  std::string path_;
  std::string writer_;
  std::map<std::string, Observations> accounts_;
  std::map<NoteKey, Notes> notes_;
  std::unique_ptr<WriteQueue> queue_;  ///< null: nothing is written
  std::string degraded_;               ///< why nothing is written, although it should be
  std::string set_aside_;
  std::string held_by_;
  bool catching_up_ = false;                                             ///< the file is being made as the memory is
  std::map<std::string, Writes> written_;                                ///< by account
  std::map<std::int64_t, Open> open_;                                    ///< by intent
  std::map<std::string, std::uint64_t> generations_;                     ///< by account
  std::map<std::string, std::map<std::string, LastWrite>> last_writes_;  ///< by account and Worker
  std::int64_t last_in_memory_ = 0;
};

}  // namespace

std::unique_ptr<Journal> open_journal(const std::string& path, JournalMode mode) {
  return std::make_unique<MemoryFirstJournal>(path, mode);
}

std::unique_ptr<Journal> make_memory_journal() {
  return std::make_unique<MemoryFirstJournal>();
}

}  // namespace plumbline::reconciler
