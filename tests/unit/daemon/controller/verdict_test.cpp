#include "daemon/controller/verdict.h"

#include <doctest/doctest.h>

#include "daemon/controller/status.h"
#include "daemon/controller/worker_status.h"
#include "tests/unit/daemon/passes.h"

namespace plumbline::daemon {
namespace {

using namespace std::chrono_literals;
using namespace test;

TEST_CASE("a pass without a difference is a noop") {
  const auto report = observed({change("a", Action::no_op)});
  CHECK(result_of(report) == PassResult::noop);
  CHECK(end_of(report) == PassEnd::settled);
}

TEST_CASE("a pass that wrote is a success") {
  auto report = observed({change("a", Action::create)});
  report.applied.workers = {result("a", Action::create, Status::done)};
  report.applied.calls = 2;
  report.applied.added = 1;
  CHECK(result_of(report) == PassResult::success);
  CHECK(summary_of(report) == "1 added, 0 changed, 0 destroyed");
}

TEST_CASE("an account that cannot be read is an error that is tried again") {
  const auto report = unreachable(api::ErrorKind::server);
  CHECK(result_of(report) == PassResult::error);
  CHECK(end_of(report) == PassEnd::retry);
  CHECK(report.account_error() == nullptr);
}

TEST_CASE("refused credentials and a firewall concern the account") {
  CHECK(unreachable(api::ErrorKind::forbidden).account_error() != nullptr);
  CHECK(unreachable(api::ErrorKind::blocked).account_error() != nullptr);
}

TEST_CASE("a request that the API calls wrong is not tried again and stalls the source") {
  auto report = observed({change("a", Action::create)});
  report.applied.workers = {result("a", Action::create, Status::failed)};
  CHECK(result_of(report) == PassResult::error);
  CHECK(end_of(report) == PassEnd::settled);
}

TEST_CASE("why there is no plan is told with its mend, where there is one") {
  auto report = unreachable(api::ErrorKind::invalid);
  CHECK_FALSE(summary_of(report).contains(";"));
  report.mend = "correct the account";
  CHECK(summary_of(report).ends_with("; correct the account"));
  CHECK(report.why_no_plan() == summary_of(report));
}

TEST_CASE("a Worker that is still open is tried again") {
  auto report = observed({change("a", Action::create)});
  report.applied.workers = {result("a", Action::create, Status::replan)};
  CHECK(end_of(report) == PassEnd::retry);
}

TEST_CASE("a Worker that could not be read is tried again") {
  auto report = observed({blocked("a", Action::no_op, reconciler::Reason::read_failed)});
  reconciler::LiveWorker unread;
  unread.failure = error_of(api::ErrorKind::server);
  report.plan->workers[0].live = std::make_shared<const reconciler::LiveWorker>(std::move(unread));
  CHECK(end_of(report) == PassEnd::retry);
  CHECK(worker_statuses(report)[0].sync == SyncStatus::unknown);
}

TEST_CASE("a pass is interrupted if anything of it was left") {
  CHECK(!is_interrupted(observed({change("a", Action::no_op)})));
  CHECK(is_interrupted(unreachable(api::ErrorKind::cancelled)));
  auto report = observed({change("a", Action::create), change("b", Action::create)});
  for (auto& worker : report.plan->workers) worker.calls.emplace_back();
  CHECK(is_interrupted(report));
  report.applied.workers = {result("a", Action::create, Status::done), result("b", Action::create, Status::skipped)};
  CHECK(is_interrupted(report));
  report.applied.workers[1].status = Status::done;
  CHECK(!is_interrupted(report));
}

TEST_CASE("what is held back blocks the pass, drift that is only reported does not") {
  CHECK(result_of(observed({blocked("a", Action::create, reconciler::Reason::ownership_conflict)})) ==
        PassResult::blocked);
  auto drift = drifted("a");
  drift.block = reconciler::Block{reconciler::Reason::drifted, "only reported", ""};
  CHECK(result_of(observed({drift})) == PassResult::noop);
}

TEST_CASE("a ZoneWorker whose write failed is out of sync") {
  auto report = observed({});
  report.plan->zone_workers = {zone("example.com", Action::create)};
  report.applied.zone_workers = {
      {.address = "zone_worker.example.com", .action = Action::create, .status = Status::failed}};
  const auto statuses = worker_statuses(report);
  REQUIRE(statuses.size() == 1);
  CHECK(statuses[0].name == "zone_worker.example.com");
  CHECK(statuses[0].sync == SyncStatus::out_of_sync);
  CHECK(statuses[0].health == HealthStatus::missing);
  CHECK(statuses[0].reason == "ReconciliationFailed");
}

// What each kind of pass comes to, told once: `sync` and the conditions of a source that begins with it, and whether
// its revision counts as applied.
struct Row {
  const char* pass;
  PassReport report;
  const char* sync;
  Truth ready;
  const char* reason;  // of Ready
  Truth stalled;
  Truth blocked;
};

PassReport with_broken(std::vector<WorkerChange> changes) {
  auto report = observed(std::move(changes));
  report.plan->errored = true;
  report.plan->diagnostics.push_back({Severity::error, {"b.yaml", 3, 1}, "unknown field \"x\"", ""});
  report.plan->broken = {{.name = "b", .live = std::make_shared<const reconciler::LiveWorker>()}};
  return report;
}

PassReport with_results(std::vector<WorkerChange> changes, std::vector<WorkerResult> results) {
  auto report = observed(std::move(changes));
  report.applied.workers = std::move(results);
  report.applied.calls = report.applied.workers.size();
  return report;
}

WorkerResult failed_by(std::string name, api::ErrorKind kind) {
  auto out = result(std::move(name), Action::update, Status::failed);
  out.error = error_of(kind);
  return out;
}

WorkerResult skipped(std::string name) {
  auto out = result(std::move(name), Action::update, Status::skipped);
  out.message = "worker.a, which it needs, failed";
  return out;
}

WorkerChange reported_drift(std::string name) {
  auto out = drifted(std::move(name));
  out.block = reconciler::Block{reconciler::Reason::drifted, "only reported", ""};
  return out;
}

PassReport waiting_to_delete() {
  auto report = observed({change("a", Action::no_op)});
  reconciler::LiveWorker old;
  old.entry = JsonObject{{"tags", JsonArray{"plumbline=edge/production"}}};
  auto leftover = change("old", Action::forget);
  leftover.live = std::make_shared<const reconciler::LiveWorker>(std::move(old));
  report.plan->workers.push_back(std::move(leftover));
  report.deletes_wait_for = "staging";
  return report;
}

std::vector<Row> rows() {
  using reconciler::Reason;
  using enum Truth;
  return {
      {"all as asked", observed({change("a", Action::no_op)}), "Synced", yes, "ReconciliationSucceeded", no, no},
      {"nothing is asked for and nothing is ours", observed({}), "Synced", yes, "ReconciliationSucceeded", no, no},
      {"written", with_results({change("a", Action::update)}, {result("a", Action::update, Status::done)}), "Synced",
       yes, "ReconciliationSucceeded", no, no},
      {"a leftover that upsert-only keeps", observed({change("a", Action::forget)}), "Synced", yes,
       "ReconciliationSucceeded", no, no},
      {"a broken manifest beside a good one", with_broken({change("a", Action::no_op)}), "OutOfSync", no,
       "SourceIncomplete", yes, no},
      {"a broken manifest beside one that was written",
       [] {
         auto report = with_broken({change("a", Action::update)});
         report.applied.workers = {result("a", Action::update, Status::done)};
         return report;
       }(),
       "OutOfSync", no, "SourceIncomplete", yes, no},
      {"every delete blocked", observed({blocked("a", Action::remove, Reason::empty_desired_state)}), "OutOfSync", no,
       "EmptyDesiredState", no, yes},
      {"one of two deletes blocked",
       with_results({change("a", Action::remove), blocked("b", Action::remove, Reason::data_loss)},
                    {result("a", Action::remove, Status::done)}),
       "OutOfSync", no, "DataLoss", no, yes},
      {"deletes wait for another source", waiting_to_delete(), "OutOfSync", unknown, "Progressing", no, no},
      {"held back for somebody's rollout", observed({blocked("a", Action::update, Reason::foreign_rollout)}),
       "OutOfSync", no, "ForeignRollout", no, yes},
      {"held back for what is not there yet", observed({blocked("a", Action::create, Reason::dependency_not_ready)}),
       "OutOfSync", no, "DependencyNotReady", no, yes},
      {"a difference that no write ends", observed({blocked("a", Action::update, Reason::perpetual_diff)}), "OutOfSync",
       no, "PerpetualDiff", yes, yes},
      {"drift that is only reported", observed({reported_drift("a")}), "OutOfSync", yes, "ReconciliationSucceeded", no,
       no},
      {"under policy report", observed({change("a", Action::update)}), "OutOfSync", yes, "ReconciliationSucceeded", no,
       no},
      {"one could not be read",
       observed({blocked("a", Action::no_op, Reason::read_failed), change("b", Action::no_op)}), "OutOfSync", no,
       "ReadFailed", no, yes},
      {"the service calls a request wrong",
       with_results({change("a", Action::update)}, {failed_by("a", api::ErrorKind::invalid)}), "OutOfSync", no,
       "ReconciliationFailed", yes, no},
      {"the service is down", with_results({change("a", Action::update)}, {failed_by("a", api::ErrorKind::server)}),
       "OutOfSync", no, "ReconciliationFailed", no, no},
      {"an answer is lost", with_results({change("a", Action::update)}, {result("a", Action::update, Status::replan)}),
       "OutOfSync", no, "ReconciliationFailed", no, no},
      {"one waits for another that failed for now",
       with_results({change("a", Action::update), change("b", Action::update)},
                    {failed_by("a", api::ErrorKind::server), skipped("b")}),
       "OutOfSync", no, "ReconciliationFailed", no, no},
      {"a mere wait", with_results({change("b", Action::update)}, {skipped("b")}), "OutOfSync", no,
       "ReconciliationFailed", no, no},
      {"the account cannot be read",
       unreachable(api::ErrorKind::server),
       "Unknown",
       no,
       "ReconciliationFailed",
       no,
       {}},
      {"the credentials are refused",
       unreachable(api::ErrorKind::forbidden),
       "Unknown",
       no,
       "ReconciliationFailed",
       no,
       {}},
      {"the service says that the list is asked for wrongly",
       unreachable(api::ErrorKind::invalid),
       "Unknown",
       no,
       "ReconciliationFailed",
       yes,
       {}},
  };
}

TEST_CASE("the table of passes against what is said of their source") {
  for (const auto& row : rows()) {
    CAPTURE(row.pass);
    auto report = row.report;
    report.revision = "main@sha1:bbbb";
    SourceStatus status("prod", "main", TimePoint(1s));
    status.recall("main@sha1:aaaa");
    status.loaded(report.revision, 1);
    status.finished(report);
    const auto& conditions = status.conditions();
    const auto json = json_of(status);
    CHECK(string_member(json, "sync") == row.sync);
    CHECK(to_string(conditions.at("Ready").status) == to_string(row.ready));
    CHECK(conditions.at("Ready").reason == row.reason);
    CHECK(to_string(conditions.at("Stalled").status) == to_string(row.stalled));
    if (report.plan) CHECK(to_string(conditions.at("Blocked").status) == to_string(row.blocked));
    const bool is_applied = std::string_view(row.sync) == "Synced";
    CHECK(string_member(json, "lastAppliedRevision") == (is_applied ? "main@sha1:bbbb" : "main@sha1:aaaa"));
    CHECK(string_member(json, "lastAttemptedRevision") == "main@sha1:bbbb");
    // Whatever is not synced says why.
    for (const auto& worker : status.workers()) {
      const bool says = !worker.reason.empty() && !worker.message.empty();
      CHECK_MESSAGE((says || worker.sync == SyncStatus::synced), worker.name);
    }
  }
}

TEST_CASE("a condition names the Workers that it is about, by reason, and says what stands before the first") {
  using reconciler::Reason;
  std::vector<WorkerChange> changes{blocked("a", Action::update, Reason::ownership_conflict)};
  CHECK(blocked_of(*observed(changes).plan).message == "OwnershipConflict: worker.a: something stands in the way");
  changes.push_back(blocked("x", Action::remove, Reason::data_loss));
  for (const auto* name : {"b", "c", "d", "e"}) {
    changes.push_back(blocked(name, Action::update, Reason::ownership_conflict));
  }
  const auto judgement = blocked_of(*observed(changes).plan);
  CHECK(judgement.reason == "OwnershipConflict");
  CHECK(judgement.message ==
        "OwnershipConflict: worker.a, worker.b and 3 more; DataLoss: worker.x. worker.a: something stands in the way");
  CHECK(ready_of(observed(changes)).message == judgement.message);
}

TEST_CASE("a route that is held back names its Worker") {
  auto shop = change("shop", Action::no_op);
  shop.exposure.push_back({.name = "shop.example.com/*"});
  shop.exposure[0].block = reconciler::Block{reconciler::Reason::ownership_conflict, "it leads to old", ""};
  CHECK(blocked_of(*observed({shop}).plan).message ==
        "OwnershipConflict: route.shop.example.com/* of worker.shop: it leads to old");
}

TEST_CASE("a failure names every Worker that failed") {
  auto report = with_results({change("a", Action::update), change("b", Action::update), change("c", Action::update)},
                             {failed_by("a", api::ErrorKind::server), result("b", Action::update, Status::done),
                              failed_by("c", api::ErrorKind::server)});
  report.applied.workers[0].message = "it went wrong";
  report.applied.workers[2].message = "this too";
  CHECK(ready_of(report).message == "worker.a and worker.c. worker.a: it went wrong");
}

TEST_CASE("a manifest error names the Workers that are broken") {
  auto report = with_broken({change("a", Action::no_op)});
  report.plan->broken.push_back({.name = "c"});
  CHECK(ready_of(report).message.starts_with("worker.b and worker.c: b.yaml:3:1: error: unknown field"));
  CHECK(stalled_of(report).message == ready_of(report).message);
}

TEST_CASE("a Worker whose manifest is broken, and one that waits to be deleted, are among the Workers") {
  const auto broken = worker_statuses(with_broken({change("a", Action::no_op)}));
  REQUIRE(broken.size() == 2);
  CHECK(broken[1].name == "b");
  CHECK(broken[1].sync == SyncStatus::unknown);
  CHECK(broken[1].health == HealthStatus::unknown);
  CHECK(broken[1].reason == "SourceIncomplete");
  const auto waiting = worker_statuses(waiting_to_delete());
  REQUIRE(waiting.size() == 2);
  CHECK(waiting[1].name == "old");
  CHECK(waiting[1].sync == SyncStatus::out_of_sync);
  CHECK(waiting[1].message.contains("source staging"));
}

}  // namespace
}  // namespace plumbline::daemon
