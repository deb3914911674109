#include "reconciler/journal/journal.h"

#include <doctest/doctest.h>
#include <sqlite3.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <utility>

#include "tests/support/temporary_folder.h"
#include "tests/unit/reconciler/fixtures.h"

using namespace plumbline;
using namespace plumbline::reconciler;
using namespace plumbline::reconciler::test;

namespace {

template <class T>
T run(net::Awaitable<T> task) {
  boost::asio::io_context context;
  auto result = boost::asio::co_spawn(context, std::move(task), boost::asio::use_future);
  context.run();
  return result.get();
}

/// Tells the journal something, and waits until the file has been asked to take it.
void told(Journal& journal, net::Awaitable<> task) {
  run(std::move(task));
  run(journal.flush());
}

using Folder = plumbline::testing::TemporaryFolder;

/// No file of this process may become larger, as if the disk were full, until this ends.
class FullDisk {
 public:
  explicit FullDisk(rlim_t bytes) : handler_(std::signal(SIGXFSZ, SIG_IGN)) {
    ::getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit full{bytes, before_.rlim_max};
    if (::setrlimit(RLIMIT_FSIZE, &full) != 0) throw std::runtime_error("no limit for files");
  }
  FullDisk(const FullDisk&) = delete;
  FullDisk& operator=(const FullDisk&) = delete;
  ~FullDisk() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    (void)std::signal(SIGXFSZ, handler_);
  }

 private:
  void (*handler_)(int);
  rlimit before_{};
};

std::map<std::string, Observation> one(std::string name, Observation observation) {
  std::map<std::string, Observation> out;
  out.emplace(std::move(name), std::move(observation));
  return out;
}

