#include "reconciler/journal/sqlite_store.h"

#include <fmt/format.h>
#include <sqlite3.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <filesystem>

#include "base/time_point.h"
#include "reconciler/journal/file_lock.h"
#include "reconciler/journal/observation_json.h"

namespace plumbline::reconciler {
namespace {

// The history is for people, and nobody reads more than this.
constexpr int kKeptRecords = 10'000;

// The schema grows by steps: a file of version N needs the steps from N on, counted from 0. No step removes anything,
// so that an older version can still read the file: `pacing` is no longer used.
constexpr const char* kFirstSchema = R"sql(
CREATE TABLE observation (
  account TEXT NOT NULL, worker TEXT NOT NULL, dirty INTEGER NOT NULL, document TEXT NOT NULL,
  PRIMARY KEY (account, worker));
CREATE TABLE intent (
  id INTEGER PRIMARY KEY, account TEXT NOT NULL, worker TEXT NOT NULL, call TEXT NOT NULL,
  reconcile_id TEXT NOT NULL, began_at INTEGER NOT NULL, ended_at INTEGER, outcome TEXT);
CREATE TABLE reconcile (
  id INTEGER PRIMARY KEY, reconcile_id TEXT NOT NULL, source TEXT NOT NULL, revision TEXT NOT NULL,
  result TEXT NOT NULL, summary TEXT NOT NULL, started_at INTEGER NOT NULL, finished_at INTEGER NOT NULL);
-- Nobody writes here any more: the window has a file of its own. Older programs expect it.
CREATE TABLE pacing (budget TEXT NOT NULL, at INTEGER NOT NULL);
CREATE INDEX pacing_budget ON pacing (budget);
)sql";

constexpr const char* kNotes = R"sql(
CREATE TABLE note (
  account TEXT NOT NULL, source TEXT NOT NULL, kind TEXT NOT NULL, name TEXT NOT NULL, text TEXT NOT NULL,
  PRIMARY KEY (account, source, kind, name)) WITHOUT ROWID;
)sql";

// Files of earlier programs have this table WITHOUT ROWID, which takes about four times the room: rows of this size
// spill over. The columns are the same, so that such a program goes on reading and writing the file.
constexpr const char* kIsSpilling =
    "SELECT count(*) FROM sqlite_master WHERE name = 'observation' AND sql LIKE '%WITHOUT ROWID%'";
constexpr const char* kEndSpilling = R"sql(
ALTER TABLE observation RENAME TO observation_spilling;
CREATE TABLE observation (
  account TEXT NOT NULL, worker TEXT NOT NULL, dirty INTEGER NOT NULL, document TEXT NOT NULL,
  PRIMARY KEY (account, worker));
INSERT INTO observation SELECT account, worker, dirty, document FROM observation_spilling;
DROP TABLE observation_spilling;
)sql";

constexpr std::array kSchemaSteps{kFirstSchema, kNotes};
constexpr auto kSchemaVersion = static_cast<std::int64_t>(kSchemaSteps.size());

std::int64_t unix_milliseconds(TimePoint time) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(time.time_since_epoch()).count();
}

std::string_view outcome_name(Outcome outcome) {
  switch (outcome) {
    case Outcome::done:
      return "done";
    case Outcome::failed:
      return "failed";
    case Outcome::unknown:
      return "unknown";
  }
  return "unknown";
}

std::optional<Outcome> outcome_of(std::string_view name) {
  for (const auto outcome : {Outcome::done, Outcome::failed, Outcome::unknown}) {
    if (name == outcome_name(outcome)) return outcome;
  }
  return std::nullopt;
}

TimePoint time_of(std::int64_t unix_milliseconds) {
  return nearest_time(std::chrono::milliseconds(unix_milliseconds));
}

std::int64_t since_of(const HistoryQuery& query) {
  return unix_milliseconds(query.since);
}

std::int64_t limit_of(const HistoryQuery& query) {
  return static_cast<std::int64_t>(std::min<std::size_t>(query.limit, kKeptRecords));
}

