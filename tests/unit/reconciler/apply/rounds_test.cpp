#include "reconciler/apply/rounds.h"

#include <doctest/doctest.h>

#include "tests/unit/reconciler/results.h"

namespace plumbline::reconciler {
namespace {

using namespace test;

TEST_CASE("a lost answer opens its Worker again, with whatever waited for it") {
  ApplyReport report;
  report.workers = {result("a", Action::create, Status::replan), result("b", Action::create, Status::skipped),
                    result("c", Action::create, Status::done), result("d", Action::create, Status::failed)};
  CHECK(open_workers(report) == std::set<std::string>{"a", "b"});
}

TEST_CASE("without a lost answer nothing is opened again") {
  ApplyReport report;
  report.workers = {result("b", Action::create, Status::skipped), result("d", Action::create, Status::failed)};
  CHECK(open_workers(report).empty());
}

TEST_CASE("a stopped account opens nothing again") {
  ApplyReport report;
  report.workers = {result("a", Action::create, Status::replan), result("d", Action::create, Status::failed)};
  report.workers[1].error = error_of(api::ErrorKind::forbidden);
  CHECK(open_workers(report).empty());
}

TEST_CASE("a Worker that the new plan finds as it should be was written after all") {
  ApplyReport report;
  report.workers = {result("a", Action::create, Status::replan)};
  report.calls = 1;
  Plan plan;
  plan.workers = {change("a", Action::no_op)};
  merge_round(report, plan, {});
  CHECK(report.workers[0].status == Status::done);
  CHECK(report.workers[0].message.empty());
  CHECK(report.added == 1);
  CHECK(!report.failed());
}

TEST_CASE("a Worker that is gone after a lost delete was deleted") {
  ApplyReport report;
  report.workers = {result("a", Action::remove, Status::replan)};
  merge_round(report, {}, {});
  CHECK(report.destroyed == 1);
}

TEST_CASE("a second round counts under the action that was planned first") {
  ApplyReport report;
  report.workers = {result("a", Action::create, Status::replan), result("b", Action::update, Status::done)};
  report.calls = 2;
  Plan plan;
  plan.workers = {change("a", Action::update)};
  ApplyReport round;
  round.workers = {result("a", Action::update, Status::done)};
  round.calls = 1;
  merge_round(report, plan, round);
  CHECK(report.added == 1);
  CHECK(report.changed == 1);
  CHECK(report.calls == 3);
}

TEST_CASE("what a new plan changes beyond the approved one is held back, what is left of it is not") {
  Plan approved;
  approved.workers = {change("a", Action::update), change("b", Action::update), change("c", Action::create)};
  for (auto& worker : approved.workers) worker.lines = {{'~', "logpush", "", {}}, {'~', "binding A", "", {}}};
  Plan again = approved;
  again.workers[0].lines.pop_back();
  again.workers[1].lines.push_back({'~', "module index.js", "", {}});
  again.workers[2].action = Action::update;
  again.workers.push_back(change("d", Action::update));
  for (auto& worker : again.workers) worker.calls.emplace_back();
  hold_back_additions(again, approved);
  CHECK(again.workers[0].writes());
  REQUIRE(again.workers[1].block);
  CHECK(again.workers[1].block->reason == Reason::plan_changed);
  CHECK(again.workers[2].writes());
  CHECK(again.workers[3].block);
}

TEST_CASE("a Worker that the new plan holds back has failed") {
  ApplyReport report;
  report.workers = {result("a", Action::update, Status::replan)};
  Plan plan;
  plan.workers = {blocked("a", Action::update, Reason::foreign_rollout)};
  merge_round(report, plan, {});
  CHECK(report.workers[0].status == Status::failed);
  CHECK(report.workers[0].message == "ForeignRollout: something stands in the way");
}

TEST_CASE("what is open when no further round follows says how often it was tried") {
  ApplyReport report;
  report.workers = {result("a", Action::update, Status::replan), result("b", Action::update, Status::failed),
                    result("c", Action::update, Status::skipped), result("d", Action::update, Status::done)};
  report.workers[0].exposure = {{.address = "route.a", .status = Status::replan},
                                {.address = "route.b", .status = Status::done}};
  report.zone_workers = {{.address = "zone_worker.example.com", .status = Status::replan}};
  give_up(report, 3);
  CHECK(report.workers[0].tries == 3);
  CHECK(report.workers[0].exposure[0].tries == 3);
  CHECK(report.workers[0].exposure[1].tries == 0);
  CHECK(report.zone_workers[0].tries == 3);
  for (const auto settled : {1U, 2U, 3U}) CHECK(report.workers[settled].tries == 0);
}

TEST_CASE("a plan of another round leaves settled Workers alone") {
  Plan plan;
  plan.workers = {change("a", Action::update), change("b", Action::update)};
  keep_only(plan, {"b"});
  REQUIRE(plan.workers.size() == 1);
  CHECK(plan.workers[0].name == "b");
}

}  // namespace
}  // namespace plumbline::reconciler
