#include "reconciler/journal.h"

#include <boost/asio/thread_pool.hpp>
#include <filesystem>

#include "net/run_on.h"
#include "reconciler/sqlite_store.h"

namespace plumbline::reconciler {
namespace {

// Everything that is remembered, in memory; the file, where there is one, follows it. Reads never wait for a disk.
class MemoryFirstJournal final : public Journal {
 public:
  MemoryFirstJournal() = default;

  MemoryFirstJournal(std::string path, JournalMode mode) : path_(std::move(path)) {
    auto opened = open_sqlite_store(path_, mode);
    if (opened.store) load(*opened.store);
    // A plan writes to nothing, and without the lock the file is somebody else's.
    const bool writable = mode == JournalMode::read_write && opened.problem.empty();
    if (writable) store_ = std::move(opened.store);
    if (mode == JournalMode::read_write && !opened.problem.empty()) degraded_ = opened.problem;
  }

  ~MemoryFirstJournal() override { thread_.join(); }
  MemoryFirstJournal(const MemoryFirstJournal&) = delete;
  MemoryFirstJournal& operator=(const MemoryFirstJournal&) = delete;

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
    auto& observations = accounts_[intent.account];
    if (const auto found = observations.find(intent.worker); found != observations.end()) {
      auto dirty = std::make_shared<Observation>(*found->second);
      dirty->dirty = true;
      found->second = std::move(dirty);
    }
    if (!store_) co_return 0;
    auto* store = store_.get();
    const auto id = co_await net::run_on(thread_.get_executor(), [store, intent] { return store->begin(intent); });
    note(id.has_value() ? std::string() : id.error().message);
    co_return id.value_or(0);
  }

  Awaitable<> end(std::int64_t intent, Outcome outcome) override {
    auto* store = store_.get();
    if (intent == 0) co_return;
    const auto now = std::chrono::system_clock::now();
    co_await keep([store, intent, outcome, now] { return store->end(intent, outcome, now); });
  }

  Awaitable<> record(ReconcileRecord record) override {
    auto* store = store_.get();
    co_await keep([store, record = std::move(record)] { return store->record(record); });
  }

  Awaitable<std::vector<TimePoint>> load_pacing(std::string budget) override {
    if (!store_) co_return std::vector<TimePoint>();
    auto* store = store_.get();
    auto calls = co_await net::run_on(thread_.get_executor(), [store, budget] { return store->load_pacing(budget); });
    note(calls.has_value() ? std::string() : calls.error().message);
    co_return calls.value_or(std::vector<TimePoint>());
  }

  Awaitable<> save_pacing(std::string budget, std::vector<TimePoint> calls) override {
    auto* store = store_.get();
    co_await keep([store, budget, saved = std::move(calls)] { return store->save_pacing(budget, saved); });
  }

  [[nodiscard]] std::optional<std::string> degraded() const override {
    return degraded_.empty() ? std::nullopt : std::optional("the journal " + path_ + " is not written: " + degraded_);
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
  void load(SqliteStore& store) {
    auto observations = store.load_observations();
    if (!observations) return;
    accounts_ = *std::move(observations);
    // A file that an older version wrote has none, and a reader does not make it newer.
    auto notes = store.load_notes();
    if (!notes) return;
    for (auto& note : *notes) notes_[note.key].emplace(std::move(note.name), std::move(note.text));
  }

  // Runs a write of the file on the journal's thread. While the disk refuses, the memory goes on alone; once it takes
  // writes again, everything is written anew, because the file has missed some.
  template <class Write>
  Awaitable<> keep(Write write) {
    if (!store_) co_return;
    auto result = co_await net::run_on(thread_.get_executor(), std::move(write));
    if (result && behind_) {
      behind_ = false;
      for (const auto& [account, observations] : accounts_) {
        auto* store = store_.get();
        result = co_await net::run_on(thread_.get_executor(), [store, name = account, saved = observations] {
          return store->save_observations(name, saved);
        });
        if (!result) break;
      }
      if (result) {
        auto* store = store_.get();
        result =
            co_await net::run_on(thread_.get_executor(), [store, saved = notes_] { return save_all(store, saved); });
      }
    }
    note(result ? std::string() : result.error().message);
  }

  static Result<void> save_all(SqliteStore* store, const std::map<NoteKey, Notes>& all) {
    for (const auto& [key, notes] : all) {
      if (auto saved = store->save_notes(key, NoteChanges(notes.begin(), notes.end())); !saved) return saved;
    }
    return {};
  }

  void note(std::string problem) {
    behind_ = behind_ || !problem.empty();
    degraded_ = std::move(problem);
  }

  std::string path_;
  std::map<std::string, Observations> accounts_;
  std::map<NoteKey, Notes> notes_;
  std::unique_ptr<SqliteStore> store_;
  std::string degraded_;
  bool behind_ = false;
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
