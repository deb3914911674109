#include "tests/unit/reconciler/journal/power_cut.h"

#include <doctest/doctest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "reconciler/journal/journal.h"
#include "tests/support/temporary_folder.h"
#include "tests/unit/reconciler/fixtures.h"

using namespace plumbline;
using namespace plumbline::reconciler;
using namespace plumbline::reconciler::test;
namespace fs = std::filesystem;

namespace {

using Folder = plumbline::testing::TemporaryFolder;

constexpr std::string_view kAccount = "account";

template <class T>
T run(net::Awaitable<T> task) {
  boost::asio::io_context context;
  auto result = boost::asio::co_spawn(context, std::move(task), boost::asio::use_future);
  context.run();
  return result.get();
}

std::map<std::string, Observation> clean(const std::string& worker) {
  Observation observation;
  observation.list_key = "key of " + worker;
  observation.settings = object(R"({"logpush": true})");
  observation.dirty = false;
  std::map<std::string, Observation> out;
  out.emplace(worker, std::move(observation));
  return out;
}

/// What a file says, read without the journal.
struct Content {
  std::map<std::string, bool> dirty;  ///< by Worker
  std::set<std::string> open;         ///< Workers with an intent whose end is not known
  std::set<std::int64_t> intents;
};

Content content_of(const std::string& path) {
  Content content;
  sqlite3* database = nullptr;
  REQUIRE(sqlite3_open(path.c_str(), &database) == SQLITE_OK);
  const auto each = [database](const char* sql, auto take) {
    sqlite3_stmt* statement = nullptr;
    // Before the first transaction has reached the disk, there is no table.
    if (sqlite3_prepare_v2(database, sql, -1, &statement, nullptr) != SQLITE_OK) return;
    while (sqlite3_step(statement) == SQLITE_ROW) take(statement);
    sqlite3_finalize(statement);
  };
  const auto text = [](sqlite3_stmt* row, int column) {
    return std::string(reinterpret_cast<const char*>(sqlite3_column_text(row, column)));
  };
  each("SELECT worker, dirty FROM observation",
       [&](sqlite3_stmt* row) { content.dirty[text(row, 0)] = sqlite3_column_int(row, 1) != 0; });
  each("SELECT id, worker, outcome IS NULL FROM intent", [&](sqlite3_stmt* row) {
    content.intents.insert(sqlite3_column_int64(row, 0));
    if (sqlite3_column_int(row, 2) != 0) content.open.insert(text(row, 1));
  });
  sqlite3_close(database);
  return content;
}

/// A journal that opens the file at `path` finds nothing wrong with it.
void check_sound(const std::string& path) {
  const auto journal = open_journal(path, JournalMode::read_write);
  CHECK_FALSE(journal->degraded());
  CHECK_FALSE(journal->rebuilt());
}

void check_dirty_while_open(const Content& content) {
  for (const auto& worker : content.open) {
    const auto found = content.dirty.find(worker);
    const bool may_pass_for_clean = found != content.dirty.end() && !found->second;
    CHECK_FALSE(may_pass_for_clean);
  }
}

/// Writes of Workers as an apply makes them, several at a time: intent, outcome, what is remembered then.
class WritesAtOnce {
 public:
  explicit WritesAtOnce(Journal* journal) : journal_(journal) {}

  /// All Workers side by side, each so many times.
  void run_all(int workers, int times) {
    boost::asio::io_context context;
    for (int i = 0; i < workers; ++i) {
      boost::asio::co_spawn(context, write("w" + std::to_string(i), times), boost::asio::detached);
    }
    context.run();
  }

  /// Called as soon as begin() has returned, with the intent.
  std::function<void(std::int64_t intent, const std::string& worker)> begun;

 private:
  net::Awaitable<> write(std::string worker, int times) {
    for (int i = 0; i < times; ++i) {
      const auto intent =
          co_await journal_->begin({std::string(kAccount), worker, "PUT /x", "r1", std::chrono::system_clock::now()});
      if (begun) begun(intent, worker);
      co_await journal_->end(intent, Outcome::done);
      co_await journal_->remember(std::string(kAccount), clean(worker));
    }
  }

  Journal* journal_;
};

std::string bytes_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

TEST_SUITE("journal and power cuts") {
  TEST_CASE("once begin() returns, a power cut keeps the intent and leaves its Worker dirty") {
    const PowerCut power;
    const Folder folder;
    const auto path = folder.file("journal.db");
    int cuts = 0;
    {
      const auto journal = open_journal(path, JournalMode::read_write);
      WritesAtOnce writes(journal.get());
      writes.begun = [&](std::int64_t intent, const std::string& worker) {
        const auto cut = folder.file("cut-" + std::to_string(cuts++));
        PowerCut::copy(path, cut);
        const auto left = content_of(cut + "/journal.db");
        CHECK(left.intents.contains(intent));
        CHECK(left.open.contains(worker));
        check_dirty_while_open(left);
        check_sound(cut + "/journal.db");
      };
      writes.run_all(6, 4);
    }
    CHECK(cuts == 24);
    // The end of the process in good order loses nothing.
    PowerCut::copy(path, folder.file("after"));
    const auto left = content_of(folder.file("after/journal.db"));
    CHECK(left.open.empty());
    CHECK(left.intents.size() == 24);
    CHECK(left.dirty.size() == 6);
  }

  TEST_CASE("whatever part of the log a power cut leaves, no Worker is clean while a write of it is open") {
    const Folder folder;
    const auto path = folder.file("journal.db");
    fs::create_directory(folder.file("kept"));
    {
      const auto journal = open_journal(path, JournalMode::read_write);
      WritesAtOnce(journal.get()).run_all(4, 5);
      run(journal->flush());
      // While it is open: the last one to close the file puts the log into it.
      fs::copy_file(path, folder.file("kept/journal.db"));
      fs::copy_file(path + "-wal", folder.file("kept/journal.db-wal"));
    }
    const auto log = bytes_of(folder.file("kept/journal.db-wal"));
    constexpr std::size_t kHeader = 32;
    constexpr std::size_t kFrame = 24 + 4096;
    REQUIRE(log.size() > kHeader + 20 * kFrame);
    std::vector<std::size_t> ends{0, 1, kHeader - 1};
    for (std::size_t end = kHeader; end <= log.size(); end += kFrame) {
      ends.push_back(end);
      ends.push_back(std::min(end + 11, log.size()));
      ends.push_back(std::min(end + kFrame / 2, log.size()));
    }
    std::size_t most = 0;
    for (const auto end : ends) {
      CAPTURE(end);
      const auto cut = folder.file("cut");
      fs::remove_all(cut);
      fs::create_directory(cut);
      fs::copy_file(folder.file("kept/journal.db"), cut + "/journal.db");
      std::ofstream(cut + "/journal.db-wal", std::ios::binary) << log.substr(0, end);
      const auto left = content_of(cut + "/journal.db");
      check_dirty_while_open(left);
      check_sound(cut + "/journal.db");
      // More of the log is never less of what happened.
      CHECK(left.intents.size() >= most);
      most = std::max(most, left.intents.size());
    }
    CHECK(most == 20);
  }
}
