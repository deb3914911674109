#include <doctest/doctest.h>
#include <fmt/format.h>

#include <filesystem>
#include <string>
#include <vector>

#include "base/json.h"
#include "tests/support/daemon_process.h"
#include "tests/support/eventually.h"
#include "tests/support/files.h"
#include "tests/support/git_repository.h"
#include "tests/support/workspace.h"

/// Two daemons of one instance and source, and a pipeline that applies beside a daemon.
namespace plumbline::testing {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t kWorkers = 4;

/// Workers that say which commit is live.
struct Stage {
  [[nodiscard]] std::string commit(const std::string& text, std::size_t workers = kWorkers) const {
    for (std::size_t i = 0; i < workers; ++i) {
      write_worker(repository.work_tree(), fmt::format("app-{}", i),
                   "  bindings: {TEXT: {type: plain_text, text: " + text + "}}\n");
    }
    return repository.commit(text);
  }
  /// The same on another branch, whose history has parted from main's.
  [[nodiscard]] std::string commit_apart(const std::string& branch, const std::string& text) const {
    repository.git({"checkout", "--quiet", "-b", branch});
    for (std::size_t i = 0; i < kWorkers; ++i) {
      replace_in_file(repository.work_tree() / fmt::format("app-{}.yaml", i), "text: first", "text: " + text);
    }
    repository.git({"commit", "--quiet", "--all", "--message", text});
    repository.git({"push", "--quiet", "origin", branch});
    auto id = repository.git({"rev-parse", "HEAD"});
    repository.git({"checkout", "--quiet", "main"});
    return id;
  }

  [[nodiscard]] std::size_t writes() const { return writes_of(workspace.simulator().requests()).size(); }
  [[nodiscard]] bool all_say(const std::string& text) const {
    for (const auto& name : workspace.simulator().worker_names()) {
      if (string_member(workspace.simulator().binding(name, "TEXT").at("fields"), "text") != text) return false;
    }
    return !workspace.simulator().worker_names().empty();
  }

  /// As a pipeline does, which has no journal.
  [[nodiscard]] Finished apply_in_pipeline() const {
    workspace.forget_journal();
    return workspace.run({"apply", "--repository", repository.url(), "--ref", "main", "--instance", "test", "--source",
                          "production", "--yes"});
  }

  Workspace workspace;
  GitRepository repository{workspace.folder() / "git"};
};

bool holds_back(const DaemonProcess& daemon) {
  return string_member(daemon.condition("Blocked"), "reason") == "TwinDaemon";
}

}  // namespace

TEST_CASE("of two daemons with different branches one holds back, until both agree") {
  const Stage stage;
  REQUIRE_FALSE(stage.commit("first").empty());
  const auto apart = stage.commit_apart("other", "theirs");
  const auto ours = stage.commit("ours");
  const DaemonProcess one(stage.workspace, stage.repository.url());
  REQUIRE(one.wait_until_applied(ours));
  const DaemonProcess other(stage.workspace, stage.repository.url(), {.reference = "branch: other", .folder = "other"});
  // What was made before it began is nobody's twin.
  REQUIRE_MESSAGE(eventually([&] { return holds_back(one); }), one.log_text() << other.log_text());
  CHECK(stage.all_say("theirs"));
  const auto blocked = one.condition("Blocked");
  CHECK(string_member(blocked, "status") == "True");
  const auto log = one.log_text();
  CHECK(log.contains("at revision other@sha1:" + apart));
  CHECK(log.contains("stop one of the two, or let both follow the same branch"));
  const auto writes = stage.writes();
  CHECK(writes == 2 * kWorkers);
  CHECK(holds_for(10s, [&] { return stage.writes() == writes; }));

  // One history, and both at its end.
  stage.repository.git({"merge", "--quiet", "--strategy", "ours", "--no-edit", "other"});
  stage.repository.git({"push", "--quiet", "origin", "main", "main:other"});
  const auto merged = stage.repository.git({"rev-parse", "HEAD"});
  CHECK(one.wait_until_applied(merged));
  CHECK(other.wait_until_applied(merged));
  CHECK(stage.all_say("ours"));
  CHECK_FALSE(holds_back(one));
  CHECK_FALSE(holds_back(other));
  CHECK(stage.writes() <= writes + 2 * kWorkers);
}

