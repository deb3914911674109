#include <doctest/doctest.h>
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "tests/support/daemon_process.h"
#include "tests/support/eventually.h"
#include "tests/support/http.h"
#include "tests/support/raw_client.h"
#include "tests/support/sanitizer.h"
#include "tests/support/workspace.h"

/// Clients that connect and do not speak, or not listen: the listeners answer everybody else.
namespace plumbline::testing {

using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

namespace {

// Below the five seconds after which a silent connection is ended, far above what an answer takes on a busy machine.
constexpr milliseconds kPrompt{4'500};

struct Stage {
  Stage() {
    workspace.install_examples();
    daemon = std::make_unique<DaemonProcess>(workspace, workspace.manifests().string(),
                                             DaemonSettings{.reference = "path: \"\""});
    REQUIRE(eventually([this] { return daemon->is_ready(); }));
  }

  Workspace workspace;
  std::unique_ptr<DaemonProcess> daemon;
};

milliseconds time_of_get(std::uint16_t port, const std::string& target) {
  const auto begun = Clock::now();
  CHECK(http_get(port, target).status == 200);
  return std::chrono::ceil<milliseconds>(Clock::now() - begun);
}

// The slowest of `times` answers to each of the questions after how the daemon is.
milliseconds slowest_health(const DaemonProcess& daemon, int times) {
  milliseconds slowest{0};
  for (int i = 0; i < times; ++i) {
    slowest = std::max({slowest, time_of_get(daemon.status_port(), "/livez"),
                        time_of_get(daemon.status_port(), "/readyz"), time_of_get(daemon.metrics_port(), "/metrics")});
  }
  return slowest;
}

std::vector<RawClient> clients(int count, std::uint16_t port, std::string_view words) {
  std::vector<RawClient> made;
  for (int i = 0; i < count; ++i) {
    made.emplace_back(port);
    if (!words.empty()) CHECK(made.back().send(words));
  }
  return made;
}

}  // namespace

TEST_CASE("health is answered beside hundreds of connections that are silent or do not finish their request") {
  const Stage stage;
  const auto& daemon = *stage.daemon;
  for (const std::string words : {"", "G", "GET /livez HTTP/1.1\r\nHost: x\r\nX-Slow: ",
                                  "POST /api/v1/status HTTP/1.1\r\nHost: x\r\nContent-Length: 60000\r\n\r\nx"}) {
    CAPTURE(words);
    const auto status = clients(250, daemon.status_port(), words);
    const auto metrics = clients(250, daemon.metrics_port(), words);
    const auto slowest = slowest_health(daemon, 20);
    MESSAGE("slowest answer: ", slowest.count(), " ms");
    CHECK(slowest < kPrompt);
    CHECK(time_of_get(daemon.status_port(), "/api/v1/status") < kPrompt);
  }
}

TEST_CASE("health is answered beside connections that ask again and again and take no answer") {
  const Stage stage;
  const auto& daemon = *stage.daemon;
  const std::string question = "GET /api/v1/status HTTP/1.1\r\nHost: x\r\n\r\n";
  std::string questions;
  for (int i = 0; i < 2; ++i) questions += question;
  const auto status = clients(70, daemon.status_port(), questions);
  const auto metrics = clients(70, daemon.metrics_port(), "GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n");
  CHECK(slowest_health(daemon, 10) < kPrompt);
}

TEST_CASE("a head that is not whole within seconds ends its connection, however it trickles") {
  const Stage stage;
  RawClient silent(stage.daemon->status_port());
  RawClient slow(stage.daemon->status_port());
  REQUIRE(slow.send("GET /livez HTTP/1.1\r\nX: "));
  const auto begun = Clock::now();
  // A letter whenever the last one was not the end of it.
  while (slow.send("x") && !slow.is_ended_within(milliseconds(100)) && Clock::now() - begun < kPatience) {
  }
  CHECK(slow.received().starts_with("HTTP/1.1 408 "));
  CHECK(silent.is_ended_within(kPatience));
  CHECK(silent.received().empty());
  CHECK(Clock::now() - begun < std::chrono::seconds(20));
}

TEST_CASE("without a file descriptor left the daemon still says how it is" * doctest::skip(kNeedsDescriptors)) {
  const Stage stage;
  const auto& daemon = *stage.daemon;
  int highest = 0;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/" + std::to_string(daemon.id()) + "/fd")) {
    highest = std::max(highest, std::stoi(entry.path().filename().string()));
  }
  rlimit before{};
  REQUIRE(::prlimit(daemon.id(), RLIMIT_NOFILE, nullptr, &before) == 0);
  const rlimit few{.rlim_cur = static_cast<rlim_t>(highest) + 4, .rlim_max = before.rlim_max};
  REQUIRE(::prlimit(daemon.id(), RLIMIT_NOFILE, &few, nullptr) == 0);
  const auto status = clients(40, daemon.status_port(), "");
  const auto metrics = clients(40, daemon.metrics_port(), "GET /");
  CHECK(slowest_health(daemon, 5) < kPrompt);
  REQUIRE(::prlimit(daemon.id(), RLIMIT_NOFILE, &before, nullptr) == 0);
  CHECK(slowest_health(daemon, 1) < kPrompt);
}

TEST_CASE("the simulator answers beside more silent connections than it takes") {
  const Workspace workspace;
  const auto port = port_of(workspace.simulator().api_base_url());
  const auto silent = clients(1'100, port, "");
  CHECK(time_of_get(port, "/__simulator__/requests") < kPrompt);
}

}  // namespace plumbline::testing
