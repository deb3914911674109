#include "reconciler/journal/journal.h"

#include <boost/asio/thread_pool.hpp>
#include <filesystem>

#include "base/digest.h"
#include "net/run_on.h"
#include "reconciler/journal/sqlite_store.h"

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
    if (writable) store_ = std::move(opened.store);
    if (mode == JournalMode::read_write && !opened.problem.empty()) degraded_ = opened.problem;
    set_aside_ = std::move(opened.set_aside);
    held_by_ = std::move(opened.held_by);
    name_writer();
  }

  ~MemoryFirstJournal() override { thread_.join(); }
  MemoryFirstJournal(const MemoryFirstJournal&) = delete;
  MemoryFirstJournal& operator=(const MemoryFirstJournal&) = delete;

  [[nodiscard]] const std::string& writer() const override { return writer_; }

  Awaitable<Observations> observations(std::string account) override { co_return accounts_[account]; }

  Awaitable<> remember(std::string account, std::map<std::string, Observation> observations) override {
    if (observations.empty()) co_return;
    Observations shared;
    for (auto& [worker, observation] : observations) {
      shared.emplace(worker, std::make_shared<const Observation>(std::move(observation)));
    }
    for (const auto& [worker, observation] : shared) accounts_[account].insert_or_assign(worker, observation);
    auto* store = store_.get();
    co_await keep([store, account, saved = std::move(shared)] { return store->save_observations(account, saved); });
  }

  Awaitable<> forget(std::string account, std::string worker) override {
    if (accounts_[account].erase(worker) == 0) co_return;
    auto* store = store_.get();
    co_await keep([store, account, worker] { return store->erase_observation(account, worker); });
  }

  Awaitable<Notes> notes(NoteKey key) override { co_return notes_[key]; }

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
    auto* store = store_.get();
    co_await keep([store, key, changed = std::move(changes)] { return store->save_notes(key, changed); });
  }

  Awaitable<std::int64_t> begin(Intent intent) override {
    Open open{intent.account, intent.worker, note_write(intent)};
    const bool deletes = intent.deletes_worker;
    const auto id = co_await begin_on_disk(std::move(intent));
    if (!deletes) open_.insert_or_assign(id, std::move(open));
    co_return id;
  }

  Awaitable<> end(std::int64_t intent, Outcome outcome) override {
    const auto now = std::chrono::system_clock::now();
    if (const auto open = open_.find(intent); open != open_.end()) {
      auto& writes = written_[open->second.account];
      if (outcome != Outcome::failed) {
        writes.insert_or_assign(open->second.worker, now);
      } else if (open->second.before) {
        writes.insert_or_assign(open->second.worker, *open->second.before);
      } else {
        writes.erase(open->second.worker);
      }
      open_.erase(open);
    }
    auto* store = store_.get();
    if (intent <= 0) co_return;
    co_await keep([store, intent, outcome, now] { return store->end(intent, outcome, now); });
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

  void seen(const std::string& account, const std::string& worker) override {
    if (const auto found = written_.find(account); found != written_.end()) found->second.erase(worker);
  }

 private:
  // A write that has begun and not ended.
  struct Open {
    std::string account;
    std::string worker;
    std::optional<TimePoint> before;  ///< time of the previous write of the Worker
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
    if (!store_) co_return --last_in_memory_;
    auto* store = store_.get();
    const auto id = co_await net::run_on(thread_.get_executor(), [store, intent] { return store->begin(intent); });
    note(id.has_value() ? std::string() : id.error().message);
    co_return id ? *id : --last_in_memory_;
  }

 public:
  Awaitable<> record(ReconcileRecord record) override {
    auto* store = store_.get();
    co_await keep([store, record = std::move(record)] { return store->record(record); });
  }

  [[nodiscard]] std::optional<std::string> degraded() const override {
    return degraded_.empty() ? std::nullopt : std::optional("the journal " + path_ + " is not written: " + degraded_);
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
    if (!store_) return;
    if (auto saved = store_->save_notes(writer_note(), {{"id", writer_}}); !saved) note(saved.error().message);
  }

  // Runs a write of the file on the journal's thread. While the disk refuses writes, only the memory goes on. Once it
  // accepts writes again, the file is made as the memory is, because it has missed some.
  template <class Write>
  Awaitable<> keep(Write write) {
    if (!store_) co_return;
    auto result = co_await net::run_on(thread_.get_executor(), std::move(write));
    if (result && behind_ && !catching_up_) {
      catching_up_ = true;
      auto* store = store_.get();
      result = co_await net::run_on(thread_.get_executor(), [store, accounts = accounts_, notes = notes_] {
        return store->replace_all(accounts, notes);
      });
      catching_up_ = false;
      if (result) behind_ = false;
    }
    note(result ? std::string() : result.error().message);
  }

  // As long as the file has missed something, one write that succeeds does not make it whole.
  void note(std::string problem) {
    behind_ = behind_ || !problem.empty();
    if (!behind_ || !problem.empty()) degraded_ = std::move(problem);
  }

  std::string path_;
  std::string writer_;
  std::map<std::string, Observations> accounts_;
  std::map<NoteKey, Notes> notes_;
  std::unique_ptr<SqliteStore> store_;
  std::string degraded_;
  std::string set_aside_;
  std::string held_by_;
  bool behind_ = false;                    ///< the file has missed something
  bool catching_up_ = false;               ///< it is being made as the memory is
  std::map<std::string, Writes> written_;  ///< by account
  std::map<std::int64_t, Open> open_;      ///< by intent
  std::int64_t last_in_memory_ = 0;
  boost::asio::thread_pool thread_{1};
};

}  // namespace

std::unique_ptr<Journal> open_journal(const std::string& path, JournalMode mode) {
  return std::make_unique<MemoryFirstJournal>(path, mode);
}

std::unique_ptr<Journal> make_memory_journal() {
  return std::make_unique<MemoryFirstJournal>();
}

}  // namespace plumbline::reconciler
