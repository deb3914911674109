#include <doctest/doctest.h>
#include <fmt/format.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <string>

#include "base/json.h"
#include "tests/support/daemon_process.h"
#include "tests/support/eventually.h"
#include "tests/support/examples_in_git.h"
#include "tests/support/files.h"
#include "tests/support/workspace.h"

/// The journal's file when it is another's, or damaged.
namespace plumbline::testing {

namespace fs = std::filesystem;

namespace {

struct Stage : ExamplesInGit {
  [[nodiscard]] Program program(std::vector<std::string> arguments) const {
    return {.file = PLUMBLINE_BINARY,
            .arguments = std::move(arguments),
            .environment = {{"PATH", std::getenv("PATH")}, {"HOME", workspace.folder().string()}},
            .working_folder = workspace.folder(),
            .output_folder = workspace.folder() / "output"};
  }
};

/// A condition of the daemon, which every source shares.
Json condition(const DaemonProcess& daemon, std::string_view type) {
  const auto status = daemon.status();
  for (const auto& one : status.at("conditions").as_array()) {
    if (string_member(one, "type") == type) return one;
  }
  throw std::runtime_error("there is no condition " + std::string(type));
}

void overwrite(const fs::path& file, std::streamoff at, std::string_view bytes) {
  std::fstream stream(file, std::ios::in | std::ios::out | std::ios::binary);
  stream.seekp(at);
  stream << bytes;
  REQUIRE(stream.good());
}

}  // namespace

TEST_CASE("a second daemon on one journal refuses to start, names who holds it, and starts once that one has gone") {
  const Stage stage;
  DaemonProcess daemon(stage.workspace, stage.repository.url());
  REQUIRE(daemon.wait_until_applied(stage.commit));
  const auto before = stage.workspace.simulator().requests().size();
  const auto second = run_to_end(stage.program({"run", "--config", daemon.configuration().string()}));
  CHECK(second.exit_code == 1);
  CHECK(second.err.contains(fmt::format("belongs to process {}, since 20", daemon.id())));
  CHECK(second.err.contains(daemon.journal().string()));
  // Neither of the two was disturbed.
  CHECK(daemon.is_running());
  CHECK(string_member(condition(daemon, "JournalIntact"), "status") == "True");
  CHECK(stage.workspace.simulator().requests().size() >= before);
  daemon.kill();
  daemon.start();
  CHECK(daemon.wait_until_applied(stage.commit));
}

TEST_CASE("an apply beside a daemon on one journal says so and names the daemon") {
  const Stage stage;
  const DaemonProcess daemon(stage.workspace, stage.repository.url());
  REQUIRE(daemon.wait_until_applied(stage.commit));
  const auto applied = run_to_end(
      stage.program({"apply", "--config", daemon.configuration().string(), "--source", "production", "--yes"}));
  CHECK(applied.exit_code == 0);
  CHECK((applied.out + applied.err).contains(fmt::format("it belongs to process {}, since 20", daemon.id())));
  const auto planned =
      run_to_end(stage.program({"plan", "--config", daemon.configuration().string(), "--source", "production"}));
  CHECK(planned.exit_code == 0);
  CHECK_FALSE((planned.out + planned.err).contains("belongs to"));
}

TEST_CASE("a corrupt journal is set aside, which log and status say, and nothing is written again") {
  const Stage stage;
  DaemonProcess daemon(stage.workspace, stage.repository.url());
  REQUIRE(daemon.wait_until_applied(stage.commit));
  const auto versions = stage.workspace.simulator().state();
  for (const std::string damage : {"no database", "a page in the middle"}) {
    CAPTURE(damage);
    REQUIRE(daemon.stop() == Ended{.exit_code = 0});
    fs::remove(daemon.journal().string() + ".corrupt");
    if (damage == "no database") {
      write_file(daemon.journal(), "something else altogether, and long enough to be looked at as a database");
    } else {
      constexpr std::streamoff kPage = 4096;
      for (std::streamoff at = kPage; at + kPage <= static_cast<std::streamoff>(fs::file_size(daemon.journal()));
           at += kPage) {
        overwrite(daemon.journal(), at, std::string(64, '\xff'));
      }
    }
    daemon.start();
    CHECK(daemon.wait_until_applied(stage.commit));
    const auto told = daemon.log("journal was corrupt; a new one was begun");
    REQUIRE(told.size() == 1);
    CHECK(string_member(told.front(), "problem").contains(daemon.journal().string() + ".corrupt"));
    CHECK(string_member(told.front(), "mend").contains("set journal.path to another"));
    const auto intact = condition(daemon, "JournalIntact");
    CHECK(string_member(intact, "status") == "False");
    CHECK(string_member(intact, "reason") == "JournalRebuilt");
    CHECK(string_member(intact, "message").contains(daemon.journal().string() + ".corrupt"));
    CHECK(fs::exists(daemon.journal().string() + ".corrupt"));
    REQUIRE(daemon.wait_for_passes(1));
  }
  CHECK(stage.workspace.simulator().state().at("workers") == versions.at("workers"));
  REQUIRE(daemon.stop() == Ended{.exit_code = 0});
  daemon.start();
  CHECK(string_member(condition(daemon, "JournalIntact"), "status") == "True");
}

TEST_CASE("a command that finds the journal corrupt says so") {
  const Stage stage;
  stage.workspace.apply();
  write_file(stage.workspace.journal(), "something else altogether, and long enough to be looked at as a database");
  const auto applied = stage.workspace.apply();
  CHECK((applied.out + applied.err)
            .contains("was corrupt. It was moved to " + stage.workspace.journal().string() + ".corrupt"));
  CHECK((applied.out + applied.err)
            .contains("If that file was no journal, move it back and name another one with --journal"));
}

TEST_CASE("a journal that cannot be written names what sets its path") {
  const Stage stage;
  for (const std::string path : {"/proc/nowhere/journal.db", "/dev/null/journal.db"}) {
    CAPTURE(path);
    const auto applied = stage.workspace.apply({"--journal", path});
    CHECK((applied.out + applied.err).contains("the journal " + path + " is not written: "));
    CHECK((applied.out + applied.err)
              .contains("Make the file and its folder writable, or name another file with --journal"));
  }
  const auto folder = stage.workspace.folder() / "a folder.db";
  fs::create_directories(folder / "inside");
  const auto applied = stage.workspace.apply({"--journal", folder.string()});
  CHECK((applied.out + applied.err).contains("or name another file with --journal"));
}

TEST_CASE("a daemon whose journal cannot be written names journal.path") {
  const Stage stage;
  DaemonProcess daemon(stage.workspace, stage.repository.url());
  REQUIRE(daemon.wait_until_applied(stage.commit));
  REQUIRE(daemon.stop() == Ended{.exit_code = 0});
  fs::remove(daemon.journal());
  fs::create_directories(daemon.journal() / "inside");
  daemon.start();
  CHECK(eventually([&] { return string_member(condition(daemon, "JournalIntact"), "status") == "False"; }));
  CHECK(string_member(condition(daemon, "JournalIntact"), "message")
            .contains("; make the file and its folder writable, or set journal.path to another file"));
}

}  // namespace plumbline::testing
