#include <doctest/doctest.h>
#include <fmt/format.h>
#include <signal.h>

#include "base/text.h"
#include "tests/support/daemon_process.h"
#include "tests/support/eventually.h"
#include "tests/support/files.h"
#include "tests/support/git_repository.h"
#include "tests/support/http.h"
#include "tests/support/workspace.h"

using namespace plumbline;
using namespace plumbline::testing;
using namespace std::chrono_literals;

namespace fs = std::filesystem;

namespace {

// A daemon over a repository with one Worker, and the commands that ask it.
struct Operated {
  explicit Operated(const std::string& reference = "branch: main") {
    write("one");
    commit = repository.commit("first");
    daemon = std::make_unique<DaemonProcess>(workspace, repository.url(), DaemonSettings{.reference = reference});
  }

  void write(std::string_view text, const std::string& name = "app") const {
    write_worker(repository.work_tree(), name,
                 fmt::format("  bindings: {{TEXT: {{type: plain_text, text: {}}}}}\n", text));
  }
  [[nodiscard]] std::string text(const std::string& name = "app") const {
    return std::string(string_member(workspace.simulator().binding(name, "TEXT").at("fields"), "text"));
  }

  [[nodiscard]] Finished ask(std::vector<std::string> words) const {
    words.emplace_back("--server");
    words.push_back(fmt::format("http://127.0.0.1:{}", daemon->status_port()));
    return workspace.run(std::move(words));
  }
  [[nodiscard]] Json ask_json(std::vector<std::string> words) const {
    words.insert(words.end(), {"--output", "json"});
    const auto finished = ask(std::move(words));
    auto json = parse_json(finished.out);
    REQUIRE_MESSAGE(json, finished.out << finished.err);
    return *std::move(json);
  }
  [[nodiscard]] std::string digest() const {
    return std::string(string_member(ask_json({"diff", "production"}), "digest"));
  }

  void reconfigure(std::string_view what, std::string_view by) const {
    replace_in_file(daemon->configuration(), what, by);
  }
  [[nodiscard]] net::HttpResponse reload() const {
    net::HttpRequest request{.method = "POST", .target = "/api/v1/reload"};
    request.headers.add("Content-Type", "application/json");
    return http_exchange(daemon->status_port(), std::move(request));
  }
  [[nodiscard]] bool has_worker(const std::string& name) const {
    const auto names = workspace.simulator().worker_names();
    return std::ranges::find(names, name) != names.end();
  }

  Workspace workspace;
  GitRepository repository{workspace.folder() / "git"};
  std::string commit;
  std::unique_ptr<DaemonProcess> daemon;
};

}  // namespace

TEST_CASE("the commands wait for a revision, show it, and tell what was done") {
  const Operated world;
  const auto waited = world.ask({"wait", "production", "--revision", world.commit.substr(0, 8), "--timeout", "60s"});
  CHECK_MESSAGE(waited.exit_code == 0, waited.err);
  const auto status = world.ask({"status"});
  CHECK(status.exit_code == 0);
  CHECK(status.out.starts_with("SOURCE "));
  CHECK(status.out.contains("production  True   Synced  main@" + world.commit.substr(0, 7)));
  CHECK(world.ask({"status", "-o", "wide"}).out.contains("production/app: Synced"));
  CHECK(world.ask({"diff", "production"}).out.contains("No changes. Your Workers match the manifests."));
  CHECK(world.ask({"diff", "production", "--detailed-exitcode"}).exit_code == 0);
  CHECK(
      eventually([&] { return world.ask({"history", "production"}).out.contains("1 added, 0 changed, 0 destroyed"); }));
  CHECK(world.ask({"history", "worker.app", "--since", "1h"}).out.contains("PUT /accounts/"));
  CHECK(world.ask({"history", "app"}).out.contains(world.commit));
  const auto events = world.ask({"events"});
  CHECK(events.out.contains("revision   production"));
  CHECK(events.out.contains("applied    production  1 added, 0 changed, 0 destroyed"));
}

