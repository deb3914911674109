#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "tests/support/daemon_process.h"
#include "tests/support/eventually.h"
#include "tests/support/git_repository.h"
#include "tests/support/workspace.h"

/// What a daemon reads beside its commits, and who waits for that: nobody.
namespace plumbline::testing {

namespace fs = std::filesystem;

namespace {

/// A repository with so many Workers, `w000` and on.
struct Fleet {
  explicit Fleet(std::size_t count) : workers(count) {
    for (std::size_t i = 0; i < count; ++i) write(i, "one");
    commit = repository.commit("first");
  }

  [[nodiscard]] static std::string name(std::size_t i) { return fmt::format("w{:03}", i); }
  void write(std::size_t i, std::string_view text) const {
    write_worker(repository.work_tree(), name(i),
                 fmt::format("  bindings:\n    TEXT: {{type: plain_text, text: {}}}\n", text));
  }
  [[nodiscard]] std::string text_of(std::size_t i) const {
    return std::string(string_member(workspace.simulator().binding(name(i), "TEXT").at("fields"), "text"));
  }
  [[nodiscard]] std::unique_ptr<DaemonProcess> settled(const DaemonSettings& settings = {}) const {
    auto daemon = std::make_unique<DaemonProcess>(workspace, repository.url(), settings);
    REQUIRE_MESSAGE(daemon->wait_until_applied(commit), daemon->log_text());
    return daemon;
  }

