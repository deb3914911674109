#include <doctest/doctest.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>

#include <algorithm>
#include <string>
#include <vector>

#include "base/descriptor.h"
#include "tests/support/daemon_process.h"
#include "tests/support/examples_in_git.h"
#include "tests/support/files.h"
#include "tests/support/http.h"
#include "tests/support/loopback.h"
#include "tests/support/notify_socket.h"
#include "tests/support/raw_client.h"

/// What the daemon tells a service manager, and what it takes from one. tests/slow/systemd.sh asks a real systemd.
namespace plumbline::testing {
namespace {

constexpr std::string_view kRequest = "GET /livez HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n";

struct Stage : ExamplesInGit {
  NotifySocket manager{(workspace.folder() / "notify").string()};

  [[nodiscard]] DaemonSettings settings() const {
    return {.environment = {{"NOTIFY_SOCKET", manager.name()}, {"WATCHDOG_USEC", "200000"}}};
  }
};

// Starts the daemon as systemd does: with the listening sockets from descriptor 3 on.
void start_with(DaemonProcess& daemon, const std::vector<int>& sockets, const std::string& names) {
  auto script =
      fmt::format("export LISTEN_PID=$$ LISTEN_FDS={} LISTEN_FDNAMES={}; exec \"$0\" \"$@\"", sockets.size(), names);
  for (std::size_t i = 0; i < sockets.size(); ++i) script += fmt::format(" {}<&{}", 3 + i, sockets[i]);
  daemon.start_as({"bash", "-c", script, PLUMBLINE_BINARY});
}

// A listener that the child inherits.
struct Passed {
  Passed() { ::fcntl(listener.socket.get(), F_SETFD, 0); }

  LoopbackListener listener = listen_on_loopback(16);
};

void use_passed_sockets(const DaemonProcess& daemon) {
  replace_in_file(daemon.configuration(), "listen: \"127.0.0.1:0\", metrics_listen: \"127.0.0.1:0\"",
                  "listen: \"systemd:listen\", metrics_listen: \"systemd:metrics\"");
}

}  // namespace

TEST_CASE("a service manager hears of the start, the state, the loop and the end") {
  Stage stage;
  DaemonProcess daemon(stage.workspace, stage.repository.url(), stage.settings());
  CHECK(stage.manager.wait_for("READY=1"));
  CHECK(stage.manager.messages().front().starts_with("EXTEND_TIMEOUT_USEC="));
  CHECK(stage.manager.wait_for("STATUS=1 of 1 source ready; 4 Workers: 4 synced"));
  const auto alive = stage.manager.count("WATCHDOG=1");
  CHECK(eventually([&] { return stage.manager.count("WATCHDOG=1") >= alive + 2; }));
  CHECK(stage.manager.count("STOPPING=1") == 0);

  CHECK(daemon.stop() == Ended{.exit_code = 0});
  const auto& messages = stage.manager.messages();
  const auto stopping = std::ranges::find(messages, "STOPPING=1");
  REQUIRE(stopping != messages.end());
  CHECK(
      std::any_of(stopping, messages.end(), [](const auto& text) { return text.starts_with("EXTEND_TIMEOUT_USEC="); }));
  CHECK(stage.manager.count("READY=1") == 1);
}

TEST_CASE("a service is up although git and the API are not, or it would be started over and over") {
  Stage stage;
  auto settings = stage.settings();
  DaemonProcess daemon(stage.workspace, "file:///nowhere/repository.git", settings);
  CHECK(stage.manager.wait_for("READY=1"));
  CHECK(stage.manager.wait_for("STATUS=0 of 1 source ready; 0 Workers"));
  CHECK(daemon.get("/livez").status == 200);
  CHECK_FALSE(daemon.is_ready());
}

TEST_CASE("the program of a service that hangs says no more that it is alive") {
  Stage stage;
  DaemonProcess daemon(stage.workspace, stage.repository.url(), stage.settings());
  CHECK(stage.manager.wait_for("WATCHDOG=1"));
  daemon.signal(SIGSTOP);
  // What was sent before is still on its way.
  CHECK(eventually([&] {
    const auto before = stage.manager.count("WATCHDOG=1");
    return holds_for(std::chrono::milliseconds(400), [&] { return stage.manager.count("WATCHDOG=1") == before; });
  }));
  daemon.signal(SIGCONT);
  const auto before = stage.manager.count("WATCHDOG=1");
  CHECK(eventually([&] { return stage.manager.count("WATCHDOG=1") > before; }));
}

TEST_CASE("a service manager hears when a reload begins and when it has ended, well or not") {
  Stage stage;
  DaemonProcess daemon(stage.workspace, stage.repository.url(), stage.settings());
  CHECK(stage.manager.wait_for("READY=1"));
  daemon.signal(SIGHUP);
  CHECK(stage.manager.wait_for("RELOADING=1\nMONOTONIC_USEC="));
  CHECK(eventually([&] { return stage.manager.count("READY=1") == 2; }));
  replace_in_file(daemon.configuration(), "policy: sync", "policy: synk");
  daemon.signal(SIGHUP);
  CHECK(eventually([&] { return stage.manager.count("READY=1") == 3; }));
  CHECK(daemon.wait_for_log("configuration not reloaded"));
}

TEST_CASE("without a service manager nothing is told, and nothing is missing") {
  const ExamplesInGit stage;
  DaemonProcess daemon(stage.workspace, stage.repository.url(),
                       {.environment = {{"NOTIFY_SOCKET", "/nowhere/notify"}}});
  CHECK(daemon.wait_until_applied(stage.commit));
  CHECK(daemon.stop() == Ended{.exit_code = 0});
}

TEST_CASE("sockets that systemd passes are served, and who connects between two runs is answered by the next") {
  const ExamplesInGit stage;
  const Passed status;
  const Passed metrics;
  DaemonProcess daemon(stage.workspace, stage.repository.url());
  CHECK(daemon.stop() == Ended{.exit_code = 0});
  use_passed_sockets(daemon);
  const std::vector sockets{status.listener.socket.get(), metrics.listener.socket.get()};
  start_with(daemon, sockets, "listen:metrics");
  CHECK(daemon.status_port() == status.listener.port);
  CHECK(daemon.metrics_port() == metrics.listener.port);
  // It is an address of this machine alone, so that no token is needed.
  CHECK(daemon.wait_until_applied(stage.commit));
  CHECK(daemon.stop() == Ended{.exit_code = 0});

  RawClient early(status.listener.port);
  REQUIRE(early.send(kRequest));
  start_with(daemon, sockets, "listen:metrics");
  CHECK(early.is_ended_within(kPatience));
  CHECK(early.received().starts_with("HTTP/1.1 200 OK\r\n"));
}

TEST_CASE("a socket that the configuration names and systemd does not pass ends the program for good") {
  const ExamplesInGit stage;
  DaemonProcess daemon(stage.workspace, stage.repository.url());
  CHECK(daemon.stop() == Ended{.exit_code = 0});
  use_passed_sockets(daemon);
  const auto ended = stage.workspace.run({"run", "--config", daemon.configuration().string()});
  CHECK(ended.exit_code == 78);
  CHECK(
      ended.err.contains("server.listen: systemd passes no socket \"listen\"; start a socket unit with "
                         "FileDescriptorName=listen for this service"));
  CHECK(ended.err.contains("server.metrics_listen: systemd passes no socket \"metrics\""));
}

}  // namespace plumbline::testing
