#include <doctest/doctest.h>
#include <fmt/format.h>
#include <sys/types.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/daemon_process.h"
#include "tests/support/eventually.h"
#include "tests/support/git_repository.h"
#include "tests/support/git_servers.h"
#include "tests/support/slow_peer.h"
#include "tests/support/workspace.h"

/// Git servers that accept a connection and never come to an end: nothing else may wait for them.
namespace plumbline::testing {

using namespace std::chrono_literals;

namespace {

/// A good repository, and servers that are slow in every manner.
struct World {
  /// A new revision.
  std::string commit(const std::string& text) const {
    write_worker(repository.work_tree(), "web",
                 "  bindings: {TEXT: {type: plain_text, text: " + text + "}}\n  subdomain: {enabled: false}\n");
    return repository.commit(text);
  }

  /// Whether an edit behind the daemon's back is undone.
  [[nodiscard]] bool is_healed() {
    workspace.simulator().clear_requests();
    workspace.simulator().edit("web", "set-var", "TEXT", "by hand");
    return eventually([this] { return !writes_of(workspace.simulator().requests()).empty(); });
  }

  /// The configuration of a source for each of the slow servers.
  [[nodiscard]] std::string slow_sources() const {
    std::string text;
    for (const auto& [name, url] : std::vector<std::pair<std::string, std::string>>{
             {"slow-1", silent.url("http")},
             {"slow-2", half.url("https")},
             {"slow-3", trickle.url("http")},
             {"slow-4", refs.url("git")},
         }) {
      text += fmt::format(
          "  {}: {{repository: \"{}\", branch: main, account: main, policy: upsert-only, interval: 1s}}\n", name, url);
    }
    return text;
  }

  [[nodiscard]] bool all_are_asked() const {
    return eventually([this] {
      return silent.connections() > 0 && half.connections() > 0 && trickle.connections() > 0 && refs.connections() > 0;
    });
  }

  Workspace workspace;
  GitRepository repository{workspace.folder() / "git"};
  SlowPeer silent{SlowPeer::Manner::silent};
  SlowPeer half{SlowPeer::Manner::half};
  SlowPeer trickle{SlowPeer::Manner::trickle};
  SlowPeer refs{SlowPeer::Manner::trickle_refs};
};

/// The fetching children of a process.
std::vector<pid_t> children_of(pid_t parent) {
  std::vector<pid_t> children;
  std::ifstream list(fmt::format("/proc/{}/task/{}/children", parent, parent));
  for (pid_t child = 0; list >> child;) children.push_back(child);
  return children;
}

bool is_alive(pid_t id) {
  std::ifstream file(fmt::format("/proc/{}/stat", id));
  std::string word;
  file >> word >> word >> word;
  return file.good() && word != "Z";
}

}  // namespace

TEST_CASE("four slow servers hold up neither the commits of another source nor the end of the daemon") {
  const World world;
  const auto first = world.commit("one");
  DaemonProcess daemon(world.workspace, world.repository.url(), {.further_sources = world.slow_sources()});
  REQUIRE(world.all_are_asked());
  REQUIRE(daemon.wait_until_applied(first));
  for (int i = 0; i < 3; ++i) {
    const auto commit = world.commit("next-" + std::to_string(i));
    CHECK(daemon.wait_until_applied(commit));
  }
  // None of this has waited for one of them: they are still being asked.
  CHECK(daemon.log("fetch failed").empty());

  const auto children = children_of(daemon.id());
  CHECK(children.size() >= 4);
  CHECK(daemon.stop(5s) == Ended{.exit_code = 0});
  CHECK(daemon.log("fetch failed").empty());
  CHECK(eventually([&children] { return std::ranges::none_of(children, is_alive); }));
}

TEST_CASE("a source whose own server falls silent goes on observing and healing") {
  if (lacks(GitDaemon::programs())) return;
  World world;
  const auto first = world.commit("one");
  const GitDaemon server(world.workspace.folder() / "git", world.workspace.folder() / "git-daemon");
  DaemonProcess daemon(world.workspace, server.url("remote.git"));
  REQUIRE(daemon.wait_until_applied(first));
  server.fall_silent();
  REQUIRE(eventually([&] { return !children_of(daemon.id()).empty(); }));
  CHECK(daemon.wait_for_passes(3));
  CHECK(world.is_healed());

  // After a restart, what was in force is so again, although the first fetch never ends.
  REQUIRE(daemon.stop(5s) == Ended{.exit_code = 0});
  daemon.start();
  REQUIRE(daemon.wait_until_applied(first));
  CHECK(world.is_healed());
  CHECK(daemon.log("last good revision is in force again").size() == 1);
  CHECK(daemon.log("fetch failed").empty());
  CHECK(children_of(daemon.id()).size() == 1);

  const auto second = world.commit("two");
  server.speak_again();
  CHECK(daemon.wait_until_applied(second));
}

TEST_CASE("a fetch that is under way is not started twice") {
  if (lacks(GitDaemon::programs())) return;
  World world;
  const auto first = world.commit("one");
  const GitDaemon server(world.workspace.folder() / "git", world.workspace.folder() / "git-daemon");
  DaemonProcess daemon(world.workspace, server.url("remote.git"), {.interval = "1s", .observe_interval = "1s"});
  REQUIRE(daemon.wait_until_applied(first));
  server.fall_silent();
  REQUIRE(eventually([&] { return !children_of(daemon.id()).empty(); }));
  const auto child = children_of(daemon.id());
  // Its interval passes several times over.
  CHECK(holds_for(4s, [&] { return children_of(daemon.id()) == child; }));
  server.speak_again();
}

}  // namespace plumbline::testing
