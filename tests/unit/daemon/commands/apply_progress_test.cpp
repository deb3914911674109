#include "daemon/commands/apply_progress.h"

#include <doctest/doctest.h>

#include "tests/unit/reconciler/results.h"

using namespace plumbline;
using namespace plumbline::daemon;
using namespace std::chrono_literals;
using reconciler::Action;
using reconciler::ChangeStatus;

namespace {

reconciler::Plan plan_of(int workers) {
  reconciler::Plan plan;
  for (int i = 0; i < workers; ++i) {
    reconciler::WorkerChange change;
    change.name = "w" + std::to_string(i);
    change.action = Action::create;
    change.calls.push_back({"upload_script", {{"script_name", change.name}}, "upload the code"});
    plan.workers.push_back(std::move(change));
  }
  return plan;
}

reconciler::WorkerResult result_of(int worker, ChangeStatus status, std::string message = {}) {
  reconciler::WorkerResult result;
  result.name = "w" + std::to_string(worker);
  result.action = Action::create;
  result.status = status;
  result.own = status;
  result.message = std::move(message);
  return result;
}

const ApplyProgress::Instant kBegun{};

}  // namespace

TEST_CASE("how far an apply is: how many of how many have ended, and about how long it takes still") {
  const auto plan = plan_of(200);
  ApplyProgress progress(plan, kBegun);
  CHECK(progress.line(kBegun + 1s, {}) == "0 of 200 changes ended");
  for (int i = 0; i < 50; ++i) progress.ended(result_of(i, ChangeStatus::done));
  CHECK(progress.line(kBegun + 10s, {}) == "50 of 200 changes ended, about 30 s left");
  CHECK(progress.line(kBegun + 100s, {}) == "50 of 200 changes ended, about 5 min left");
}

TEST_CASE("what an apply waits for is said") {
  const auto plan = plan_of(2);
  const ApplyProgress progress(plan, kBegun);
  CHECK(progress.line(kBegun, TimePoint(1h)) ==
        "0 of 2 changes ended, waits for the budget of calls until 1970-01-01T01:00:00Z");
}

TEST_CASE("a change that a later round ends again counts once") {
  const auto plan = plan_of(2);
  ApplyProgress progress(plan, kBegun);
  progress.ended(result_of(0, ChangeStatus::replan));
  CHECK(progress.line(kBegun + 1s, {}).starts_with("0 of 2"));
  progress.ended(result_of(0, ChangeStatus::done));
  progress.ended(result_of(0, ChangeStatus::done));
  CHECK(progress.line(kBegun + 1s, {}).starts_with("1 of 2"));
}

TEST_CASE("a stop is summed up and not told of each change that it leaves") {
  const auto plan = plan_of(5);
  ApplyProgress progress(plan, kBegun);
  CHECK(progress.ended(result_of(0, ChangeStatus::done)) == std::vector<std::string>{"worker.w0: created (1 call)"});
  CHECK(progress.left_line().empty());
  progress.stop();
  CHECK(progress.ended(result_of(1, ChangeStatus::failed, "HTTP 500")) ==
        std::vector<std::string>{"worker.w1: failed: HTTP 500"});
  for (int i = 2; i < 5; ++i) CHECK(progress.ended(result_of(i, ChangeStatus::skipped, "stopped")).empty());
  CHECK(progress.left_line() ==
        "Stopped: 2 of 5 changes ended, 3 left as they were. Run the same command again to go on.");
}

TEST_CASE("a change that is tried again says so, and one that is given up says that it failed, how often, and why") {
  const auto plan = plan_of(1);
  ApplyProgress progress(plan, kBegun);
  auto open = result_of(0, ChangeStatus::replan, "somebody else wrote");
  CHECK(progress.ended(open) ==
        std::vector<std::string>{"worker.w0: not settled yet, looking again: somebody else wrote"});
  open.tries = 3;
  CHECK(progress.ended(open) == std::vector<std::string>{"worker.w0: failed after 3 attempts: somebody else wrote"});
  CHECK(progress.line(kBegun + 1s, {}) == "1 of 1 change ended");
}