struct CloseDatabase {
  void operator()(sqlite3* database) const { sqlite3_close_v2(database); }
};
using Database = std::unique_ptr<sqlite3, CloseDatabase>;

struct Finalize {
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};

class Statement {
 public:
  Statement(sqlite3* database, std::string_view sql) : database_(database) {
    sqlite3_stmt* statement = nullptr;
    status_ = sqlite3_prepare_v2(database, sql.data(), static_cast<int>(sql.size()), &statement, nullptr);
    statement_.reset(statement);
  }

  Statement& bind(std::string_view text) {
    ok(sqlite3_bind_text(statement_.get(), ++index_, text.data(), static_cast<int>(text.size()), SQLITE_TRANSIENT));
    return *this;
  }
  Statement& bind(std::int64_t number) {
    ok(sqlite3_bind_int64(statement_.get(), ++index_, number));
    return *this;
  }

  // Returns whether there is a row. Ends the loop at the first error, which result() returns.
  bool next() {
    if (status_ != SQLITE_OK && status_ != SQLITE_ROW) return false;
    status_ = sqlite3_step(statement_.get());
    return status_ == SQLITE_ROW;
  }

  Result<void> run() {
    next();
    return result();
  }

  [[nodiscard]] Result<void> result() const {
    if (status_ == SQLITE_OK || status_ == SQLITE_DONE || status_ == SQLITE_ROW) return {};
    return fail(sqlite3_errmsg(database_));
  }

  // Ready for other values, whatever came of the last ones.
  Statement& renew() {
    sqlite3_reset(statement_.get());
    status_ = SQLITE_OK;
    index_ = 0;
    return *this;
  }

  [[nodiscard]] std::string text(int column) const {
    const auto* bytes = sqlite3_column_blob(statement_.get(), column);
    const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column));
    return bytes == nullptr ? std::string() : std::string(static_cast<const char*>(bytes), size);
  }
  [[nodiscard]] std::int64_t number(int column) const { return sqlite3_column_int64(statement_.get(), column); }

 private:
  void ok(int status) {
    if (status_ == SQLITE_OK) status_ = status;
  }

  sqlite3* database_;
  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
  int status_ = SQLITE_OK;
  int index_ = 0;
};

Result<void> execute(sqlite3* database, const char* sql) {
  if (sqlite3_exec(database, sql, nullptr, nullptr, nullptr) == SQLITE_OK) return {};
  return fail(sqlite3_errmsg(database));
}

// Rolls back unless commit() was called.
class Transaction {
 public:
  explicit Transaction(sqlite3* database) : database_(database), begun_(execute(database, "BEGIN IMMEDIATE")) {}
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  ~Transaction() {
    if (open_ && begun_) sqlite3_exec(database_, "ROLLBACK", nullptr, nullptr, nullptr);
  }
  [[nodiscard]] const Result<void>& begun() const { return begun_; }
  Result<void> commit() {
    auto committed = execute(database_, "COMMIT");
    if (committed) open_ = false;
    return committed;
  }

 private:
  sqlite3* database_;
  Result<void> begun_;
  bool open_ = true;
};

class Store final : public SqliteStore {
 public:
  Store(Database database, FileLock lock) : database_(std::move(database)), lock_(std::move(lock)) {}

  Result<std::map<std::string, Observations>> load_observations() override {
    std::map<std::string, Observations> accounts;
    Statement select(db(), "SELECT account, worker, dirty, document FROM observation");
    while (select.next()) {
      auto document = parse_json(select.text(3));
      auto observation = document ? observation_from_json(*std::move(document)) : std::nullopt;
      if (!observation) continue;
      observation->dirty = select.number(2) != 0;
      accounts[select.text(0)].emplace(select.text(1), std::make_shared<const Observation>(*std::move(observation)));
    }
    if (auto result = select.result(); !result) return std::unexpected(result.error());
    return accounts;
  }