TEST_CASE(
    "a suspended source is read and reported but not written, over a restart and without the journal, until it is "
    "resumed") {
  Operated world;
  REQUIRE(world.daemon->wait_until_applied(world.commit));
  const auto suspended = world.ask({"suspend", "production", "--for", "2h", "--reason", "moving the shop"});
  CHECK_MESSAGE(suspended.exit_code == 0, suspended.err);
  CHECK(suspended.out.contains("plumbline resume production"));
  world.write("two");
  const auto second = world.repository.commit("second");
  CHECK(world.ask({"reconcile", "production", "--wait"}).exit_code == 0);
  CHECK(world.text() == "one");
  CHECK(string_member(world.daemon->source(), "lastAttemptedRevision").ends_with(second));
  CHECK(string_member(world.daemon->source(), "health") == "Suspended");
  CHECK(world.ask({"status"}).out.contains("moving the shop"));
  REQUIRE(world.daemon->stop());
  fs::remove(world.daemon->journal());
  world.daemon->start();
  REQUIRE(eventually([&] { return string_member(world.daemon->source(), "sync") == "OutOfSync"; }));
  CHECK(world.text() == "one");
  CHECK(world.ask({"resume", "production"}).out.contains("production goes on"));
  CHECK(world.daemon->wait_until_applied(second));
  CHECK(world.text() == "two");
  CHECK(world.ask({"resume", "production"}).out.contains("was not suspended"));
}

TEST_CASE("a suspension ends by itself") {
  const Operated world;
  REQUIRE(world.daemon->wait_until_applied(world.commit));
  REQUIRE(world.ask({"suspend", "production", "--for", "2s"}).exit_code == 0);
  world.write("two");
  const auto second = world.repository.commit("second");
  CHECK(world.daemon->wait_until_applied(second));
}

TEST_CASE("a suspended Worker is held back and the others go on") {
  const Operated world;
  REQUIRE(world.daemon->wait_until_applied(world.commit));
  REQUIRE(world.ask({"suspend", "production/app", "--reason", "hotfix"}).exit_code == 0);
  world.write("two");
  world.write("new", "other");
  world.repository.commit("second");
  REQUIRE(world.ask({"reconcile", "production", "--wait"}).exit_code == 1);
  CHECK(world.text() == "one");
  CHECK(world.text("other") == "new");
  CHECK(world.ask({"status"}).out.contains("production/app: OutOfSync Suspended: the Worker is suspended"));
  REQUIRE(world.ask({"resume", "production/app"}).exit_code == 0);
  CHECK(eventually([&] { return world.text() == "two"; }));
}

TEST_CASE("where plans have to be approved nothing is written before, and then exactly what was approved") {
  const Operated world("branch: main\n    require_digest: true");
  REQUIRE(
      eventually([&] { return string_member(world.daemon->condition("Blocked"), "reason") == "ApprovalRequired"; }));
  const auto wrong = world.ask({"approve", "production", "--digest", "sha256:" + std::string(64, '0')});
  CHECK(wrong.exit_code == 1);
  CHECK(wrong.err.contains(world.digest()));
  REQUIRE(world.ask({"approve", "production", "--digest", world.digest()}).exit_code == 0);
  REQUIRE(world.daemon->wait_until_applied(world.commit));
  world.write("two");
  const auto second = world.repository.commit("second");
  REQUIRE(world.ask({"reconcile", "production", "--wait"}).exit_code == 1);
  CHECK(world.text() == "one");
  // The command line holds it back as well, and applies it where the digest is given.
  const auto config = world.daemon->configuration().string();
  const auto plain = world.workspace.run({"apply", "--config", config, "--source", "production", "--yes"});
  CHECK(plain.exit_code == 1);
  CHECK((plain.out + plain.err).contains("ApprovalRequired"));
  CHECK(world.text() == "one");
  const auto digest = world.digest();
  const auto applied =
      world.workspace.run({"apply", "--config", config, "--source", "production", "--yes", "--digest", digest});
  CHECK_MESSAGE(applied.exit_code == 0, applied.out << applied.err);
  CHECK(world.daemon->wait_until_applied(second));
}

TEST_CASE("a reload takes over what is new, goes on with what is the same, and leaves what is gone as it is") {
  Operated world;
  REQUIRE(world.daemon->wait_until_applied(world.commit));
  const GitRepository other{world.workspace.folder() / "other"};
  write_worker(other.work_tree(), "second");
  const auto commit = other.commit("of another source");
  const auto passes = world.daemon->log("new revision").size();
  world.reconfigure("server:", fmt::format("  added:\n    repository: {}\n    branch: main\n    account: main\n"
                                           "    policy: sync\n    interval: 1s\n    observe_interval: 1s\nserver:",
                                           other.url()));
  world.daemon->signal(SIGHUP);
  REQUIRE_MESSAGE(world.daemon->wait_for_log("configuration reloaded"), world.daemon->log_text());
  CHECK(world.ask({"wait", "added", "--revision", commit}).exit_code == 0);
  CHECK(world.has_worker("second"));
  // The one that is the same was not begun anew.
  CHECK(world.daemon->log("new revision").size() == passes + 1);
  world.reconfigure("  added:\n", "  renamed:\n");
  const auto answer = world.reload();
  CHECK_MESSAGE(answer.status == 200, answer.body);
  REQUIRE(eventually([&] { return world.ask({"status"}).out.contains("renamed"); }));
  CHECK(!world.ask({"status"}).out.contains("added  "));
  CHECK(world.has_worker("second"));
  CHECK(eventually([&] { return !world.daemon->exposition().contains("source=\"added\""); }));
}

