#include <doctest/doctest.h>

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/text.h"
#include "base/time_point.h"
#include "tests/support/canary.h"
#include "tests/support/daemon_process.h"
#include "tests/support/eventually.h"
#include "tests/support/examples_in_git.h"
#include "tests/support/files.h"
#include "tests/support/workspace.h"

/// The daemon in bad days: whatever the API or the repository does, nothing is deleted because of it, and it recovers.
namespace plumbline::testing {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

namespace {

/// The examples under a daemon that has applied them, and a second commit that waits to be pushed: it deletes one
/// Worker and makes another, so that both a wrong delete and a wrong create would show.
struct Stage : ExamplesInGit {
  using ExamplesInGit::ExamplesInGit;

  std::string commit_next() const {
    repository.remove("legacy");
    write_worker(repository.work_tree(), "new");
    return repository.commit("one goes, one comes");
  }

  [[nodiscard]] std::vector<std::string> names() const { return workspace.simulator().worker_names(); }
};

/// The Workers of the second commit.
std::vector<std::string> next_names() {
  return {"calculator", "hello", "new", "shop"};
}

/// A fault of the list, until it is cleared.
JsonObject on_list(JsonObject fault) {
  fault["match"] = JsonObject{{"method", "GET"}, {"path", "/workers/scripts$"}};
  fault["times"] = 0;
  return fault;
}

/// The list fails with `fault` while a new commit waits; then it works again.
void check_outage_of_list(const JsonObject& fault, int failed_passes) {
  const Stage stage;
  const DaemonProcess daemon(stage.workspace, stage.repository.url());
  REQUIRE(daemon.wait_until_applied(stage.commit));
  stage.workspace.simulator().add_fault(on_list(fault));
  const auto next = stage.commit_next();
  stage.workspace.simulator().clear_requests();
  CHECK(eventually([&] { return string_member(daemon.source(), "lastAttemptedRevision").ends_with(next); }));
  CHECK(eventually([&] { return count(stage.workspace.simulator().requests(), "GET", "/workers/scripts") >= 3; }));
  CHECK(eventually([&] { return daemon.metric("plumbline_reconcile_total", {{"result", "error"}}) >= failed_passes; }));
  CHECK(to_strings(writes_of(stage.workspace.simulator().requests())).empty());
  CHECK(stage.names() == example_names());
  stage.workspace.simulator().clear_faults();
  CHECK(daemon.wait_until_applied(next));
  CHECK(stage.names() == next_names());
}

}  // namespace

TEST_CASE("a daemon that starts without an API stays up, says what it waits for, and begins when it is there") {
  Stage stage;
  stage.workspace.simulator().stop();
  DaemonProcess daemon(stage.workspace, stage.repository.url());
  CHECK(eventually([&daemon] { return daemon.source().at("lastFetchTime").is_string(); }));
  // With the reason, once a pass has met it.
  CHECK(eventually([&daemon] {
    return daemon.get("/readyz").body.contains("the token of account main has not been accepted yet: ");
  }));
  CHECK(daemon.get("/readyz").status == 503);
  CHECK(daemon.get("/livez").status == 200);
  stage.workspace.simulator().start();
  CHECK(daemon.wait_until_applied(stage.commit));
  CHECK(daemon.is_ready());
}

TEST_CASE("a daemon outlives the API server and catches up with what was committed meanwhile") {
  Stage stage;
  DaemonProcess daemon(stage.workspace, stage.repository.url());
  REQUIRE(daemon.wait_until_applied(stage.commit));
  stage.workspace.simulator().stop();
  const auto next = stage.commit_next();
  CHECK(eventually([&] { return string_member(daemon.source(), "lastAttemptedRevision").ends_with(next); }));
  CHECK(eventually([&] { return daemon.metric("plumbline_api_requests_total", {{"code", "0"}}) >= 2; }));
  CHECK(daemon.is_running());
  stage.workspace.simulator().start();
  CHECK(stage.names() == example_names());
  CHECK(daemon.wait_until_applied(next));
  CHECK(stage.names() == next_names());
}

TEST_CASE("an API that answers HTML is never read as an empty account") {
  check_outage_of_list({{"fault", "html"}, {"status", 200}}, 0);
}

TEST_CASE("an API that answers 500 for longer than a pass lasts deletes nothing, and the pass counts as failed") {
  check_outage_of_list({{"fault", "status"}, {"status", 500}, {"code", 10013}}, 1);
}

TEST_CASE("an API that cuts its answers short deletes nothing") {
  check_outage_of_list({{"fault", "truncate"}}, 0);
}

TEST_CASE("an API that answers 429 is left alone for as long as it says, and nothing is deleted") {
  const Stage stage;
  const DaemonProcess daemon(stage.workspace, stage.repository.url());
  REQUIRE(daemon.wait_until_applied(stage.commit));
  JsonObject fault{{"fault", "status"}, {"status", 429}, {"code", 971}, {"headers", {{"Retry-After", "3"}}}};
  fault["match"] = JsonObject{{"path", "."}};
  fault["times"] = 0;
  stage.workspace.simulator().add_fault(fault);
  const auto next = stage.commit_next();
  stage.workspace.simulator().clear_requests();
  CHECK(eventually([&stage] { return !stage.workspace.simulator().requests().empty(); }));
  CHECK(holds_for(2s, [&stage] { return stage.workspace.simulator().requests().size() == 1; }));
  CHECK(stage.names() == example_names());
  stage.workspace.simulator().clear_faults();
  CHECK(daemon.wait_until_applied(next));
  CHECK(stage.names() == next_names());
  CHECK(daemon.metric("plumbline_api_retries_total", {{"reason", "rate_limited"}}) >= 1);
}

TEST_CASE("an API that asks to be left alone for a day is looked at again after a minute, and until when is told") {
  const Stage stage;
  const DaemonProcess daemon(stage.workspace, stage.repository.url());
  REQUIRE(daemon.wait_until_applied(stage.commit));
  JsonObject fault{{"fault", "status"}, {"status", 429}, {"code", 971}, {"headers", {{"Retry-After", "86400"}}}};
  fault["match"] = JsonObject{{"path", "."}};
  fault["times"] = 1;
  stage.workspace.simulator().add_fault(fault);
  const auto next = stage.commit_next();
  REQUIRE(eventually([&daemon] { return string_member(daemon.condition("RateLimited"), "status") == "True"; }));
  const auto limited = daemon.condition("RateLimited");
  CHECK(string_member(limited, "reason") == "BudgetExhausted");
  const auto told = daemon.log("the API limits calls: Plumbline sends none for now");
  REQUIRE(told.size() == 1);
  // At most five minutes from now, whatever the API asked for.
  constexpr std::string_view kWords = "the API limits calls: Plumbline sends none until ";
  const auto message = std::string(string_member(limited, "message"));
  REQUIRE(message.starts_with(kWords));
  for (const auto& until : {message.substr(kWords.size()), std::string(string_member(told.front(), "until"))}) {
    CHECK(until > to_rfc3339(std::chrono::system_clock::now() + 1min));
    CHECK(until <= to_rfc3339(std::chrono::system_clock::now() + 5min));
  }
  CHECK(told.front().at("asked_for_s") == 86'400);
  CHECK(daemon.metric("plumbline_condition", {{"type", "RateLimited"}, {"status", "True"}}) == 1);
  CHECK(eventually([&] { return string_member(daemon.source(), "lastAppliedRevision").ends_with(next); }, 100s));
  CHECK(string_member(daemon.condition("RateLimited"), "status") == "False");
  CHECK(stage.names() == next_names());
}

TEST_CASE("an API that says nothing is given up at the deadline and asked again") {
  const Stage stage;
  const DaemonProcess daemon(stage.workspace, stage.repository.url());
  REQUIRE(daemon.wait_until_applied(stage.commit));
  auto fault = on_list({{"fault", "stall"}});
  fault["times"] = 1;
  stage.workspace.simulator().add_fault(fault);
  const auto next = stage.commit_next();
  CHECK(eventually([&] { return string_member(daemon.source(), "lastAppliedRevision").ends_with(next); }, 100s));
  CHECK(stage.names() == next_names());
}

TEST_CASE("writes that fail for a while are done later, each once") {
  const Stage stage;
  stage.workspace.simulator().add_fault(
      {{"match", {{"method", "PUT"}}}, {"times", 3}, {"fault", "status"}, {"status", 503}, {"code", 0}});
  stage.workspace.simulator().add_fault({{"match", {{"method", "PUT"}}}, {"times", 1}, {"fault", "reset-after"}});
  const DaemonProcess daemon(stage.workspace, stage.repository.url());
  CHECK(daemon.wait_until_applied(stage.commit));
  for (const auto& name : example_names()) {
    CAPTURE(name);
    CHECK(stage.workspace.simulator().worker(name).at("versions").as_array().size() == 1);
  }
}

TEST_CASE("without the remote the last good revision stays in force, and drift is still healed") {
  const Stage stage;
  const DaemonProcess daemon(stage.workspace, stage.repository.url());
  REQUIRE(daemon.wait_until_applied(stage.commit));
  const auto away = stage.workspace.folder() / "away.git";
  fs::rename(stage.repository.remote(), away);
  CHECK(eventually([&] { return string_member(daemon.condition("Ready"), "reason") == "GitOperationFailed"; }));
  CHECK(daemon.metric("plumbline_git_requests_total", {{"result", "error"}}) >= 1);
  stage.workspace.simulator().edit("hello", "delete-worker");
  CHECK(eventually([&stage] { return stage.names() == example_names(); }));
  CHECK(daemon.is_ready());

  fs::rename(away, stage.repository.remote());
  const auto next = stage.commit_next();
  CHECK(daemon.wait_until_applied(next));
  CHECK(stage.names() == next_names());
}

TEST_CASE("a deleted branch deletes nothing") {
  const Stage stage;
  const DaemonProcess daemon(stage.workspace, stage.repository.url());
  REQUIRE(daemon.wait_until_applied(stage.commit));
  stage.repository.git({"--git-dir", stage.repository.remote().string(), "branch", "--move", "main", "other"});
  CHECK(daemon.wait_for_log("fetch failed"));
  REQUIRE(daemon.wait_for_passes(2));
  CHECK(stage.names() == example_names());
  // What goes on failing is told once, with its cause, and when it works again.
  REQUIRE(eventually([&] { return daemon.metric("plumbline_git_requests_total", {{"result", "error"}}) >= 2; }));
  const auto failed = daemon.log("fetch failed");
  REQUIRE(failed.size() == 1);
  CHECK(string_member(failed[0], "error").contains("main"));
  stage.repository.git({"--git-dir", stage.repository.remote().string(), "branch", "--move", "other", "main"});
  CHECK(daemon.wait_for_log("fetch works again"));
}

TEST_CASE("a wrong token is told once and clearly, the account is left alone, and a new token is noticed") {
  const Stage stage({"--token", canary("api-token")});
  write_file(stage.workspace.token_file(), canary("wrong-token"));
  const DaemonProcess daemon(stage.workspace, stage.repository.url());
  CHECK(daemon.wait_for_log("account stopped"));
  const auto told = daemon.log("account stopped until its credentials change, or for five minutes");
  REQUIRE(told.size() == 1);
  CHECK(string_member(told[0], "error").contains("Authentication error"));
  CHECK(daemon.get("/readyz").status == 503);
  CHECK(string_member(daemon.condition("Ready"), "message").contains("Authentication error"));
  const auto asked = stage.workspace.simulator().requests().size();
  CHECK(asked <= 5);
  CHECK(holds_for(3s, [&] { return stage.workspace.simulator().requests().size() == asked; }));

  write_file(stage.workspace.token_file(), canary("api-token"));
  CHECK(daemon.wait_until_applied(stage.commit));
  CHECK(daemon.is_ready());
  CHECK(daemon.log("account works again").size() == 1);
}

}  // namespace plumbline::testing
