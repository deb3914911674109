#include <doctest/doctest.h>
#include <fmt/format.h>
#include <signal.h>

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

#include "base/json.h"
#include "tests/support/daemon_process.h"
#include "tests/support/eventually.h"
#include "tests/support/files.h"
#include "tests/support/git_repository.h"
#include "tests/support/workspace.h"

/// Ends of the daemon, wanted and not, and what the next start makes of them.
namespace plumbline::testing {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

namespace {

/// A repository of eight Workers with an address on workers.dev: sixteen writes.
struct Stage {
  Stage() {
    for (int i = 0; i < 8; ++i) {
      write_worker(repository.work_tree(), fmt::format("worker-{}", i), "  subdomain: {enabled: true}\n");
    }
    commit = repository.commit("eight Workers");
  }

  [[nodiscard]] std::size_t writes() const { return writes_of(workspace.simulator().requests()).size(); }

  /// Every Worker is there and as its manifest says, and was uploaded once.
  void check_each_written_once() const {
    const auto state = workspace.simulator().state();
    const auto& workers = state.at("workers").as_object();
    CHECK(workers.size() == 8);
    for (const auto& [name, worker] : workers) {
      CAPTURE(std::string(name));
      CHECK(worker.at("versions").as_array().size() == 1);
      CHECK(worker.at("subdomain").at("enabled") == true);
    }
  }