TEST_CASE("a daemon whose twin has stopped goes on by itself") {
  const Stage stage;
  REQUIRE_FALSE(stage.commit("first").empty());
  REQUIRE_FALSE(stage.commit_apart("other", "theirs").empty());
  const auto ours = stage.commit("ours");
  const DaemonProcess one(stage.workspace, stage.repository.url());
  REQUIRE(one.wait_until_applied(ours));
  {
    DaemonProcess other(stage.workspace, stage.repository.url(), {.reference = "branch: other", .folder = "other"});
    REQUIRE(eventually([&] { return holds_back(one); }));
    other.kill();
  }
  // Six looks at the account, and half a minute at least.
  CHECK(eventually([&] { return stage.all_say("ours") && !holds_back(one); }, 90s));
}

TEST_CASE("a pipeline that applies a commit before the daemon knows of it is no twin") {
  const Stage stage;
  const auto first = stage.commit("first");
  // It fetches when it starts, and then by itself only in an hour.
  const DaemonProcess daemon(stage.workspace, stage.repository.url(), {.interval = "1h"});
  REQUIRE(daemon.wait_until_applied(first));
  for (const std::string text : {"second", "third"}) {
    const auto next = stage.commit(text);
    const auto writes = stage.writes();
    REQUIRE(stage.apply_in_pipeline().exit_code == 0);
    CHECK(daemon.wait_until_applied(next));
    CHECK(stage.all_say(text));
    // The pipeline's.
    CHECK(stage.writes() - writes == kWorkers);
    CHECK_FALSE(holds_back(daemon));
  }
  CHECK(daemon.wait_for_log("fetching before anything is written"));
  CHECK_FALSE(daemon.log_text().contains("TwinDaemon"));
}

TEST_CASE("a daemon goes on from what a pipeline has applied, and puts a late one of an older commit right") {
  const Stage stage;
  const auto first = stage.commit("first");
  const DaemonProcess daemon(stage.workspace, stage.repository.url());
  REQUIRE(daemon.wait_until_applied(first));
  REQUIRE(stage.apply_in_pipeline().exit_code == 0);
  const auto second = stage.commit("second");
  REQUIRE(daemon.wait_until_applied(second));
  CHECK(stage.all_say("second"));
  // A job that was slow: it applies what was there when it began.
  stage.workspace.forget_journal();
  REQUIRE(stage.workspace
              .run({"apply", "--repository", stage.repository.url(), "--ref", first, "--instance", "test", "--source",
                    "production", "--yes"})
              .exit_code == 0);
  CHECK(eventually([&] { return stage.all_say("second"); }));
  CHECK_FALSE(daemon.log_text().contains("TwinDaemon"));
}

TEST_CASE("a daemon that lost its journal is no twin of itself") {
  const Stage stage;
  const auto first = stage.commit("first");
  DaemonProcess daemon(stage.workspace, stage.repository.url());
  REQUIRE(daemon.wait_until_applied(first));
  daemon.kill();
  fs::remove(daemon.journal());
  // Not a descendant of what is live.
  for (std::size_t i = 0; i < kWorkers; ++i) {
    replace_in_file(stage.repository.work_tree() / fmt::format("app-{}.yaml", i), "text: first", "text: second");
  }
  const auto rewritten = stage.repository.rewrite_last_commit("second");
  daemon.start();
  CHECK(daemon.wait_until_applied(rewritten));
  CHECK(stage.all_say("second"));
  CHECK_FALSE(daemon.log_text().contains("TwinDaemon"));
}

}  // namespace plumbline::testing
