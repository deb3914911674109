#include "daemon/controller/source_log.h"

#include <doctest/doctest.h>

#include "tests/unit/daemon/passes.h"
#include "tests/unit/daemon/recorded_log.h"

namespace plumbline::daemon {
namespace {

using namespace std::chrono_literals;
using namespace test;

using Lines = std::vector<std::string>;

// The log of a source whose clock a test turns.
struct Told {
  RecordedLog lines;
  TimePoint now{1h};
  LastingLog lasting{lines, [this] { return now; }};
  SourceLog log{lines, lasting, "prod"};

  // The lines of a pass but for those of the pass itself.
  Lines pass(const PassReport& report, const std::set<std::string>& drifted = {}) {
    log.pass(report, 1, {}, drifted);
    auto all = lines.take();
    std::erase_if(all, [](const auto& line) { return line.contains(" reconciled "); });
    return all;
  }
};

PassReport with_results(std::vector<WorkerResult> results) {
  auto report = observed({});
  report.applied.workers = std::move(results);
  return report;
}

FetchProblem no_route() {
  return {.message = "no route to host"};
}

TEST_CASE("a fetch that goes on failing is told once, hourly, and when it works again") {
  Told told;
  told.log.fetch_failed(no_route(), 1, "main@sha1:aaaa", 1s);
  CHECK(told.lines.take() == Lines{"warning fetch failed source=prod error=\"no route to host\" failures=1 "
                                   "in_force=main@sha1:aaaa next_ms=1000"});
  told.now += 10min;
  told.log.fetch_failed(no_route(), 2, "main@sha1:aaaa", 2s);
  CHECK(told.lines.take().empty());
  told.now += 50min;
  told.lasting.remind();
  CHECK(told.lines.take() == Lines{"warning fetch failed source=prod error=\"no route to host\" failures=2 "
                                   "in_force=main@sha1:aaaa next_ms=2000 since=1970-01-01T01:00:00Z"});
  told.log.fetched("");
  CHECK(told.lines.take() == Lines{"info fetch works again source=prod since=1970-01-01T01:00:00Z"});
  told.log.fetched("");
  CHECK(told.lines.take().empty());
}

TEST_CASE("a commit that is refused ends what kept it from being fetched") {
  Told told;
  told.log.fetch_failed(no_route(), 1, "nothing", 1s);
  told.lines.take();
  told.log.fetch_failed({FetchProblem::Kind::verification, "commit ef is not verified"}, 2, "nothing", 1s);
  CHECK(told.lines.take() == Lines{"info fetch works again source=prod since=1970-01-01T01:00:00Z",
                                   "error commit not verified source=prod error=\"commit ef is not verified\" "
                                   "failures=2 in_force=nothing next_ms=1000"});
}

TEST_CASE("a manifest that stays broken over revisions is told once, and when it is mended") {
  Told told;
  manifests::DesiredState desired;
  desired.diagnostics = {{Severity::error, {"b.yaml", 3, 1}, "unknown field \"x\"", ""}};
  told.log.new_revision(desired, {});
  told.log.new_revision(desired, {});
  CHECK(told.lines.count("manifest problem") == 1);
  CHECK(told.lines.count("error manifest problem source=prod diagnostic=\"b.yaml:3:1: error: ") == 1);
  told.lines.take();
  told.log.new_revision({}, {});
  CHECK(told.lines.count("info manifest problem is mended source=prod diagnostic=\"b.yaml:3:1: error: ") == 1);
}

TEST_CASE("a Worker that stays blocked is told once with the cause, again with another one, and when it goes on") {
  Told told;
  const auto conflict = observed({blocked("a", Action::update, reconciler::Reason::ownership_conflict)});
  CHECK(told.pass(conflict) ==
        Lines{"warning held back source=prod address=worker.a problem=\"worker.a: blocked (OwnershipConflict): "
              "something stands in the way; to go on: do this\""});
  told.now += 1min;
  CHECK(told.pass(conflict).empty());
  CHECK(told.pass(observed({blocked("a", Action::update, reconciler::Reason::data_loss)})) ==
        Lines{"warning held back source=prod address=worker.a problem=\"worker.a: blocked (DataLoss): something "
              "stands in the way; to go on: do this\" since=1970-01-01T01:00:00Z"});
  CHECK(told.pass(observed({change("a", Action::no_op)})) ==
        Lines{"info no longer held back source=prod address=worker.a since=1970-01-01T01:00:00Z"});
}

TEST_CASE("a pass that could not read the account ends nothing") {
  Told told;
  told.pass(observed({blocked("a", Action::update, reconciler::Reason::read_failed)}));
  CHECK(told.pass(unreachable(api::ErrorKind::server)).empty());
}

TEST_CASE("drift that is held is told once and when it is over, drift that comes back is told each time") {
  Told told;
  DriftedWorker drift{.name = "a", .address = "worker.a", .what = {"logpush"}, .changed_by = "dash"};
  const std::string found =
      "warning drift found source=prod worker=a what=[\"logpush\"] changed_by=dash handling=held reconcile=";
  told.log.drift(drift, "r1");
  CHECK(told.lines.take() == Lines{found + "r1"});
  CHECK(told.pass(observed({}), {"worker.a"}).empty());
  told.log.drift(drift, "r2");
  CHECK(told.lines.take().empty());
  const Lines over{"info drift is over source=prod worker=a since=1970-01-01T01:00:00Z"};
  CHECK(told.pass(observed({})) == over);
  told.log.drift(drift, "r3");
  CHECK(told.lines.take() == Lines{found + "r3"});
}

TEST_CASE("a Worker that is tried again says so, and in the end that it failed, how often it was tried, and why") {
  Told told;
  auto open = result("a", Action::update, Status::replan);
  told.log.worker(open, "r1", SourceLog::Daemon::runs);
  CHECK(told.lines.take() ==
        Lines{"warning worker not settled yet source=prod worker=a error=\"the answer is lost\" reconcile=r1"});
  auto given_up = open;
  given_up.tries = 3;
  told.log.worker(given_up, "r1", SourceLog::Daemon::runs);
  CHECK(told.lines.take() ==
        Lines{"error worker failed source=prod worker=a error=\"the answer is lost\" attempts=3 reconcile=r1"});
  CHECK(told.pass(with_results({given_up})).empty());
  // The next pass fails in the same way.
  told.log.worker(open, "r2", SourceLog::Daemon::runs);
  told.log.worker(given_up, "r2", SourceLog::Daemon::runs);
  CHECK(told.lines.take() ==
        Lines{"debug worker not settled yet source=prod worker=a error=\"the answer is lost\" reconcile=r2"});
  CHECK(told.pass(with_results({result("a", Action::update, Status::done)})) ==
        Lines{"info worker no longer fails source=prod worker=a since=1970-01-01T01:00:00Z"});
}

TEST_CASE("what a stop leaves is not told as failed") {
  Told told;
  auto given_up = result("a", Action::update, Status::replan);
  given_up.tries = 1;
  told.log.worker(given_up, "r1", SourceLog::Daemon::stops);
  CHECK(told.lines.take() == Lines{"info worker left for the next start source=prod worker=a"});
}

TEST_CASE("a pass that comes to the same as the one before is no news, one that writes is") {
  Told told;
  const auto idle = observed({change("a", Action::no_op)});
  told.log.pass(idle, 1, {}, {});
  CHECK(told.lines.count("info reconciled source=prod result=noop") == 1);
  told.log.pass(idle, 1, {}, {});
  CHECK(told.lines.count("info reconciled") == 1);
  CHECK(told.lines.count("debug reconciled") == 1);
  told.now += 1h;
  told.log.pass(idle, 1, {}, {});
  CHECK(told.lines.count("info reconciled") == 2);
  auto writes = observed({change("a", Action::update)});
  writes.applied.workers = {result("a", Action::update, Status::done)};
  writes.applied.calls = 1;
  told.log.pass(writes, 1, {}, {});
  told.log.pass(writes, 1, {}, {});
  CHECK(told.lines.count("info reconciled source=prod result=success") == 2);
}

TEST_CASE("a stopped account is told once by all its sources, and when it works again") {
  Told told;
  SourceLog other(told.lines, told.lasting, "staging");
  const auto refused = error_of(api::ErrorKind::forbidden);
  told.log.account_stopped("main", refused);
  other.account_stopped("main", refused);
  CHECK(told.lines.count("error account stopped") == 1);
  told.lines.take();
  other.account_works("main");
  told.log.account_works("main");
  CHECK(told.lines.take() == Lines{"info account works again account=main since=1970-01-01T01:00:00Z"});
}

TEST_CASE("a note of the plan that is none of a manifest is told while it holds") {
  Told told;
  manifests::DesiredState desired;
  desired.diagnostics = {{Severity::warning, {"a.yaml", 1, 1}, "of the manifest", ""}};
  told.log.new_revision(desired, {});
  told.lines.take();
  auto report = observed({});
  report.plan->diagnostics = desired.diagnostics;
  report.plan->diagnostics.push_back({Severity::warning, {}, "worker.a names worker.b", ""});
  CHECK(told.pass(report) == Lines{"warning plan note source=prod diagnostic=\"warning: worker.a names worker.b\""});
  CHECK(told.pass(report).empty());
}

}  // namespace
}  // namespace plumbline::daemon