  Workspace workspace;
  GitRepository repository{workspace.folder() / "git"};
  std::string commit;
};

}  // namespace

TEST_CASE("SIGTERM ends an idle daemon at once with 0") {
  const Stage stage;
  DaemonProcess daemon(stage.workspace, stage.repository.url());
  REQUIRE(daemon.wait_until_applied(stage.commit));
  CHECK(daemon.stop(5s) == Ended{.exit_code = 0});
  CHECK(daemon.log("stopped").size() == 1);
  CHECK(stage.workspace.simulator().worker_names().size() == 8);
}

TEST_CASE("SIGTERM ends a daemon that waits for a dead API or a slow answer") {
  Stage stage;
  stage.workspace.simulator().change_settings({{"latency_ms", 20'000}});
  DaemonProcess daemon(stage.workspace, stage.repository.url());
  REQUIRE(eventually([&stage] { return !stage.workspace.simulator().requests().empty(); }));
  CHECK(daemon.stop(5s) == Ended{.exit_code = 0});
  stage.workspace.simulator().stop();
  daemon.start();
  REQUIRE(eventually([&daemon] { return daemon.metric("plumbline_api_requests_total", {{"code", "0"}}) >= 1; }));
  CHECK(daemon.stop(5s) == Ended{.exit_code = 0});
}

TEST_CASE("SIGTERM in the middle of an apply finishes the calls under way and begins no other") {
  const Stage stage;
  stage.workspace.simulator().change_settings({{"latency_ms", 300}});
  DaemonProcess daemon(stage.workspace, stage.repository.url());
  REQUIRE(eventually([&stage] { return stage.writes() >= 2; }));
  CHECK(daemon.stop(5s) == Ended{.exit_code = 0});
  const auto written = stage.writes();
  CHECK(written < 16);
  stage.workspace.simulator().change_settings({{"latency_ms", 0}});
  daemon.start();
  CHECK(daemon.wait_until_applied(stage.commit));
  CHECK(stage.writes() == 16);
  stage.check_each_written_once();
}

TEST_CASE(
    "kill -9 in the middle of an apply, and the next start ends in the same state with each Worker written once") {
  for (const std::size_t after : {1U, 4U, 7U, 11U, 15U}) {
    CAPTURE(after);
    const Stage stage;
    stage.workspace.simulator().change_settings({{"latency_ms", 100}});
    DaemonProcess daemon(stage.workspace, stage.repository.url());
    REQUIRE(eventually([&] { return stage.writes() >= after; }));
    daemon.kill();
    stage.workspace.simulator().change_settings({{"latency_ms", 0}});
    daemon.start();
    CHECK(daemon.wait_until_applied(stage.commit));
    stage.check_each_written_once();
    CHECK(stage.writes() <= 16 + 4);
  }
}

TEST_CASE("kill -9 of the command line at every few calls, and the next apply ends in the same state") {
  for (std::size_t after = 1; after < 16; after += 3) {
    CAPTURE(after);
    const Stage stage;
    stage.workspace.simulator().change_settings({{"latency_ms", 50}});
    fs::copy(stage.repository.work_tree(), stage.workspace.manifests(), fs::copy_options::recursive);
    fs::remove_all(stage.workspace.manifests() / ".git");
    {
      const auto apply = stage.workspace.start_on_manifests("apply", {"--yes"});
      REQUIRE(eventually([&] { return stage.writes() >= after; }));
      apply->kill();
    }
    stage.workspace.simulator().change_settings({{"latency_ms", 0}});
    stage.workspace.apply();
    stage.check_each_written_once();
    CHECK(stage.workspace.plan().at("applyable") == false);
  }
}

TEST_CASE("kill -9 in the middle of changes and deletes, and the next apply makes the rest of them once") {
  for (std::size_t after = 1; after <= 5; ++after) {
    CAPTURE(after);
    const Workspace workspace;
    const auto& folder = workspace.manifests();
    for (const auto* name : {"code-a", "code-b", "goes", "stays"}) write_worker(folder, name);
    for (const auto* name : {"settings-a", "settings-b"}) {
      write_worker(folder, name, "  bindings: {COLOUR: {type: plain_text, text: red}}\n");
    }
    workspace.apply();
    for (const auto* name : {"code-a.js", "code-b.js"}) write_file(folder / name, "export default { fetch() {} };\n");
    for (const auto* name : {"settings-a.yaml", "settings-b.yaml"}) {
      replace_in_file(folder / name, "text: red", "text: blue");
    }
    fs::remove(folder / "goes.yaml");
    workspace.simulator().clear_requests();
    workspace.simulator().change_settings({{"latency_ms", 50}});
    {
      const auto apply = workspace.start_on_manifests("apply", {"--yes", "--policy", "sync"});
      REQUIRE(eventually([&] { return writes_of(workspace.simulator().requests()).size() >= after; }));
      apply->kill();
    }
    workspace.simulator().change_settings({{"latency_ms", 0}});
    workspace.apply({"--policy", "sync"});
    CHECK(workspace.plan().at("applyable") == false);
    const auto state = workspace.simulator().state();
    const auto& workers = state.at("workers").as_object();
    CHECK(workers.size() == 5);
    CHECK_FALSE(workers.contains("goes"));
    for (const auto* name : {"code-a", "code-b", "settings-a", "settings-b"}) {
      CHECK_MESSAGE(workers.at(name).at("versions").as_array().size() == 2, name);
    }
    CHECK(workers.at("stays").at("versions").as_array().size() == 1);
  }
}

TEST_CASE("without its journal a daemon writes nothing again") {
  const Stage stage;
  DaemonProcess daemon(stage.workspace, stage.repository.url());
  REQUIRE(daemon.wait_until_applied(stage.commit));
  REQUIRE(daemon.stop());
  for (const bool corrupt : {false, true}) {
    CAPTURE(corrupt);
    for (const auto* ending : {"", "-wal", "-shm"}) fs::remove(daemon.journal().string() + ending);
    if (corrupt) write_file(daemon.journal(), "this is no database");
    stage.workspace.simulator().clear_requests();
    daemon.start();
    REQUIRE(daemon.wait_until_applied(stage.commit));
    REQUIRE(daemon.wait_for_passes(1));
    CHECK(to_strings(writes_of(stage.workspace.simulator().requests())).empty());
    REQUIRE(daemon.stop());
  }
}

TEST_CASE("with its journal a restarted daemon reads no Worker twice") {
  const Stage stage;
  DaemonProcess daemon(stage.workspace, stage.repository.url());
  REQUIRE(daemon.wait_until_applied(stage.commit));
  REQUIRE(daemon.stop());
  stage.workspace.simulator().clear_requests();
  daemon.start();
  REQUIRE(daemon.wait_until_applied(stage.commit));
  CHECK(writes_of(stage.workspace.simulator().requests()).empty());
  CHECK(count(stage.workspace.simulator().requests(), "GET", "/settings") <= 8);
  CHECK(count(stage.workspace.simulator().requests(), "GET", "/content/v2") == 0);
}

TEST_CASE("a daemon whose journal cannot be written works in memory and says so") {
  const Stage stage;
  write_file(stage.workspace.folder() / "daemon/journal.db/in-the-way", "");
  const DaemonProcess daemon(stage.workspace, stage.repository.url());
  CHECK(daemon.wait_until_applied(stage.commit));
  CHECK(daemon.wait_for_log("journal cannot be written to the disk and goes on in memory only"));
  CHECK(daemon.status().at("journal").at("problem").is_string());
  stage.check_each_written_once();
}

}  // namespace plumbline::testing