TEST_CASE("a reload of a configuration with an error changes nothing, and says so until one succeeds") {
  Operated world;
  REQUIRE(world.daemon->wait_until_applied(world.commit));
  world.reconfigure("policy: sync", "policy: sink");
  const auto refused = world.reload();
  CHECK(refused.status == 422);
  CHECK(refused.body.contains("plumbline.yaml:"));
  CHECK(world.daemon->metric("plumbline_config_last_reload_successful") == 0);
  CHECK(world.ask({"status"}).out.contains("ReloadSucceeded: ReloadFailed"));
  world.write("two");
  CHECK(world.daemon->wait_until_applied(world.repository.commit("second")));
  world.reconfigure("policy: sink", "policy: upsert-only");
  CHECK(world.reload().status == 200);
  CHECK(world.daemon->metric("plumbline_config_last_reload_successful") == 1);
  CHECK(!world.ask({"status"}).out.contains("ReloadFailed"));
  world.write("three");
  CHECK(world.daemon->wait_until_applied(world.repository.commit("third")));
}

TEST_CASE("a listener moves with a reload, and a journal does not") {
  Operated world;
  REQUIRE(world.daemon->wait_until_applied(world.commit));
  world.reconfigure("path: journal.db", "path: other.db");
  const auto refused = world.reload();
  CHECK(refused.status == 422);
  CHECK(refused.body.contains("journal.path"));
  world.reconfigure("path: other.db", "path: journal.db");
  world.reconfigure("listen: \"127.0.0.1:0\", metrics", "listen: \"[::1]:0\", metrics");
  CHECK(world.reload().status == 200);
  CHECK(eventually([&] { return world.daemon->log("listening").size() == 3; }));
}

TEST_CASE("commands say what is wrong with the daemon that they ask") {
  const Operated world;
  const auto away = world.workspace.run({"status", "--server", "http://127.0.0.1:9"});
  CHECK(away.exit_code == 1);
  CHECK(away.err.contains("no daemon answers at http://127.0.0.1:9"));
  const auto stranger = world.workspace.run({"status", "--server", world.workspace.simulator().api_base_url()});
  CHECK(stranger.exit_code == 1);
  CHECK(stranger.err.contains("is no Plumbline daemon"));
  const auto unknown = world.ask({"diff", "staging"});
  CHECK(unknown.exit_code == 1);
  CHECK(unknown.err.contains("There is no source staging; there is production"));
  CHECK(world.ask({"suspend", "production/none"}).err.contains("has no Worker none"));
  const auto json = world.ask({"wait", "production", "--revision", "ffff", "--timeout", "1s", "-o", "json"});
  CHECK(json.exit_code == 1);
  CHECK(parse_json(json.out).has_value());
  CHECK(world.workspace.run({"status", "--server", "ftp://x"}).exit_code == 64);
}

TEST_CASE("with tokens who may read may not command, and nobody is told the names of sources") {
  Operated world;
  write_file(world.workspace.folder() / "read", "readers\n");
  write_file(world.workspace.folder() / "admin", "admins\n");
  world.reconfigure("metrics_listen", fmt::format("read_token: {{file: {0}/read}}, admin_token: {{file: {0}/admin}}, "
                                                  "metrics_listen",
                                                  world.workspace.folder().string()));
  REQUIRE(world.reload().status == 200);
  const auto refused = world.ask({"status"});
  CHECK(refused.exit_code == 1);
  CHECK(refused.err.contains("--token-file"));
  const auto reads = (world.workspace.folder() / "read").string();
  const auto administers = (world.workspace.folder() / "admin").string();
  CHECK(world.ask({"status", "--token-file", reads}).exit_code == 0);
  CHECK(world.ask({"suspend", "production", "--token-file", reads}).exit_code == 1);
  CHECK(world.ask({"suspend", "production", "--token-file", administers}).exit_code == 0);
  CHECK(!http_get(world.daemon->status_port(), "/api/v1/sources/none").body.contains("production"));
  CHECK(!http_get(world.daemon->status_port(), "/readyz").body.contains("production"));
}
