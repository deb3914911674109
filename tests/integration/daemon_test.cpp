#include <doctest/doctest.h>
#include <fmt/format.h>

#include <filesystem>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/version.h"
#include "tests/support/daemon_process.h"
#include "tests/support/eventually.h"
#include "tests/support/examples_in_git.h"
#include "tests/support/files.h"
#include "tests/support/http.h"
#include "tests/support/workspace.h"

/// The daemon in good days: what is committed arrives, what is edited is found, what is wrong is told.
namespace plumbline::testing {

namespace fs = std::filesystem;

namespace {

using Names = std::vector<std::string>;

/// A repository with the examples, and the account that a daemon keeps true to it.
struct Stage : ExamplesInGit {
  [[nodiscard]] fs::path work_tree() const { return repository.work_tree(); }

  /// A daemon that has applied the first commit.
  [[nodiscard]] std::unique_ptr<DaemonProcess> settled(const DaemonSettings& settings = {}) const {
    auto daemon = std::make_unique<DaemonProcess>(workspace, repository.url(), settings);
    REQUIRE_MESSAGE(daemon->wait_until_applied(commit), daemon->log_text());
    return daemon;
  }

  [[nodiscard]] std::string currency() const {
    return std::string(string_member(workspace.simulator().binding("shop", "CURRENCY").at("fields"), "text"));
  }