  // Only what must not be lost waits for the disk: a commit under NORMAL leaves the log to the next one under FULL.
  Result<void> transact(std::span<const StoreWrite> writes, Durability durability) override {
    const bool now = durability == Durability::on_disk;
    if (auto set = execute(db(), now ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = NORMAL"); !set) return set;
    Transaction transaction(db());
    if (!transaction.begun()) return transaction.begun();
    for (const auto& write : writes) {
      if (auto result = write(*this); !result) return result;
    }
    return transaction.commit();
  }

  // https://www.sqlite.org/c3ref/c_fcntl_begin_atomic_write.html: the write-ahead log is the file that this asks for.
  Result<void> sync() override {
    sqlite3_file* log = nullptr;
    const int found = sqlite3_file_control(db(), "main", SQLITE_FCNTL_JOURNAL_POINTER, static_cast<void*>(&log));
    if (found != SQLITE_OK || log == nullptr || log->pMethods == nullptr) return {};
    const int status = log->pMethods->xSync(log, SQLITE_SYNC_NORMAL);
    return status == SQLITE_OK ? Result<void>() : fail(sqlite3_errstr(status));
  }

  Result<void> save_observations(const std::string& account, const Observations& observations) override {
    return upsert_observations(account, observations);
  }

  Result<void> replace_all(const std::map<std::string, Observations>& accounts,
                           const std::map<NoteKey, Notes>& notes) override {
    for (const char* sql : {"DELETE FROM observation", "DELETE FROM note"}) {
      if (auto result = execute(db(), sql); !result) return result;
    }
    for (const auto& [account, observations] : accounts) {
      if (auto result = upsert_observations(account, observations); !result) return result;
    }
    for (const auto& [key, texts] : notes) {
      if (auto result = change_notes(key, NoteChanges(texts.begin(), texts.end())); !result) return result;
    }
    return {};
  }

  Result<void> erase_observation(const std::string& account, const std::string& worker) override {
    return prepared("DELETE FROM observation WHERE account = ? AND worker = ?").bind(account).bind(worker).run();
  }

  Result<std::vector<Note>> load_notes() override {
    std::vector<Note> notes;
    Statement select(db(), "SELECT account, source, kind, name, text FROM note");
    while (select.next()) {
      notes.push_back({{select.text(0), select.text(1), select.text(2)}, select.text(3), select.text(4)});
    }
    if (auto result = select.result(); !result) return std::unexpected(result.error());
    return notes;
  }

  Result<void> save_notes(const NoteKey& key, const NoteChanges& changes) override {
    return change_notes(key, changes);
  }

  Result<std::int64_t> begin(const Intent& intent) override {
    auto result = prepared("INSERT INTO intent (account, worker, call, reconcile_id, began_at) VALUES (?, ?, ?, ?, ?)")
                      .bind(intent.account)
                      .bind(intent.worker)
                      .bind(intent.call)
                      .bind(intent.reconcile_id)
                      .bind(unix_milliseconds(intent.at))
                      .run();
    if (!result) return std::unexpected(result.error());
    const auto id = sqlite3_last_insert_rowid(db());
    result = prepared("UPDATE observation SET dirty = 1 WHERE account = ? AND worker = ?")
                 .bind(intent.account)
                 .bind(intent.worker)
                 .run();
    if (!result) return std::unexpected(result.error());
    return id;
  }

  Result<void> end(std::int64_t intent, Outcome outcome, TimePoint at) override {
    return prepared("UPDATE intent SET ended_at = ?, outcome = ? WHERE id = ?")
        .bind(unix_milliseconds(at))
        .bind(outcome_name(outcome))
        .bind(intent)
        .run();
  }

  Result<std::vector<Intent>> load_writes(TimePoint since) override {
    std::vector<Intent> writes;
    Statement select(db(),
                     "SELECT account, worker, call, ended_at FROM intent WHERE ended_at >= ? AND outcome <> ? "
                     "ORDER BY id");
    select.bind(unix_milliseconds(since)).bind(outcome_name(Outcome::failed));
    while (select.next()) {
      const auto ended = nearest_time(std::chrono::milliseconds(select.number(3)));
      Intent write{select.text(0), select.text(1), select.text(2), {}, ended};
      write.deletes_worker =
          write.call.starts_with("DELETE ") && write.call.ends_with("/workers/scripts/" + write.worker);
      writes.push_back(std::move(write));
    }
    if (auto result = select.result(); !result) return std::unexpected(result.error());
    return writes;
  }

  Result<std::vector<ReconcileRecord>> load_history(const HistoryQuery& query) override {
    Statement select(db(),
                     "SELECT reconcile_id, source, revision, result, summary, started_at, finished_at FROM reconcile "
                     "WHERE (? = '' OR source = ?) AND finished_at >= ? ORDER BY id DESC LIMIT ?");
    select.bind(query.source).bind(query.source).bind(since_of(query)).bind(limit_of(query));
    std::vector<ReconcileRecord> records;
    while (select.next()) {
      records.push_back({.reconcile_id = select.text(0),
                         .source = select.text(1),
                         .revision = select.text(2),
                         .result = select.text(3),
                         .summary = select.text(4),
                         .started = time_of(select.number(5)),
                         .finished = time_of(select.number(6))});
    }
    if (auto result = select.result(); !result) return std::unexpected(result.error());
    return records;
  }

  Result<std::vector<WriteRecord>> load_writes_of(const std::string& account, const std::string& worker,
                                                  const HistoryQuery& query) override {
    // A pass is told of when it has ended, its writes before.
    Statement select(db(),
                     "SELECT intent.call, intent.reconcile_id, coalesce(reconcile.revision, ''), "
                     "coalesce(reconcile.source, ''), intent.began_at, coalesce(intent.ended_at, 0), "
                     "coalesce(intent.outcome, '') FROM intent LEFT JOIN reconcile "
                     "ON reconcile.reconcile_id = intent.reconcile_id "
                     "WHERE intent.account = ? AND intent.worker = ? AND intent.began_at >= ? "
                     "ORDER BY intent.id DESC LIMIT ?");
    select.bind(account).bind(worker).bind(since_of(query)).bind(limit_of(query));
    std::vector<WriteRecord> records;
    while (select.next()) {
      WriteRecord record{.call = select.text(0),
                         .reconcile_id = select.text(1),
                         .revision = select.text(2),
                         .source = select.text(3),
                         .began = time_of(select.number(4)),
                         .outcome = outcome_of(select.text(6))};
      if (select.number(5) != 0) record.ended = time_of(select.number(5));
      records.push_back(std::move(record));
    }
    if (auto result = select.result(); !result) return std::unexpected(result.error());
    return records;
  }

  Result<void> record(const ReconcileRecord& record) override {
    auto result = Statement(db(),
                            "INSERT INTO reconcile (reconcile_id, source, revision, result, summary, started_at, "
                            "finished_at) VALUES (?, ?, ?, ?, ?, ?, ?)")
                      .bind(record.reconcile_id)
                      .bind(record.source)
                      .bind(record.revision)
                      .bind(record.result)
                      .bind(record.summary)
                      .bind(unix_milliseconds(record.started))
                      .bind(unix_milliseconds(record.finished))
                      .run();
    // Both tables grow with time, so old rows are removed.
    for (const char* sql : {"DELETE FROM reconcile WHERE id <= (SELECT max(id) FROM reconcile) - ?",
                            "DELETE FROM intent WHERE id <= (SELECT max(id) FROM intent) - ?"}) {
      if (result) result = Statement(db(), sql).bind(kKeptRecords).run();
    }
    return result;
  }

 private:
  Result<void> upsert_observations(const std::string& account, const Observations& observations) {
    constexpr const char* kUpsert =
        "INSERT OR REPLACE INTO observation (account, worker, dirty, document) VALUES (?, ?, ?, ?)";
    for (const auto& [worker, observation] : observations) {
      const auto document = to_text(to_json(*observation));
      auto& upsert = prepared(kUpsert).bind(account).bind(worker).bind(observation->dirty ? 1 : 0).bind(document);
      if (auto result = upsert.run(); !result) return result;
    }
    return {};
  }

  Result<void> change_notes(const NoteKey& key, const NoteChanges& changes) {
    constexpr const char* kUpsert =
        "INSERT OR REPLACE INTO note (account, source, kind, name, text) VALUES (?, ?, ?, ?, ?)";
    constexpr const char* kErase = "DELETE FROM note WHERE account = ? AND source = ? AND kind = ? AND name = ?";
    for (const auto& [name, text] : changes) {
      auto& statement = prepared(text ? kUpsert : kErase);
      statement.bind(key.account).bind(key.source).bind(key.kind).bind(name);
      if (text) statement.bind(*text);
      if (auto result = statement.run(); !result) return result;
    }
    return {};
  }

  sqlite3* db() { return database_.get(); }

  // To compile a statement takes as long as to run it. A statement that has run holds no lock once it is renewed or its
  // transaction ends.
  Statement& prepared(std::string_view sql) {
    auto found = prepared_.find(sql);
    if (found == prepared_.end()) found = prepared_.emplace(sql, Statement(db(), sql)).first;
    return found->second.renew();
  }

  Database database_;
  std::map<std::string_view, Statement> prepared_;  ///< by their text, which is a constant
  FileLock lock_;
};

struct Attempt {
  Database database;
  std::string problem;
  bool corrupt = false;
};

bool is_corrupt(sqlite3* database) {
  const int code = sqlite3_errcode(database);
  return code == SQLITE_CORRUPT || code == SQLITE_NOTADB;
}

// What a step of opening the file met. Asked at once: a rollback forgets the code.
Result<void> noted(sqlite3* database, Result<void> result, bool& corrupt) {
  corrupt = corrupt || (!result && is_corrupt(database));
  return result;
}

Result<std::int64_t> number_of(sqlite3* database, std::string_view sql) {
  Statement select(database, sql);
  if (select.next()) return select.number(0);
  auto failed = select.result();
  return failed ? Result<std::int64_t>(0) : std::unexpected(std::move(failed.error()));
}

Result<void> end_spilling(sqlite3* database) {
  const auto spilling = number_of(database, kIsSpilling);
  if (!spilling) return std::unexpected(spilling.error());
  if (*spilling == 0) return {};
  Transaction transaction(database);
  if (!transaction.begun()) return transaction.begun();
  if (auto result = execute(database, kEndSpilling); !result) return result;
  if (auto result = transaction.commit(); !result) return result;
  // The room is given back if there is room for that; the content is the same either way.
  sqlite3_exec(database, "VACUUM", nullptr, nullptr, nullptr);
  return {};
}

Result<void> prepare(sqlite3* database, JournalMode mode, bool& corrupt) {
  sqlite3_busy_timeout(database, 5000);
  if (mode == JournalMode::read_only) return {};
  // FULL: if a power cut lost an intent, there would be a write without a journal entry.
  for (const char* sql : {"PRAGMA journal_mode = WAL", "PRAGMA synchronous = FULL", "PRAGMA secure_delete = ON"}) {
    if (auto result = noted(database, execute(database, sql), corrupt); !result) return result;
  }
  const auto version = number_of(database, "PRAGMA user_version");
  if (!version) return noted(database, std::unexpected(version.error()), corrupt);
  const auto found = *version;
  if (found == kSchemaVersion) return noted(database, end_spilling(database), corrupt);
  if (found > kSchemaVersion) return fail(fmt::format("it was written by a newer version (schema {})", found));
  Transaction transaction(database);
  if (!transaction.begun()) return noted(database, transaction.begun(), corrupt);
  for (auto step = static_cast<std::size_t>(found); step < kSchemaSteps.size(); ++step) {
    if (auto result = noted(database, execute(database, kSchemaSteps.at(step)), corrupt); !result) return result;
  }
  const auto sql = fmt::format("PRAGMA user_version = {}", kSchemaVersion);
  if (auto result = noted(database, execute(database, sql.c_str()), corrupt); !result) return result;
  if (auto result = noted(database, transaction.commit(), corrupt); !result) return result;
  return noted(database, end_spilling(database), corrupt);
}

// Checks every page: otherwise damage of a single page would only show at some write, and again after each start.
bool has_damage(sqlite3* database) {
  Statement check(database, "PRAGMA quick_check(1)");
  return check.next() ? check.text(0) != "ok" : is_corrupt(database);
}

Attempt attempt_open(const std::string& path, JournalMode mode) {
  Attempt attempt;
  sqlite3* raw = nullptr;
  const int flags = mode == JournalMode::read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
  const int status = sqlite3_open_v2(path.c_str(), &raw, flags | SQLITE_OPEN_NOMUTEX, nullptr);
  attempt.database.reset(raw);
  if (status != SQLITE_OK) {
    attempt.problem = sqlite3_errstr(status);
  } else if (auto result = prepare(raw, mode, attempt.corrupt); !result) {
    attempt.problem = result.error().message;
  } else {
    // Reads the whole index of the table: this fails if the file is not a database, or was cut short.
    result = noted(raw, Statement(raw, "SELECT count(*) FROM observation").run(), attempt.corrupt);
    if (!result) attempt.problem = result.error().message;
  }
  // A file that is no database is known as one by the first statement, or by opening it.
  if (status != SQLITE_OK) attempt.corrupt = is_corrupt(raw);
  if (attempt.problem.empty() && mode == JournalMode::read_write && has_damage(raw)) {
    attempt.problem = "the database disk image is malformed";
    attempt.corrupt = true;
  }
  return attempt;
}

// The new path, or why the file stays where it is.
Result<std::string> move_aside(const std::string& path) {
  std::error_code error;
  auto aside = path + ".corrupt";
  std::filesystem::rename(path, aside, error);
  if (error) return fail(fmt::format("it is corrupt and cannot be renamed to {}: {}", aside, error.message()));
  // A write-ahead log that stays behind would be applied to the new file.
  for (const char* suffix : {"-wal", "-shm"}) std::filesystem::remove(path + suffix, error);
  return aside;
}

}  // namespace

OpenedStore open_sqlite_store(const std::string& path, JournalMode mode) {
  FileLock lock;
  OpenedStore opened;
  if (mode == JournalMode::read_write) {
    std::error_code error;
    const auto folder = std::filesystem::path(path).parent_path();
    if (!folder.empty() && !std::filesystem::exists(folder, error)) {
      std::filesystem::create_directories(folder, error);
      if (!error) std::filesystem::permissions(folder, std::filesystem::perms::owner_all, error);
    }
    // The lock comes before the file, because only its holder may repair or replace the file.
    lock = FileLock(path + ".lock");
    if (!lock.held()) {
      mode = JournalMode::read_only;
      opened.held_by = lock.holder();
      opened.problem = lock.holder().empty() ? "its lock cannot be taken; check that this process may write its folder"
                                             : "it belongs to " + lock.holder();
    }
  }
  auto attempt = attempt_open(path, mode);
  if (attempt.corrupt && mode == JournalMode::read_write) {
    attempt.database.reset();
    auto aside = move_aside(path);
    if (!aside) {
      opened.problem = std::move(aside.error().message);
      return opened;
    }
    opened.set_aside = *std::move(aside);
    attempt = attempt_open(path, mode);
  }
  if (!attempt.problem.empty()) {
    if (opened.problem.empty()) opened.problem = attempt.problem;
    return opened;
  }
  // SQLite makes the file with the permissions that the umask allows.
  ::chmod(path.c_str(), 0600);
  opened.store = std::make_unique<Store>(std::move(attempt.database), std::move(lock));
  return opened;
}

}  // namespace plumbline::reconciler
