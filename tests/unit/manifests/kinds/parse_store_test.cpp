#include "manifests/kinds/parse_store.h"

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <string>

#include "tests/unit/manifests/support.h"

namespace plumbline::manifests {
namespace {

namespace fs = std::filesystem;

// A store of which each use is another process.
struct Stored {
  [[nodiscard]] std::string path() const { return folder.path("cache/parsed/0123"); }
  [[nodiscard]] fs::path file() const { return path() + ".parsed"; }

  void keep(const std::string& key, const std::string& value, std::uint32_t day = 100) const {
    ParseStore store(path(), "0.1");
    store.set_day(day);
    store.keep(key, value);
    CHECK(store.end_load());
  }

  [[nodiscard]] std::string find(const std::string& key, const std::string& program = "0.1") const {
    ParseStore store(path(), program);
    return std::string(store.find(key));
  }

  [[nodiscard]] std::string bytes() const {
    std::ifstream in(file(), std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }

  test::TempFolder folder;
};

mode_t mode_of(const fs::path& path) {
  struct stat status{};
  REQUIRE(::stat(path.c_str(), &status) == 0);
  return status.st_mode & 07777U;
}

}  // namespace

TEST_CASE("what one process has kept the next one finds, and nobody else may read it") {
  const Stored stored;
  CHECK(stored.find("a").empty());
  stored.keep("a", "one");
  stored.keep("b", std::string("t\0o", 3));
  CHECK(stored.find("a") == "one");
  CHECK(stored.find("b") == std::string("t\0o", 3));
  CHECK(stored.find("c").empty());
  stored.keep("a", "other");
  CHECK(stored.find("a") == "other");
  CHECK(mode_of(stored.file()) == 0600);
  CHECK(mode_of(stored.file().parent_path()) == 0700);
  CHECK(mode_of(stored.file().parent_path().parent_path()) == 0700);
  CHECK(std::distance(fs::directory_iterator(stored.file().parent_path()), {}) == 1);
}

TEST_CASE("what another build has kept is not used, and makes place for one's own") {
  const Stored stored;
  stored.keep("a", "one");
  CHECK(stored.find("a", "0.2").empty());
  ParseStore store(stored.path(), "0.2");
  store.keep("b", "two");
  CHECK(store.end_load());
  CHECK(stored.find("b", "0.2") == "two");
  CHECK(stored.find("a").empty());
}

TEST_CASE("a file that is damaged anywhere, cut short or replaced is as none, and is made afresh") {
  const Stored stored;
  stored.keep("a", "one");
  stored.keep("b", "two");
  const std::string good = stored.bytes();
  const auto write = [&](std::string_view bytes) {
    std::ofstream(stored.file(), std::ios::binary | std::ios::trunc) << bytes;
  };
  for (std::size_t at = 0; at < good.size(); ++at) {
    std::string bad = good;
    bad[at] = static_cast<char>(bad[at] ^ 1);
    write(bad);
    CHECK(stored.find("a").empty());
    write(good.substr(0, at));
    CHECK(stored.find("a").empty());
  }
  write(good + "x");
  CHECK(stored.find("a").empty());
  stored.keep("c", "three");
  CHECK(stored.find("c") == "three");
  CHECK(stored.find("a").empty());
  write(good);
  CHECK(stored.find("a") == "one");
}

TEST_CASE("a file that is not ours alone is not read") {
  const Stored stored;
  stored.keep("a", "one");
  SUBCASE("others may write it") {
    fs::permissions(stored.file(), fs::perms::others_write, fs::perm_options::add);
  }
  SUBCASE("it is a link") {
    fs::rename(stored.file(), stored.folder.path("elsewhere"));
    fs::create_symlink(stored.folder.path("elsewhere"), stored.file());
  }
  SUBCASE("it is a folder") {
    fs::remove(stored.file());
    fs::create_directory(stored.file());
  }
  SUBCASE("it is a pipe") {
    fs::remove(stored.file());
    REQUIRE(::mkfifo(stored.file().c_str(), 0600) == 0);
  }
  CHECK(stored.find("a").empty());
}

TEST_CASE("a folder that cannot be made is told, and everything goes on") {
  const test::TempFolder folder;
  folder.write("cache", "a file");
  ParseStore store(folder.path("cache/parsed/0123"), "0.1");
  CHECK(store.find("a").empty());
  store.keep("a", "one");
  const auto written = store.end_load();
  REQUIRE_FALSE(written);
  CHECK(written.error().message.contains("cannot be written"));
  CHECK(store.find("a").empty());
  CHECK(store.end_load());
}

TEST_CASE("a file is written when a good part of it is new, so that all writing is in proportion to what is new") {
  const Stored stored;
  ParseStore first(stored.path(), "0.1");
  for (int i = 0; i < 160; ++i) first.keep(std::to_string(i), "x");
  CHECK(first.end_load());
  const auto written = stored.bytes();
  ParseStore second(stored.path(), "0.1");
  CHECK(second.find("7") == "x");
  for (int i = 0; i < 9; ++i) second.keep("new " + std::to_string(i), "y");
  CHECK(second.end_load());
  CHECK(stored.bytes() == written);
  // What was not written then is written with what comes later.
  second.keep("new 9", "y");
  CHECK(second.end_load());
  CHECK(stored.find("new 0") == "y");
  CHECK(stored.find("new 9") == "y");
  CHECK(stored.find("7") == "x");
}

TEST_CASE("what was not used for a month goes when the file is written") {
  const Stored stored;
  stored.keep("old", "1", 100);
  stored.keep("used", "2", 100);
  {
    ParseStore store(stored.path(), "0.1");
    store.set_day(120);
    CHECK(store.find("used") == "2");
    store.keep("new", "3");
    CHECK(store.end_load());
  }
  CHECK(stored.find("old") == "1");
  stored.keep("newer", "4", 131);
  CHECK(stored.find("old").empty());
  CHECK(stored.find("used") == "2");
  CHECK(stored.find("new") == "3");
  // A clock that was ahead does not keep anything for ever.
  stored.keep("ahead", "5", 1000);
  stored.keep("later", "6", 200);
  stored.keep("still later", "7", 231);
  CHECK(stored.find("ahead").empty());
}

TEST_CASE("a file has an end: what was used last stays") {
  const Stored stored;
  const std::string large(std::size_t{24} * 1024 * 1024, 'x');
  stored.keep("first", large, 100);
  stored.keep("second", large, 101);
  stored.keep("third", large, 102);
  CHECK(stored.find("first").empty());
  CHECK(stored.find("second").size() == large.size());
  CHECK(stored.find("third").size() == large.size());
}

TEST_CASE("files that nobody has used for long are removed, and nothing else") {
  const Stored stored;
  stored.keep("a", "one");
  const auto folder = stored.file().parent_path();
  const auto old = fs::file_time_type::clock::now() - std::chrono::hours(24 * 61);
  for (const char* name : {"gone.parsed", "killed.parsed.0011223344556677", "something.else"}) {
    std::ofstream(folder / name) << "x";
    fs::last_write_time(folder / name, old);
  }
  std::ofstream(folder / "other.parsed") << "x";
  stored.keep("b", "two");
  CHECK_FALSE(fs::exists(folder / "gone.parsed"));
  CHECK_FALSE(fs::exists(folder / "killed.parsed.0011223344556677"));
  CHECK(fs::exists(folder / "something.else"));
  CHECK(fs::exists(folder / "other.parsed"));
  // A file that is read counts as used.
  fs::last_write_time(stored.file(), old);
  CHECK(stored.find("a") == "one");
  CHECK(fs::last_write_time(stored.file()) > old + std::chrono::hours(1));
}

}  // namespace plumbline::manifests