  void set_currency(std::string_view from, std::string_view to) const {
    replace_in_file(work_tree() / "shop/worker.yaml", "text: " + std::string(from), "text: " + std::string(to));
  }
};

Json worker_in(const Json& source, std::string_view name) {
  for (const auto& worker : source.at("workers").as_array()) {
    if (string_member(worker, "name") == name) return worker;
  }
  return nullptr;
}

bool holds_file_and_place(const std::vector<Json>& lines, std::string_view text) {
  return std::ranges::any_of(lines, [text](const Json& line) { return to_text(line).contains(text); });
}

}  // namespace

TEST_CASE("the daemon applies a repository and then only lists") {
  const Stage stage;
  const auto daemon = stage.settled();
  CHECK(stage.workspace.simulator().worker_names() == example_names());
  CHECK(daemon->is_ready());
  REQUIRE(daemon->wait_for_passes(1));
  stage.workspace.simulator().clear_requests();
  REQUIRE(daemon->wait_for_passes(2));
  for (const auto& request : stage.workspace.simulator().requests()) {
    CHECK(to_string(request) == "GET /workers/scripts");
  }
}

TEST_CASE("a commit arrives, also one that rewrites history") {
  const Stage stage;
  const auto daemon = stage.settled();
  stage.set_currency("EUR", "USD");
  const auto second = stage.repository.commit("dollars");
  CHECK(daemon->wait_until_applied(second));
  CHECK(stage.currency() == "USD");

  stage.set_currency("USD", "CHF");
  const auto rewritten = stage.repository.rewrite_last_commit("francs");
  CHECK(daemon->wait_until_applied(rewritten));
  CHECK(stage.currency() == "CHF");
  CHECK(string_member(daemon->source(), "lastAppliedRevision") == "main@sha1:" + rewritten);
}

TEST_CASE("a tag is followed when it moves") {
  const Stage stage;
  stage.repository.tag("stable");
  const auto daemon = stage.settled({.reference = "tag: stable"});
  stage.set_currency("EUR", "USD");
  const auto second = stage.repository.commit("not stable yet");
  REQUIRE(daemon->wait_for_passes(2));
  CHECK(stage.currency() == "EUR");
  stage.repository.tag("stable");
  CHECK(daemon->wait_until_applied(second));
  CHECK(stage.currency() == "USD");
}

TEST_CASE("a folder is followed without git") {
  const Workspace workspace;
  workspace.install_examples();
  const DaemonProcess daemon(workspace, workspace.manifests().string(), {.reference = "path: \"\""});
  CHECK(eventually([&] { return workspace.simulator().worker_names() == example_names(); }));
  write_worker(workspace.manifests(), "new");
  CHECK(eventually([&] { return workspace.simulator().worker_names().size() == 5; }));
}

TEST_CASE("with a bad manifest its last good Worker stays, the others go on, and the log names the place") {
  const Stage stage;
  const auto daemon = stage.settled();
  write_file(stage.work_tree() / "hello/worker.yaml",
             "apiVersion: plumbline.dev/v1beta1\nkind: Worker\nmetadata: {name: hello}\nspec: {main: index.js, logpsh: "
             "true}\n");
  stage.set_currency("EUR", "USD");
  stage.repository.remove("legacy");
  const auto bad = stage.repository.commit("a bad manifest, a change and a delete");

  CHECK(daemon->wait_for_log(
      "hello/worker.yaml:4:24: error: unknown field \\\"logpsh\\\"; did you mean \\\"logpush\\\"?"));
  CHECK(eventually([&stage] { return stage.currency() == "USD"; }));
  REQUIRE(daemon->wait_for_passes(2));
  CHECK(stage.workspace.simulator().worker_names() == example_names());
  CHECK(stage.workspace.simulator().worker("hello").at("versions").as_array().size() == 1);
  CHECK(string_member(daemon->condition("Ready"), "status") == "False");
  CHECK(string_member(daemon->source(), "lastAttemptedRevision").ends_with(bad));
  const auto source = daemon->source();
  CHECK(string_member(source, "lastAppliedRevision").ends_with(stage.commit));
  CHECK(string_member(source, "sync") == "OutOfSync");
  CHECK(string_member(worker_in(source, "hello"), "sync") == "Unknown");
  CHECK(string_member(worker_in(source, "hello"), "reason") == "SourceIncomplete");
  CHECK(string_member(worker_in(source, "shop"), "sync") == "Synced");
  CHECK(daemon->metric("plumbline_reconcile_total", {{"result", "error"}}) >= 1);

  // What was applied last is known beyond the life of a daemon.
  daemon->kill();
  daemon->start();
  REQUIRE(daemon->wait_for_passes(1));
  CHECK(string_member(daemon->source(), "lastAppliedRevision").ends_with(stage.commit));

  copy_examples(stage.work_tree());
  stage.set_currency("EUR", "GBP");
  stage.repository.remove("legacy");
  const auto good = stage.repository.commit("mended");
  CHECK(daemon->wait_until_applied(good));
  CHECK(stage.currency() == "GBP");
  CHECK(stage.workspace.simulator().worker_names() == Names{"calculator", "hello", "shop"});
}

TEST_CASE("a manifest that is not YAML takes nothing down") {
  const Stage stage;
  const auto daemon = stage.settled();
  write_file(stage.work_tree() / "hello/worker.yaml",
             "apiVersion: plumbline.dev/v1beta1\nkind: Worker\nmetadata: {name: hello\nspec: [\n");
  stage.repository.commit("not YAML");
  CHECK(daemon->wait_for_log("this is not valid YAML"));
  REQUIRE(daemon->wait_for_passes(2));
  CHECK(holds_file_and_place(daemon->log("manifest problem"), "hello/worker.yaml:4:"));
  CHECK(stage.workspace.simulator().worker_names() == example_names());
}

TEST_CASE("a deleted manifest deletes its Worker under sync") {
  const Stage stage;
  const auto daemon = stage.settled();
  stage.repository.remove("legacy");
  const auto commit = stage.repository.commit("legacy is over");
  CHECK(daemon->wait_until_applied(commit));
  CHECK(stage.workspace.simulator().worker_names() == Names{"calculator", "hello", "shop"});
}

TEST_CASE("a deleted manifest deletes nothing under upsert-only and report writes nothing at all") {
  const Stage stage;
  {
    const auto daemon = stage.settled({.policy = "upsert-only"});
    stage.repository.remove("legacy");
    const auto commit = stage.repository.commit("legacy is over");
    CHECK(daemon->wait_until_applied(commit));
    CHECK(stage.workspace.simulator().worker_names() == example_names());
  }
  stage.set_currency("EUR", "USD");
  stage.repository.commit("dollars");
  stage.workspace.simulator().clear_requests();
  const DaemonProcess reporting(stage.workspace, stage.repository.url(), {.policy = "report"});
  CHECK(eventually([&] { return reporting.passes() >= 2; }));
  CHECK(writes_of(stage.workspace.simulator().requests()).empty());
  CHECK(reporting.metric("plumbline_plan_changes", {{"action", "update"}}) == 1);
}

TEST_CASE("a source that turned empty deletes nothing") {
  const Stage stage;
  const auto daemon = stage.settled();
  for (const auto& entry : fs::directory_iterator(stage.work_tree())) {
    if (entry.path().filename() != ".git") fs::remove_all(entry.path());
  }
  stage.repository.commit("nothing is left");
  CHECK(daemon->wait_for_log("EmptyDesiredState"));
  REQUIRE(daemon->wait_for_passes(2));
  CHECK(stage.workspace.simulator().worker_names() == example_names());
  CHECK(string_member(daemon->condition("Blocked"), "reason") == "EmptyDesiredState");
  CHECK(string_member(daemon->condition("Ready"), "status") == "False");
  CHECK(string_member(daemon->condition("Stalled"), "status") == "False");
  CHECK(string_member(daemon->source(), "sync") == "OutOfSync");
  CHECK(string_member(daemon->source(), "lastAppliedRevision").ends_with(stage.commit));
  CHECK(string_member(worker_in(daemon->source(), "shop"), "reason") == "EmptyDesiredState");
  CHECK(daemon->metric("plumbline_plan_blocked_total", {{"reason", "EmptyDesiredState"}}) >= 1);
}

TEST_CASE("the status of a Worker says what is live, since when, and as of when that is known") {
  const Stage stage;
  const auto daemon = stage.settled();
  const auto revision = "main@sha1:" + stage.commit;
  const auto written = worker_in(daemon->source(), "shop");
  CHECK(string_member(written, "revision") == revision);
  CHECK(string_member(written, "version").size() == 36);
  CHECK(string_member(written, "since").ends_with("Z"));
  for (const auto* nothing : {"reason", "message", "mend", "changed_by"}) CHECK(written.at(nothing).is_null());
  CHECK(written.at("waits_for") == JsonArray());

  // A Worker that stays as it is keeps its version over other commits and a restart, and is read again.
  replace_in_file(stage.work_tree() / "hello/worker.yaml", "metadata:", "# a remark\nmetadata:");
  const auto second = stage.repository.commit("a remark");
  REQUIRE(daemon->wait_until_applied(second));
  daemon->kill();
  const DaemonProcess again(stage.workspace, stage.repository.url());
  REQUIRE(again.wait_until_applied(second));
  const auto later = worker_in(again.source(), "shop");
  for (const auto* field : {"revision", "version", "since"}) CHECK(later.at(field) == written.at(field));
  CHECK(string_member(later, "read_at") >= string_member(written, "read_at"));
}

TEST_CASE("the status of a Worker that was edited says by whom, and one that cannot be made what it waits for") {
  const Stage stage;
  const auto daemon = stage.settled({.drift = "report"});
  stage.workspace.simulator().edit("shop", "set-var", "CURRENCY", "USD");
  CHECK(eventually([&daemon] { return string_member(worker_in(daemon->source(), "shop"), "reason") == "Drifted"; }));
  const auto edited = worker_in(daemon->source(), "shop");
  CHECK(string_member(edited, "changed_by").contains("dash"));
  CHECK(edited.at("revision").is_null());
  CHECK(string_member(daemon->condition("Drifted"), "message").ends_with("worker.shop"));

  write_file(stage.work_tree() / "late/index.js", "export default {};\n");
  write_file(stage.work_tree() / "late/worker.yaml",
             "apiVersion: plumbline.dev/v1beta1\nkind: Worker\nmetadata: {name: late}\n"
             "spec: {main: index.js, compatibility_date: 2026-10-01, depends_on: [nowhere]}\n");
  stage.repository.commit("one that needs another");
  CHECK(eventually([&daemon] { return !worker_in(daemon->source(), "late").is_null(); }));
  const auto late = worker_in(daemon->source(), "late");
  CHECK(string_member(late, "reason") == "DependencyNotReady");
  CHECK(string_member(late, "mend").contains("deploy worker.nowhere first"));
  CHECK(late.at("waits_for") == JsonArray{"worker.nowhere"});
  CHECK(late.at("version").is_null());
  CHECK(string_member(daemon->condition("Blocked"), "message").starts_with("DependencyNotReady: worker.late: "));
}

TEST_CASE("drift is healed where the source says so") {
  const Stage stage;
  const auto daemon = stage.settled({.drift = "heal"});
  stage.workspace.simulator().edit("shop", "set-var", "CURRENCY", "USD");
  CHECK(eventually([&stage] { return stage.currency() == "EUR"; }));
  CHECK(eventually([&daemon] { return daemon->metric("plumbline_drift_detected_total") == 1; }));
  CHECK(daemon->metric("plumbline_drifted_workers") == 0);
  const auto found = daemon->log("drift found");
  REQUIRE(found.size() == 1);
  CHECK(string_member(found[0], "worker") == "shop");
  CHECK(string_member(found[0], "changed_by") == "dash");

  stage.workspace.simulator().edit("hello", "delete-worker");
  CHECK(eventually([&stage] { return stage.workspace.simulator().worker_names() == example_names(); }));
}

TEST_CASE("drift is only told where the source says so, until the manifest changes") {
  const Stage stage;
  const auto daemon = stage.settled({.drift = "report"});
  stage.workspace.simulator().edit("shop", "set-var", "CURRENCY", "USD");
  CHECK(eventually([&daemon] { return daemon->metric("plumbline_drifted_workers") == 1; }));
  REQUIRE(daemon->wait_for_passes(2));
  CHECK(stage.currency() == "USD");
  CHECK(daemon->metric("plumbline_drift_detected_total") == 1);
  CHECK(string_member(daemon->condition("Drifted"), "status") == "True");
  CHECK(string_member(daemon->source(), "sync") == "OutOfSync");
  CHECK(daemon->log("drift found").size() == 1);
  CHECK(daemon->log("drift is over").empty());

  stage.set_currency("EUR", "GBP");
  const auto commit = stage.repository.commit("pounds");
  CHECK(daemon->wait_until_applied(commit));
  CHECK(daemon->wait_for_log("drift is over"));
  CHECK(stage.currency() == "GBP");
  CHECK(daemon->metric("plumbline_drifted_workers") == 0);
}

TEST_CASE("a rotated secret arrives without a commit") {
  const Stage stage;
  const auto daemon = stage.settled({.drift = "report"});
  const auto before = stage.workspace.simulator().binding("shop", "SESSION");
  stage.workspace.write_secret("shop/SESSION", "rotated");
  CHECK(eventually([&] { return stage.workspace.simulator().binding("shop", "SESSION") != before; }));
  CHECK(daemon->is_running());
}

TEST_CASE("the log tells where the daemon listens, and warns where others reach a status that nobody may read") {
  const Stage stage;
  DaemonProcess daemon(stage.workspace, stage.repository.url());
  const auto warnings = [&daemon] {
    return daemon.log("the status is reachable from other machines, and nobody may read it without a token");
  };
  REQUIRE(daemon.log("listening").size() == 2);
  for (const auto& line : daemon.log("listening")) {
    CHECK(string_member(line, "address") == fmt::format("127.0.0.1:{}", line.at("port").to_number<int>()));
  }
  CHECK(warnings().empty());
  REQUIRE(daemon.stop() == Ended{.exit_code = 0});
  replace_in_file(daemon.configuration(), "{listen: \"127.0.0.1:0\"", "{listen: \"0.0.0.0:0\"");
  daemon.start();
  REQUIRE(warnings().size() == 1);
  CHECK(string_member(warnings().front(), "address").starts_with("0.0.0.0:"));
  CHECK(string_member(warnings().front(), "mend").starts_with("set server.read_token"));
}

TEST_CASE("health, status and metrics tell what the daemon does") {
  const Stage stage;
  const auto daemon = stage.settled();
  CHECK(daemon->get("/livez").status == 200);
  CHECK(daemon->get("/readyz").status == 200);

  const auto unknown = daemon->get("/api/v1/nothing");
  CHECK(unknown.status == 404);
  CHECK(unknown.headers.get("Content-Type") == "application/problem+json");
  const auto status = daemon->status();
  CHECK(string_member(status, "instance") == "test");
  CHECK(status.at("ready") == true);

  const auto source = daemon->source();
  CHECK(string_member(source, "name") == "production");
  CHECK(string_member(source, "sync") == "Synced");
  CHECK(source.at("workers").as_array().size() == 4);
  CHECK(string_member(daemon->condition("Ready"), "status") == "True");
  CHECK(string_member(daemon->condition("Ready"), "reason") == "ReconciliationSucceeded");

  const auto metrics = daemon->metrics();
  CHECK(sum_of(metrics, "plumbline_build_info", {{"version", std::string(version())}}) == 1);
  CHECK(sum_of(metrics, "plumbline_source_info",
               {{"source", "production"}, {"revision", "main@sha1:" + stage.commit}}) == 1);
  CHECK(sum_of(metrics, "plumbline_workers", {{"source", "production"}, {"sync_status", "Synced"}}) == 4);
  CHECK(sum_of(metrics, "plumbline_workers") == 4);
  CHECK(sum_of(metrics, "plumbline_worker_info", {{"worker", "shop"}, {"sync_status", "Synced"}}) == 1);
  CHECK(sum_of(metrics, "plumbline_condition", {{"type", "Ready"}, {"status", "True"}}) == 1);
  CHECK(sum_of(metrics, "plumbline_condition", {{"type", "Ready"}}) == 1);
  CHECK(sum_of(metrics, "plumbline_reconcile_total", {{"result", "success"}}) == 1);
  CHECK(sum_of(metrics, "plumbline_reconcile_total", {{"result", "error"}}) == 0);
  CHECK(sum_of(metrics, "plumbline_consecutive_failures") == 0);
  CHECK(sum_of(metrics, "plumbline_git_requests_total", {{"result", "success"}}) >= 1);
  CHECK(sum_of(metrics, "plumbline_api_requests_total",
               {{"account", "main"},
                {"method", "PUT"},
                {"code", "200"},
                {"endpoint", "/accounts/{account_id}/workers/scripts/{script_name}"}}) == 4);
  CHECK(sum_of(metrics, "plumbline_api_retries_total") == 0);
  CHECK(sum_of(metrics, "plumbline_reconcile_duration_seconds_count") >= 1);
  CHECK(sum_of(metrics, "plumbline_journal_bytes") > 0);
  CHECK(sum_of(metrics, "process_resident_memory_bytes") > 0);
  CHECK(sum_of(metrics, "plumbline_last_successful_reconcile_timestamp_seconds") > 1'700'000'000);
  for (const auto& [sample, value] : metrics) {
    CHECK_MESSAGE((sample.starts_with("plumbline_") || sample.starts_with("process_")), sample);
  }
}

}  // namespace plumbline::testing