Observation sample() {
  auto worker = manifest("checkout", R"({"logpush": true})");
  worker.subdomain = object(R"({"enabled": true})");
  worker.secrets["KEY"] = {"default", "key", {}};
  auto memory = *remembered_as(target_of(worker, {{"KEY", "v"}})).memory;
  memory.version_id = "v1";
  memory.version_since = "2026-11-01T10:00:00Z";
  memory.file = "shop/worker.yaml";
  memory.parts["schedules"] = JsonArray{"*/5 * * * *"};
  memory.mendings = {{TimePoint(std::chrono::seconds(5)), TimePoint(std::chrono::seconds(7))}, "a digest"};
  memory.observed_at = TimePoint(std::chrono::seconds(1'700'000'000));
  return memory;
}

}  // namespace

TEST_SUITE("journal") {
  TEST_CASE("what is remembered is there after a restart, to the last field") {
    const Folder folder;
    const auto path = folder.file("state/journal.db");
    const auto memory = sample();
    {
      auto journal = open_journal(path, JournalMode::read_write);
      REQUIRE_FALSE(journal->degraded());
      run(journal->remember("acc", one("checkout", memory)));
    }
    auto journal = open_journal(path, JournalMode::read_write);
    const auto read = *run(journal->observations("acc")).at("checkout");
    CHECK(read.list_key == memory.list_key);
    CHECK(read.file == memory.file);
    CHECK(equal(read.settings, memory.settings));
    CHECK(read.parts == memory.parts);
    CHECK(read.parts.size() == 2);
    CHECK(read.attestation == memory.attestation);
    CHECK(read.secret_fingerprints == memory.secret_fingerprints);
    CHECK(read.applied == memory.applied);
    CHECK(read.managed == memory.managed);
    CHECK(read.mendings.times == memory.mendings.times);
    CHECK(read.mendings.what == memory.mendings.what);
    CHECK(read.version_id == "v1");
    CHECK(read.version_since == "2026-11-01T10:00:00Z");
    CHECK(read.observed_at == memory.observed_at);
    CHECK_FALSE(read.dirty);
    CHECK(run(journal->observations("other account")).empty());
    CHECK(journal->bytes() > 0);
  }

  TEST_CASE("notes are changed one by one, and are there after a restart, each source's and kind's apart") {
    const Folder folder;
    const auto path = folder.file("journal.db");
    const NoteKey zones{"acc", "edge/production", "zone"};
    {
      auto journal = open_journal(path, JournalMode::read_write);
      run(journal->remember_notes(zones, {{"example.com", "1"}, {"example.net", "2"}}));
      run(journal->remember_notes({"acc", "edge/other", "zone"}, {{"example.com", "3"}}));
      run(journal->remember_notes(zones, {{"example.net", std::nullopt}, {"example.org", "4"}}));
      CHECK(run(journal->notes(zones)) == Notes{{"example.com", "1"}, {"example.org", "4"}});
    }
    auto journal = open_journal(path, JournalMode::read_only);
    CHECK(run(journal->notes(zones)) == Notes{{"example.com", "1"}, {"example.org", "4"}});
    CHECK(run(journal->notes({"acc", "edge/other", "zone"})) == Notes{{"example.com", "3"}});
    CHECK(run(journal->notes({"acc", "edge/production", "resource"})).empty());
  }

  TEST_CASE("a file of the first version keeps what it holds and learns the rest") {
    const Folder folder;
    const auto path = folder.file("journal.db");
    const NoteKey zones{"acc", "edge/production", "zone"};
    std::filesystem::copy_file(PLUMBLINE_SOURCE_DIR "/tests/unit/reconciler/files/journal-1.db", path);
    CHECK(run(open_journal(path, JournalMode::read_only)->observations("acc")).contains("checkout"));
    auto journal = open_journal(path, JournalMode::read_write);
    run(journal->remember_notes(zones, {{"example.com", "1"}}));
    CHECK_FALSE(journal->degraded());
    CHECK(run(journal->observations("acc")).contains("checkout"));
    CHECK(run(journal->notes(zones)) == Notes{{"example.com", "1"}});
  }

  TEST_CASE("a write that was begun leaves its Worker dirty over a crash") {
    const Folder folder;
    const auto path = folder.file("journal.db");
    {
      auto journal = open_journal(path, JournalMode::read_write);
      run(journal->remember("acc", one("checkout", sample())));
      run(journal->begin({"acc", "checkout", "PUT /x", "r1", TimePoint()}));
      CHECK(run(journal->observations("acc")).at("checkout")->dirty);
      // No end(): the process dies here.
    }
    auto journal = open_journal(path, JournalMode::read_write);
    CHECK(run(journal->observations("acc")).at("checkout")->dirty);
  }

  TEST_CASE("many Workers are remembered in one go") {
    const Folder folder;
    const auto path = folder.file("journal.db");
    std::map<std::string, Observation> all;
    for (int i = 0; i < 50; ++i) all.emplace("worker-" + std::to_string(i), sample());
    run(open_journal(path, JournalMode::read_write)->remember("acc", all));
    CHECK(run(open_journal(path, JournalMode::read_write)->observations("acc")).size() == 50);
  }

  TEST_CASE("a Worker that is gone is forgotten") {
    const Folder folder;
    const auto path = folder.file("journal.db");
    {
      auto journal = open_journal(path, JournalMode::read_write);
      run(journal->remember("acc", one("checkout", sample())));
      run(journal->forget("acc", "checkout"));
    }
    CHECK(run(open_journal(path, JournalMode::read_write)->observations("acc")).empty());
  }

  TEST_CASE("a corrupt file is set aside and the journal begins anew") {
    const Folder folder;
    const auto path = folder.file("journal.db");
    std::ofstream(path) << "this is no database, but long enough to look like one at first sight";
    auto journal = open_journal(path, JournalMode::read_write);
    CHECK_FALSE(journal->degraded());
    CHECK(journal->rebuilt().value_or("").contains(path + ".corrupt"));
    run(journal->remember("acc", one("checkout", sample())));
    CHECK(run(journal->observations("acc")).size() == 1);
    CHECK(std::filesystem::exists(path + ".corrupt"));
    journal.reset();
    CHECK_FALSE(open_journal(path, JournalMode::read_write)->rebuilt());
  }

  TEST_CASE("damage in any page of the file sets it aside") {
    const Folder folder;
    const auto path = folder.file("journal.db");
    std::map<std::string, Observation> all;
    for (int i = 0; i < 50; ++i) all.emplace("worker-" + std::to_string(i), sample());
    run(open_journal(path, JournalMode::read_write)->remember("acc", all));
    constexpr std::uintmax_t kPage = 4096;
    const auto pages = std::filesystem::file_size(path) / kPage;
    REQUIRE(pages > 10);
    const auto sound = folder.file("sound.db");
    std::filesystem::copy_file(path, sound);
    for (std::uintmax_t page = 0; page < pages; ++page) {
      CAPTURE(page);
      std::filesystem::copy_file(sound, path, std::filesystem::copy_options::overwrite_existing);
      {
        std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
        file.seekp(static_cast<std::streamoff>(page * kPage));
        file << std::string(kPage, '\xff');
      }
      auto journal = open_journal(path, JournalMode::read_write);
      CHECK_FALSE(journal->degraded());
      run(journal->remember("acc", one("checkout", sample())));
      CHECK_FALSE(journal->degraded());
      // A page that nothing uses, or that holds but a document, harms nobody.
      if (!journal->rebuilt()) CHECK(run(journal->observations("acc")).size() > 1);
    }
  }

  TEST_CASE("there is one writer: a second process reads, remembers in memory and says so") {
    const Folder folder;
    const auto path = folder.file("journal.db");
    auto writer = open_journal(path, JournalMode::read_write);
    told(*writer, writer->remember("acc", one("checkout", sample())));
    auto second = open_journal(path, JournalMode::read_write);
    REQUIRE(second->degraded());
    const auto holder = "process " + std::to_string(::getpid()) + ", since 20";
    CHECK(second->held_by().value_or("").starts_with(holder));
    CHECK_FALSE(second->held_by()->contains("host"));  // it is this one
    CHECK(second->degraded()->contains(holder));
    CHECK_FALSE(writer->held_by());
    CHECK(run(second->observations("acc")).size() == 1);
    run(second->remember("acc", one("other", sample())));
    CHECK(run(second->observations("acc")).size() == 2);
    auto reader = open_journal(path, JournalMode::read_only);
    CHECK_FALSE(reader->degraded());
    CHECK_FALSE(reader->held_by());
    CHECK(run(reader->observations("acc")).size() == 1);
    // Whatever the file says: only the lock counts.
    writer.reset();
    CHECK_FALSE(open_journal(path, JournalMode::read_write)->held_by());
  }

  TEST_CASE("a holder on another host is named with it, and a lock file that says nothing sensible is no trouble") {
    const Folder folder;
    const auto path = folder.file("journal.db");
    auto writer = open_journal(path, JournalMode::read_write);
    std::ofstream(path + ".lock") << "4711 2026-10-01T12:00:00Z elsewhere\n";
    CHECK(open_journal(path, JournalMode::read_write)->held_by() ==
          "process 4711, since 2026-10-01T12:00:00Z, on host elsewhere");
    for (const std::string nonsense : {"", "x", "a b c d e f", "\x1b[31m \n\n"}) {
      std::ofstream(path + ".lock", std::ios::trunc) << nonsense;
      CHECK(open_journal(path, JournalMode::read_write)->held_by() == "another process");
    }
  }

  TEST_CASE("reading alone leaves the disk as it is") {
    const Folder folder;
    const auto path = folder.file("none/journal.db");
    auto reader = open_journal(path, JournalMode::read_only);
    run(reader->remember("acc", one("checkout", sample())));
    CHECK(run(reader->observations("acc")).size() == 1);
    CHECK_FALSE(std::filesystem::exists(folder.file("none")));
  }

  TEST_CASE("a path that cannot be written degrades to memory and never fails") {
    auto journal = open_journal("/proc/nowhere/journal.db", JournalMode::read_write);
    REQUIRE(journal->degraded());
    run(journal->remember("acc", one("checkout", sample())));
    const auto intent = run(journal->begin({"acc", "checkout", "PUT /x", "r1", TimePoint()}));
    CHECK(intent < 0);
    run(journal->end(intent, Outcome::done));
    CHECK(run(journal->observations("acc")).at("checkout")->dirty);
  }

  TEST_CASE("a corrupt file that cannot be set aside stays as it is, and that is told") {
    const Folder folder;
    const auto file = folder.file("journal.db");
    std::ofstream(file) << "this is no database, and long enough that nobody takes it for an empty one";
    // A folder that is not empty stands where it would go.
    std::filesystem::create_directories(file + ".corrupt/occupied");
    const auto journal = open_journal(file, JournalMode::read_write);
    CHECK(journal->degraded().value_or("").contains("cannot be renamed"));
    CHECK_FALSE(journal->rebuilt());
    CHECK(std::filesystem::exists(file));
  }

  TEST_CASE("a full disk is told, the memory goes on, and once there is room everything is written") {
    const Folder folder;
    const auto file = folder.file("journal.db");
    const NoteKey zones{"account", "edge/production", "zone"};
    {
      auto journal = open_journal(file, JournalMode::read_write);
      run(journal->remember("account", one("before", sample())));
      run(journal->remember("account", one("gone", sample())));
      told(*journal, journal->remember_notes(zones, {{"gone", "text"}}));
      {
        const FullDisk full(4096);
        told(*journal, journal->remember("account", one("during", sample())));
        run(journal->forget("account", "gone"));
        run(journal->remember_notes(zones, {{"gone", std::nullopt}}));
        CHECK(journal->degraded().value_or("").contains(file));
        CHECK(run(journal->begin({"account", "before", "PUT /x", "r1", TimePoint()})) < 0);
        // What was not written is known all the same, and so is that a write has begun.
        const auto known = run(journal->observations("account"));
        CHECK(known.contains("during"));
        CHECK(known.at("before")->dirty);
      }
      // One write that succeeds does not bring what the file has missed.
      CHECK(run(journal->begin({"account", "after", "PUT /x", "r1", TimePoint()})) > 0);
      CHECK(journal->degraded());
      run(journal->remember("account", one("after", sample())));
      CHECK_FALSE(journal->degraded());
    }
    const auto again = open_journal(file, JournalMode::read_only);
    const auto read = run(again->observations("account"));
    CHECK(read.size() == 3);
    CHECK_FALSE(run(again->notes(zones)).contains("gone"));
    CHECK(read.at("before")->dirty);
    CHECK_FALSE(read.at("during")->dirty);
  }

  TEST_CASE("a read says nothing of a Worker that is being written, or was written since it began") {
    using std::chrono::system_clock;
    const auto journal = make_memory_journal();
    const auto before = system_clock::now();
    CHECK_FALSE(journal->is_written_since("a", "shop", before));
    CHECK(journal->last_write("a") == TimePoint::min());
    const auto intent = run(journal->begin({"a", "shop", "PUT /x", "r1", before}));
    // However late the read begins: the write may come after it.
    CHECK(journal->is_written_since("a", "shop", system_clock::now() + std::chrono::hours(1)));
    CHECK(journal->last_write("a") >= before);
    run(journal->end(intent, Outcome::failed));
    CHECK(journal->is_written_since("a", "shop", before));
    CHECK_FALSE(journal->is_written_since("a", "shop", system_clock::now() + std::chrono::hours(1)));
    CHECK_FALSE(journal->is_written_since("a", "other", before));
    CHECK_FALSE(journal->is_written_since("b", "shop", before));
    // A delete is a write.
    const auto deleted = run(journal->begin({"a", "gone", "DELETE /x", "r1", before, true}));
    CHECK(journal->is_written_since("a", "gone", system_clock::now() + std::chrono::hours(1)));
    run(journal->end(deleted, Outcome::done));
    CHECK(journal->is_written_since("a", "gone", before));
  }

  TEST_CASE("whatever a plan rests on moves the generation of its account, and nothing else does") {
    const auto journal = make_memory_journal();
    const NoteKey zones{"a", "edge/production", "zone"};
    auto last = journal->generation("a");
    const auto moves = [&](auto task) {
      run(std::move(task));
      return std::exchange(last, journal->generation("a")) != last;
    };
    CHECK(moves(journal->remember("a", one("shop", sample()))));
    CHECK_FALSE(moves(journal->remember("a", {})));
    CHECK(moves(journal->remember_notes(zones, {{"example.com", "id"}})));
    CHECK_FALSE(moves(journal->remember_notes(zones, {})));
    CHECK(moves(journal->begin({"a", "shop", "PUT /x", "r1", TimePoint()})));
    CHECK(moves(journal->forget("a", "shop")));
    CHECK_FALSE(moves(journal->forget("a", "shop")));
    CHECK_FALSE(moves(journal->observations("a")));
    CHECK_FALSE(moves(journal->remember("b", one("shop", sample()))));
    CHECK_FALSE(moves(journal->record({"r1", "production", "main", "noop", "", TimePoint(), TimePoint()})));
  }

  TEST_CASE("a file with the table of older programs takes less room, holds the same, and they still read it") {
    const Folder folder;
    const auto path = folder.file("journal.db");
    {
      const auto journal = open_journal(path, JournalMode::read_write);
      std::map<std::string, Observation> many;
      // Of a usual size: the older table puts what is longer than a quarter of a page into a page of its own.
      auto usual = sample();
      usual.settings["text"] = std::string(1000, 'x');
      for (int i = 0; i < 500; ++i) many.emplace("w" + std::to_string(i), usual);
      run(journal->remember("a", std::move(many)));
    }
    const auto execute = [&path](const char* sql) {
      sqlite3* database = nullptr;
      REQUIRE(sqlite3_open(path.c_str(), &database) == SQLITE_OK);
      CHECK(sqlite3_exec(database, sql, nullptr, nullptr, nullptr) == SQLITE_OK);
      sqlite3_close(database);
    };
    execute(
        "CREATE TABLE old (account TEXT NOT NULL, worker TEXT NOT NULL, dirty INTEGER NOT NULL, document TEXT NOT "
        "NULL, "
        "PRIMARY KEY (account, worker)) WITHOUT ROWID; INSERT INTO old SELECT * FROM observation; "
        "DROP TABLE observation; ALTER TABLE old RENAME TO observation; VACUUM");
    const auto before = std::filesystem::file_size(path);
    CHECK(run(open_journal(path, JournalMode::read_write)->observations("a")).size() == 500);
    CHECK(std::filesystem::file_size(path) < before * 2 / 3);
    CHECK(run(open_journal(path, JournalMode::read_only)->observations("a")).size() == 500);
    // What such a program does with it.
    execute(
        "INSERT OR REPLACE INTO observation (account, worker, dirty, document) VALUES ('a', 'w1', 1, '{}'); "
        "UPDATE observation SET dirty = 1 WHERE account = 'a' AND worker = 'w2'");
    const auto again = run(open_journal(path, JournalMode::read_write)->observations("a"));
    CHECK(again.at("w2")->dirty);
  }

  TEST_CASE("the file is for its owner alone") {
    const Folder folder;
    const auto path = folder.file("state/journal.db");
    auto journal = open_journal(path, JournalMode::read_write);
    struct stat file{};
    REQUIRE(::stat(path.c_str(), &file) == 0);
    CHECK((file.st_mode & 0777U) == 0600);
    REQUIRE(::stat(folder.file("state").c_str(), &file) == 0);
    CHECK((file.st_mode & 0777U) == 0700);
  }

  TEST_CASE("who writes keeps its name as long as there is the journal, and another journal has another name") {
    const Folder folder;
    const auto path = folder.file("journal.db");
    const auto name = open_journal(path, JournalMode::read_write)->writer();
    CHECK(name.size() == 16);
    CHECK(open_journal(path, JournalMode::read_write)->writer() == name);
    CHECK(open_journal(path, JournalMode::read_only)->writer() == name);
    std::filesystem::remove(path);
    const auto after_loss = open_journal(path, JournalMode::read_write)->writer();
    CHECK(after_loss.size() == 16);
    CHECK(after_loss != name);
    CHECK(make_memory_journal()->writer() != make_memory_journal()->writer());
  }

  TEST_CASE("no value of a secret is in the file") {
    const Folder folder;
    const auto path = folder.file("journal.db");
    auto worker = manifest("checkout");
    worker.secrets["KEY"] = {"default", "key", {}};
    {
      auto journal = open_journal(path, JournalMode::read_write);
      const auto target = target_of(worker, {{"KEY", "canary-value"}});
      run(journal->remember("acc", one("checkout", *remembered_as(target).memory)));
    }
    for (const char* suffix : {"", "-wal"}) {
      std::ifstream file(path + suffix, std::ios::binary);
      const std::string bytes((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
      CHECK(bytes.find("canary-value") == std::string::npos);
    }
  }
}
