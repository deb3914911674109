#include "daemon/pass.h"

#include <doctest/doctest.h>

#include "daemon/status.h"

namespace plumbline::daemon {
namespace {

using namespace std::chrono_literals;
using reconciler::Action;
using reconciler::WorkerChange;
using reconciler::WorkerResult;
using Status = WorkerResult::Status;

WorkerChange change(std::string name, Action action) {
  WorkerChange change;
  change.name = std::move(name);
  change.action = action;
  if (action != Action::create) change.live = std::make_shared<const reconciler::LiveWorker>();
  return change;
}

WorkerChange blocked(std::string name, Action action, std::string reason) {
  auto result = change(std::move(name), action);
  result.block = reconciler::Block{std::move(reason), "something stands in the way", "do this"};
  return result;
}

WorkerChange drifted(std::string name) {
  auto result = change(std::move(name), Action::update);
  result.drift = true;
  result.changed_by = "dash";
  result.lines.push_back({'~', "binding GREETING", "\"hello\" -> \"hi\"", {}});
  return result;
}

api::Error error_of(api::ErrorKind kind) {
  api::Error error;
  error.kind = kind;
  error.message = "it went wrong";
  return error;
}

WorkerResult result(std::string name, Action action, Status status) {
  WorkerResult result;
  result.name = std::move(name);
  result.action = action;
  result.status = status;
  if (status == Status::failed) {
    result.error = error_of(api::ErrorKind::invalid);
    result.message = "it went wrong";
  }
  if (status == Status::replan) result.message = "the answer is lost";
  return result;
}

// A pass over these changes in which nothing was applied.
PassReport observed(std::vector<WorkerChange> changes) {
  PassReport report;
  report.revision = "main@sha1:aaaa";
  report.plan.emplace();
  report.plan->workers = std::move(changes);
  report.finished = TimePoint(1000s);
  return report;
}

PassReport unreachable(api::ErrorKind kind) {
  PassReport report;
  report.error = error_of(kind);
  report.finished = TimePoint(1000s);
  return report;
}

TEST_CASE("a lost answer opens its Worker again, with whatever waited for it") {
  reconciler::ApplyReport report;
  report.workers = {result("a", Action::create, Status::replan), result("b", Action::create, Status::skipped),
                    result("c", Action::create, Status::done), result("d", Action::create, Status::failed)};
  CHECK(open_workers(report) == std::set<std::string>{"a", "b"});
}

TEST_CASE("without a lost answer nothing is opened again") {
  reconciler::ApplyReport report;
  report.workers = {result("b", Action::create, Status::skipped), result("d", Action::create, Status::failed)};
  CHECK(open_workers(report).empty());
}

TEST_CASE("a stopped account opens nothing again") {
  reconciler::ApplyReport report;
  report.workers = {result("a", Action::create, Status::replan), result("d", Action::create, Status::failed)};
  report.workers[1].error = error_of(api::ErrorKind::forbidden);
  CHECK(open_workers(report).empty());
}

TEST_CASE("a Worker that the new plan finds as it should be was written after all") {
  reconciler::ApplyReport report;
  report.workers = {result("a", Action::create, Status::replan)};
  report.calls = 1;
  reconciler::Plan plan;
  plan.workers = {change("a", Action::no_op)};
  merge_round(report, plan, {});
  CHECK(report.workers[0].status == Status::done);
  CHECK(report.workers[0].message.empty());
  CHECK(report.added == 1);
  CHECK(!report.failed());
}

TEST_CASE("a Worker that is gone after a lost delete was deleted") {
  reconciler::ApplyReport report;
  report.workers = {result("a", Action::remove, Status::replan)};
  merge_round(report, {}, {});
  CHECK(report.destroyed == 1);
}

TEST_CASE("a second round counts under the action that was planned first") {
  reconciler::ApplyReport report;
  report.workers = {result("a", Action::create, Status::replan), result("b", Action::update, Status::done)};
  report.calls = 2;
  reconciler::Plan plan;
  plan.workers = {change("a", Action::update)};
  reconciler::ApplyReport round;
  round.workers = {result("a", Action::update, Status::done)};
  round.calls = 1;
  merge_round(report, plan, round);
  CHECK(report.added == 1);
  CHECK(report.changed == 1);
  CHECK(report.calls == 3);
}

TEST_CASE("what a new plan changes beyond the approved one is held back, what is left of it is not") {
  reconciler::Plan approved;
  approved.workers = {change("a", Action::update), change("b", Action::update), change("c", Action::create)};
  for (auto& worker : approved.workers) worker.lines = {{'~', "logpush", "", {}}, {'~', "binding A", "", {}}};
  reconciler::Plan again = approved;
  again.workers[0].lines.pop_back();
  again.workers[1].lines.push_back({'~', "module index.js", "", {}});
  again.workers[2].action = Action::update;
  again.workers.push_back(change("d", Action::update));
  for (auto& worker : again.workers) worker.calls.emplace_back();
  hold_back_additions(again, approved);
  CHECK(again.workers[0].writes());
  REQUIRE(again.workers[1].block);
  CHECK(again.workers[1].block->reason == "PlanChanged");
  CHECK(again.workers[2].writes());
  CHECK(again.workers[3].block);
}

TEST_CASE("a Worker that the new plan holds back has failed") {
  reconciler::ApplyReport report;
  report.workers = {result("a", Action::update, Status::replan)};
  reconciler::Plan plan;
  plan.workers = {blocked("a", Action::update, "ForeignRollout")};
  merge_round(report, plan, {});
  CHECK(report.workers[0].status == Status::failed);
  CHECK(report.workers[0].message == "ForeignRollout: something stands in the way");
}

TEST_CASE("a plan of another round leaves settled Workers alone") {
  reconciler::Plan plan;
  plan.workers = {change("a", Action::update), change("b", Action::update)};
  keep_only(plan, {"b"});
  REQUIRE(plan.workers.size() == 1);
  CHECK(plan.workers[0].name == "b");
}

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

TEST_CASE("a Worker that is still open is tried again") {
  auto report = observed({change("a", Action::create)});
  report.applied.workers = {result("a", Action::create, Status::replan)};
  CHECK(end_of(report) == PassEnd::retry);
}

TEST_CASE("a Worker that could not be read is tried again") {
  auto report = observed({blocked("a", Action::no_op, "Failed")});
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
  CHECK(result_of(observed({blocked("a", Action::create, "OwnershipConflict")})) == PassResult::blocked);
  auto drift = drifted("a");
  drift.block = reconciler::Block{"Drifted", "only reported", ""};
  CHECK(result_of(observed({drift})) == PassResult::noop);
}

TEST_CASE("Workers are synced, out of sync, missing or gone") {
  auto report = observed({change("same", Action::no_op), change("new", Action::create), change("old", Action::update),
                          change("gone", Action::remove), change("left", Action::forget)});
  report.applied.workers = {result("old", Action::update, Status::done), result("gone", Action::remove, Status::done)};
  const auto statuses = worker_statuses(report);
  REQUIRE(statuses.size() == 3);
  CHECK(statuses[0] == WorkerStatus{"same", SyncStatus::synced, HealthStatus::unknown});
  CHECK(statuses[1] == WorkerStatus{"new", SyncStatus::out_of_sync, HealthStatus::missing});
  CHECK(statuses[2] == WorkerStatus{"old", SyncStatus::synced, HealthStatus::unknown});
}

reconciler::ZoneWorkerChange zone(std::string name, Action action) {
  reconciler::ZoneWorkerChange change;
  change.zone = std::move(name);
  change.action = action;
  return change;
}

TEST_CASE("ZoneWorkers have a status beside the Workers, under their address") {
  auto report = observed({change("same", Action::no_op)});
  auto& zones = report.plan->zone_workers;
  zones = {zone("same.example", Action::no_op), zone("new.example", Action::create),
           zone("old.example", Action::update), zone("held.example", Action::update),
           zone("dark.example", Action::no_op)};
  zones[3].block = reconciler::Block{"Drifted", "only reported", ""};
  zones[4].block = reconciler::Block{"Failed", "the zone could not be read", ""};
  zones[4].unread = true;
  report.applied.zone_workers = {{.address = "zone_worker.old.example", .action = Action::update}};
  const auto statuses = worker_statuses(report);
  REQUIRE(statuses.size() == 6);
  CHECK(statuses[1] == WorkerStatus{"zone_worker.same.example", SyncStatus::synced, HealthStatus::unknown});
  CHECK(statuses[2] == WorkerStatus{"zone_worker.new.example", SyncStatus::out_of_sync, HealthStatus::missing});
  CHECK(statuses[3] == WorkerStatus{"zone_worker.old.example", SyncStatus::synced, HealthStatus::unknown});
  CHECK(statuses[4] == WorkerStatus{"zone_worker.held.example", SyncStatus::out_of_sync, HealthStatus::unknown});
  CHECK(statuses[5] == WorkerStatus{"zone_worker.dark.example", SyncStatus::unknown, HealthStatus::unknown});
}

TEST_CASE("a ZoneWorker whose write failed is out of sync") {
  auto report = observed({});
  report.plan->zone_workers = {zone("example.com", Action::create)};
  report.applied.zone_workers = {
      {.address = "zone_worker.example.com", .action = Action::create, .status = Status::failed}};
  const auto missing = WorkerStatus{"zone_worker.example.com", SyncStatus::out_of_sync, HealthStatus::missing};
  CHECK(worker_statuses(report) == std::vector<WorkerStatus>{missing});
}

SourceStatus fresh_status() {
  return SourceStatus("prod", "main", false, TimePoint(1s));
}

Truth truth(const SourceStatus& status, std::string_view type) {
  return status.conditions().find(type)->second.status;
}

std::string reason(const SourceStatus& status, std::string_view type) {
  return status.conditions().find(type)->second.reason;
}

TEST_CASE("a source begins with nothing known") {
  const auto status = fresh_status();
  for (const auto type : kConditionTypes) CHECK(truth(status, type) == Truth::unknown);
  CHECK(string_member(status.to_json(), "sync") == "Unknown");
}

TEST_CASE("a good pass makes a source ready and synced at its revision") {
  auto status = fresh_status();
  status.fetched(TimePoint(2s), {});
  status.started(TimePoint(3s), "abcd");
  CHECK(truth(status, "Reconciling") == Truth::yes);
  status.finished(observed({change("a", Action::no_op)}));
  CHECK(truth(status, "Ready") == Truth::yes);
  CHECK(truth(status, "Reconciling") == Truth::no);
  CHECK(truth(status, "Stalled") == Truth::no);
  const auto json = status.to_json();
  CHECK(string_member(json, "sync") == "Synced");
  CHECK(string_member(json, "lastAppliedRevision") == "main@sha1:aaaa");
  CHECK(string_member(json, "lastReconcileId") == "abcd");
}

TEST_CASE("a source whose ZoneWorker is not as it should be is out of sync, and has not applied its revision") {
  auto status = fresh_status();
  status.loaded("main@sha1:aaaa", 1);
  auto report = observed({});
  report.plan->zone_workers = {zone("example.com", Action::update)};
  report.plan->zone_workers[0].block = reconciler::Block{"Drifted", "only reported", ""};
  report.plan->zone_workers[0].drift = true;
  status.finished(report);
  const auto json = status.to_json();
  CHECK(string_member(json, "sync") == "OutOfSync");
  CHECK(string_member(json, "lastAppliedRevision").empty());
  CHECK(json.at("counts").at("OutOfSync") == 1);
  CHECK(string_member(json.at("workers").at(0), "name") == "zone_worker.example.com");
  CHECK(truth(status, "Drifted") == Truth::yes);
}

TEST_CASE("a condition keeps the time at which its status became what it is") {
  auto status = fresh_status();
  status.finished(observed({change("a", Action::no_op)}));
  auto later = observed({change("a", Action::no_op)});
  later.finished = TimePoint(2000s);
  status.finished(later);
  CHECK(status.conditions().find("Ready")->second.last_transition == TimePoint(1000s));
}

TEST_CASE("failures count until a pass does not fail") {
  auto status = fresh_status();
  status.finished(unreachable(api::ErrorKind::server));
  status.finished(unreachable(api::ErrorKind::rate_limited));
  CHECK(status.consecutive_failures() == 2);
  CHECK(truth(status, "Ready") == Truth::no);
  CHECK(truth(status, "RateLimited") == Truth::yes);
  CHECK(truth(status, "Stalled") == Truth::no);
  status.finished(observed({change("a", Action::no_op)}));
  CHECK(status.consecutive_failures() == 0);
  CHECK(truth(status, "RateLimited") == Truth::no);
}

TEST_CASE("an error that trying again cannot mend stalls the source") {
  auto status = fresh_status();
  auto report = observed({change("a", Action::create)});
  report.applied.workers = {result("a", Action::create, Status::failed)};
  status.finished(report);
  CHECK(truth(status, "Stalled") == Truth::yes);
  CHECK(status.conditions().find("Ready")->second.message == "worker.a: it went wrong");
}

TEST_CASE("a blocked source says by what") {
  auto status = fresh_status();
  status.finished(observed({blocked("a", Action::remove, "ThresholdExceeded")}));
  CHECK(truth(status, "Blocked") == Truth::yes);
  CHECK(reason(status, "Blocked") == "ThresholdExceeded");
  CHECK(truth(status, "Ready") == Truth::no);
  CHECK(string_member(status.to_json(), "lastAppliedRevision").empty());
}

TEST_CASE("a failed fetch makes a source not ready until it works again") {
  auto status = fresh_status();
  status.finished(observed({change("a", Action::no_op)}));
  status.fetch_failed(TimePoint(1100s), {.message = "no route to host"});
  CHECK(truth(status, "Ready") == Truth::no);
  CHECK(reason(status, "Ready") == "GitOperationFailed");
  // A pass over what was good last does not hide it.
  status.finished(observed({change("a", Action::no_op)}));
  CHECK(reason(status, "Ready") == "GitOperationFailed");
  status.fetched(TimePoint(1200s), {});
  CHECK(truth(status, "Ready") != Truth::no);
  status.finished(observed({change("a", Action::no_op)}));
  CHECK(truth(status, "Ready") == Truth::yes);
}

TEST_CASE("whether a source is verified is told with the signer, or with what is wrong") {
  auto status = fresh_status();
  status.fetched(TimePoint(1s), {.id = "abcd"});
  CHECK(truth(status, "SourceVerified") == Truth::unknown);
  CHECK(reason(status, "SourceVerified") == "NotConfigured");
  status.fetched(TimePoint(2s), {.id = "abcd", .signer = "ssh key SHA256:x (alice)"});
  CHECK(truth(status, "SourceVerified") == Truth::yes);
  CHECK(status.conditions().find("SourceVerified")->second.message ==
        "commit abcd is signed by ssh key SHA256:x (alice)");
  // A server that is away says nothing about who signed.
  status.fetch_failed(TimePoint(3s), {.message = "no route to host"});
  CHECK(truth(status, "SourceVerified") == Truth::yes);
  status.fetch_failed(TimePoint(4s), {FetchProblem::Kind::verification, "commit ef is not verified"});
  for (const auto* type : {"SourceVerified", "Ready"}) {
    CHECK(truth(status, type) == Truth::no);
    CHECK(reason(status, type) == "VerificationError");
  }
}

TEST_CASE("drift that stays is told once, drift that is another one is told again") {
  auto status = fresh_status();
  auto report = observed({drifted("a")});
  report.plan->workers[0].block = reconciler::Block{"Drifted", "only reported", ""};
  const auto first = status.new_drift(*report.plan);
  status.finished(report);
  REQUIRE(first.size() == 1);
  CHECK(first[0].name == "a");
  CHECK(first[0].what == std::vector<std::string>{"binding GREETING"});
  CHECK(first[0].changed_by == "dash");
  CHECK(truth(status, "Drifted") == Truth::yes);
  CHECK(status.drifted() == 1);
  CHECK(status.new_drift(*report.plan).empty());
  report.plan->workers[0].lines.push_back({'~', "logpush", "", {}});
  CHECK(status.new_drift(*report.plan).size() == 1);
}

TEST_CASE("drift that was healed is over, and would be told anew") {
  auto status = fresh_status();
  auto report = observed({drifted("a")});
  report.applied.workers = {result("a", Action::update, Status::done)};
  report.applied.calls = 1;
  CHECK(status.new_drift(*report.plan).size() == 1);
  status.finished(report);
  CHECK(truth(status, "Drifted") == Truth::no);
  CHECK(status.drifted() == 0);
  CHECK(status.new_drift(*report.plan).size() == 1);
}

TEST_CASE("a pass that could not read the account forgets nothing of its Workers") {
  auto status = fresh_status();
  status.finished(observed({change("a", Action::no_op)}));
  status.finished(unreachable(api::ErrorKind::server));
  CHECK(status.workers().size() == 1);
}

}  // namespace
}  // namespace plumbline::daemon