  std::size_t workers;
  Workspace workspace;
  GitRepository repository{workspace.folder() / "git"};
  std::string commit;
};

bool is_read_of_worker(const Request& request) {
  return request.method == "GET" && request.path.starts_with("/workers/scripts/");
}

std::size_t reads_of_workers(const std::vector<Request>& requests) {
  return static_cast<std::size_t>(std::ranges::count_if(requests, is_read_of_worker));
}

std::size_t lists(const std::vector<Request>& requests) {
  return static_cast<std::size_t>(std::ranges::count_if(
      requests, [](const Request& request) { return request.method == "GET" && request.path == "/workers/scripts"; }));
}

/// The Workers whose settings were read.
std::set<std::string> read_workers(const std::vector<Request>& requests) {
  std::set<std::string> names;
  constexpr std::string_view kBefore = "/workers/scripts/";
  constexpr std::string_view kAfter = "/settings";
  for (const auto& request : requests) {
    if (!is_read_of_worker(request) || !request.path.ends_with(kAfter)) continue;
    names.insert(request.path.substr(kBefore.size(), request.path.size() - kBefore.size() - kAfter.size()));
  }
  return names;
}

}  // namespace

TEST_CASE("after a restart with its journal a daemon lists once and reads no Worker") {
  const Fleet fleet(80);
  auto daemon = fleet.settled();
  REQUIRE(daemon->wait_for_passes(2));
  REQUIRE(daemon->stop());
  const auto requests = fleet.workspace.simulator().requests_during([&] {
    daemon->start();
    REQUIRE(daemon->wait_until_applied(fleet.commit));
    REQUIRE(daemon->wait_for_passes(1));
  });
  CHECK(lists(requests) >= 1);
  CHECK(reads_of_workers(requests) == 0);
}

TEST_CASE("without a journal a commit is written long before all Workers have been read, and then they are") {
  const Fleet fleet(250);
  auto daemon = fleet.settled();
  REQUIRE(daemon->stop());
  fs::remove(daemon->journal());
  // Each read takes its time.
  fleet.workspace.simulator().change_settings({{"latency_ms", 300}});
  fleet.workspace.simulator().clear_requests();
  daemon->start();
  REQUIRE(eventually([&] { return daemon->source().at("counts").at("Unknown").to_number<int>() > 0; }));
  CHECK(daemon->condition("Ready").at("status") == "Unknown");
  fleet.write(249, "two");
  const auto second = fleet.repository.commit("second");
  REQUIRE_MESSAGE(eventually([&] { return fleet.text_of(249) == "two"; }), daemon->log_text());
  const auto read_before = read_workers(fleet.workspace.simulator().requests()).size();
  CHECK(read_before < fleet.workers);
  // The audit goes on until nothing is unknown.
  fleet.workspace.simulator().change_settings({{"latency_ms", 0}});
  REQUIRE_MESSAGE(daemon->wait_until_applied(second), daemon->log_text());
  CHECK(read_workers(fleet.workspace.simulator().requests()).size() == fleet.workers);
  CHECK(daemon->source().at("counts").at("Synced").to_number<std::size_t>() == fleet.workers);
}

TEST_CASE("without a journal, what others changed is found by the audit and healed") {
  const Fleet fleet(150);
  auto daemon = fleet.settled();
  REQUIRE(daemon->stop());
  fs::remove(daemon->journal());
  for (const std::size_t i : {3UL, 77UL, 149UL}) {
    fleet.workspace.simulator().edit(Fleet::name(i), "set-var", "TEXT", "changed");
  }
  daemon->start();
  for (const std::size_t i : {3UL, 77UL, 149UL}) {
    CHECK_MESSAGE(eventually([&] { return fleet.text_of(i) == "one"; }), daemon->log_text());
  }
  CHECK(daemon->wait_until_applied(fleet.commit));
}

TEST_CASE("the audit finds what no list shows, although no pass reads it") {
  Fleet fleet(3);
  write_worker(fleet.repository.work_tree(), "shown", "  subdomain: {enabled: true, previews_enabled: true}\n");
  fleet.commit = fleet.repository.commit("with a subdomain");
  const auto daemon = fleet.settled({.audit_interval = "2s"});
  fleet.workspace.simulator().call("POST", "/workers/scripts/shown/subdomain", {{"enabled", false}});
  CHECK_MESSAGE(
      eventually([&] { return fleet.workspace.simulator().worker("shown").at("subdomain").at("enabled").as_bool(); }),
      daemon->log_text());
}

TEST_CASE("each Worker is audited about once in its interval, and the metric tells how far the audit is") {
  const Fleet fleet(20);
  const auto daemon = fleet.settled({.audit_interval = "3s"});
  fleet.workspace.simulator().clear_requests();
  CHECK(eventually([&] { return read_workers(fleet.workspace.simulator().requests()).size() == fleet.workers; }));
  CHECK(daemon->exposition().contains("plumbline_audit_oldest_seconds{account=\"main\"}"));
}

TEST_CASE("one list serves all sources of an account") {
  const Fleet fleet(4);
  GitRepository other(fleet.workspace.folder() / "other");
  write_worker(other.work_tree(), "other");
  other.commit("first");
  DaemonSettings settings{.observe_interval = "3s"};
  for (const auto* name : {"second", "third", "fourth"}) {
    settings.further_sources += fmt::format(
        "  {}:\n    repository: {}\n    branch: main\n    account: main\n    policy: upsert-only\n"
        "    interval: 1s\n    observe_interval: 3s\n    allow: {{names: [\"{}*\"]}}\n",
        name, other.url(), std::string_view(name) == "second" ? "other" : "none");
  }
  const auto daemon = std::make_unique<DaemonProcess>(fleet.workspace, fleet.repository.url(), settings);
  REQUIRE_MESSAGE(eventually([&] { return daemon->passes() >= 12; }), daemon->log_text());
  fleet.workspace.simulator().clear_requests();
  const auto before = daemon->passes();
  REQUIRE(eventually([&] { return daemon->passes() >= before + 16; }));
  const auto passes = daemon->passes() - before;
  const auto listed = static_cast<double>(lists(fleet.workspace.simulator().requests()));
  CHECK_MESSAGE(listed <= passes / 2, listed << " lists in " << passes << " passes");
}

TEST_CASE("a source does not wait for the apply of another source of its account") {
  const Fleet fleet(100);
  GitRepository other(fleet.workspace.folder() / "other");
  write_worker(other.work_tree(), "other", "  bindings:\n    TEXT: {type: plain_text, text: one}\n");
  other.commit("first");
  fleet.workspace.simulator().change_settings({{"latency_ms", 400}});
  DaemonSettings settings;
  settings.further_sources = fmt::format(
      "  other:\n    repository: {}\n    branch: main\n    account: main\n    policy: upsert-only\n"
      "    interval: 1s\n    observe_interval: 1s\n",
      other.url());
  const DaemonProcess daemon(fleet.workspace, fleet.repository.url(), settings);
  REQUIRE(eventually([&] { return !fleet.workspace.simulator().worker_names().empty(); }));
  REQUIRE(eventually([&] { return std::ranges::count(fleet.workspace.simulator().worker_names(), "other") == 1; }));
  CHECK(fleet.workspace.simulator().worker_names().size() < fleet.workers);
}

TEST_CASE("a newer commit ends an apply at the border of the next Worker") {
  const Fleet fleet(120);
  fleet.workspace.simulator().change_settings({{"latency_ms", 500}});
  const DaemonProcess daemon(fleet.workspace, fleet.repository.url());
  REQUIRE(eventually([&] { return fleet.workspace.simulator().worker_names().size() >= 2; }));
  // The newer one wants no Worker but these.
  for (std::size_t i = 5; i < fleet.workers; ++i) {
    fleet.repository.remove(Fleet::name(i) + ".yaml");
    fleet.repository.remove(Fleet::name(i) + ".js");
  }
  const auto second = fleet.repository.commit("fewer");
  REQUIRE_MESSAGE(
      eventually([&] { return daemon.metric("plumbline_reconcile_total", {{"result", "superseded"}}) >= 1; }),
      daemon.log_text());
  CHECK(string_member(daemon.source(), "lastAttemptedRevision").ends_with(second));
  CHECK(fleet.workspace.simulator().worker_names().size() < fleet.workers);
}

}  // namespace plumbline::testing
