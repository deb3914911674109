#include "daemon/controller/status.h"

#include <doctest/doctest.h>

#include "tests/unit/daemon/passes.h"

namespace plumbline::daemon {
namespace {

using namespace std::chrono_literals;
using namespace test;

SourceStatus fresh_status() {
  return SourceStatus("prod", "main", TimePoint(1s));
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
  CHECK(string_member(json_of(status), "sync") == "Unknown");
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
  const auto json = json_of(status);
  CHECK(string_member(json, "sync") == "Synced");
  CHECK(string_member(json, "lastAppliedRevision") == "main@sha1:aaaa");
  CHECK(string_member(json, "lastReconcileId") == "abcd");
}

TEST_CASE("a source whose ZoneWorker is not as it should be is out of sync, and has not applied its revision") {
  auto status = fresh_status();
  status.loaded("main@sha1:aaaa", 1);
  auto report = observed({});
  report.plan->zone_workers = {zone("example.com", Action::update)};
  report.plan->zone_workers[0].block = reconciler::Block{reconciler::Reason::drifted, "only reported", ""};
  report.plan->zone_workers[0].drift = true;
  status.finished(report);
  const auto json = json_of(status);
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
  status.finished(observed({blocked("a", Action::remove, reconciler::Reason::threshold_exceeded)}));
  CHECK(truth(status, "Blocked") == Truth::yes);
  CHECK(reason(status, "Blocked") == "ThresholdExceeded");
  CHECK(truth(status, "Ready") == Truth::no);
  CHECK(string_member(json_of(status), "lastAppliedRevision").empty());
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
  report.plan->workers[0].block = reconciler::Block{reconciler::Reason::drifted, "only reported", ""};
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
  report.plan->workers[0].lines.back().origin = reconciler::Origin::drift;
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

TEST_CASE(
    "a Worker that cannot be read any more keeps the time at which it was read, and one that never was has none") {
  auto status = fresh_status();
  auto report = observed({change("a", Action::no_op)});
  report.plan->observed_at = TimePoint(900s);
  status.finished(report);
  reconciler::LiveWorker unread;
  unread.failure = error_of(api::ErrorKind::server);
  auto later = observed({blocked("a", Action::no_op, reconciler::Reason::read_failed),
                         blocked("b", Action::no_op, reconciler::Reason::read_failed)});
  for (auto& worker : later.plan->workers) worker.live = std::make_shared<const reconciler::LiveWorker>(unread);
  later.plan->observed_at = TimePoint(1900s);
  status.finished(later);
  const auto workers = json_of(status).at("workers");
  CHECK(string_member(workers.at(0), "sync") == "Unknown");
  CHECK(string_member(workers.at(0), "read_at") == "1970-01-01T00:15:00Z");
  CHECK(workers.at(1).at("read_at").is_null());
}

TEST_CASE("the condition of drift names the Workers that drifted") {
  auto status = fresh_status();
  auto report = observed({drifted("a"), drifted("b"), drifted("c")});
  for (auto& worker : report.plan->workers) worker.block = reconciler::Block{reconciler::Reason::drifted, "", ""};
  status.finished(report);
  CHECK(status.conditions().find("Drifted")->second.message ==
        "changed behind Plumbline's back: worker.a, worker.b and 1 more");
}

TEST_CASE("a revision that no pass has compared is not called synced, nor is one while the newest is not known") {
  auto status = fresh_status();
  status.loaded("main@sha1:aaaa", 1);
  status.finished(observed({change("a", Action::no_op)}));
  CHECK(string_member(json_of(status), "sync") == "Synced");
  status.loaded("main@sha1:bbbb", 1);
  CHECK(string_member(json_of(status), "sync") == "Unknown");
  status.loaded("main@sha1:aaaa", 1);
  status.finished(observed({change("a", Action::no_op)}));
  status.fetch_failed(TimePoint(1100s), {FetchProblem::Kind::verification, "commit cccc is not verified"});
  CHECK(string_member(json_of(status), "sync") == "Unknown");
  CHECK(string_member(json_of(status), "lastAppliedRevision") == "main@sha1:aaaa");
}

TEST_CASE("an error of the account makes every source of it not ready, until a pass of its own tells more") {
  auto status = fresh_status();
  status.finished(observed({change("a", Action::no_op)}));
  status.account_stopped(TimePoint(1100s), error_of(api::ErrorKind::forbidden));
  CHECK(truth(status, "Ready") == Truth::no);
  CHECK(status.conditions().find("Ready")->second.message.contains("account main is stopped: "));
  CHECK(string_member(json_of(status), "sync") == "Unknown");
  status.finished(observed({change("a", Action::no_op)}));
  CHECK(truth(status, "Ready") == Truth::yes);
  CHECK(string_member(json_of(status), "sync") == "Synced");
}

}  // namespace
}  // namespace plumbline::daemon
