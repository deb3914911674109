#include <doctest/doctest.h>

#include "tests/unit/reconciler/apply/steps/one_apply.h"

namespace plumbline::reconciler {
namespace {

using api::ErrorKind;
using test::OneApply;
using test::Status;
using test::Texts;

TEST_SUITE("apply schedule") {
  TEST_CASE("independent Workers fill the lanes in the order of the plan, and each that ends makes room for one") {
    OneApply apply(test::plan_to_apply(
                       {test::new_worker("a"), test::new_worker("b"), test::new_worker("c"), test::new_worker("d")}),
                   2);
    CHECK(apply.begin() == Texts{"a", "b"});
    CHECK(apply.begin().empty());
    apply.end("b");
    CHECK(apply.begin() == Texts{"c"});
    apply.end("a");
    apply.end("c");
    CHECK(apply.begin() == Texts{"d"});
    apply.end("d");
    CHECK(apply.begin().empty());
    CHECK(apply.ended() == Texts{"b done", "a done", "c done", "d done"});
  }

  TEST_CASE("there is at least one lane") {
    OneApply none(test::plan_to_apply({test::new_worker("a"), test::new_worker("b")}), 0);
    CHECK(none.begin() == Texts{"a"});
  }

  TEST_CASE("a Worker begins as soon as all that it waits for has ended, and waits for nobody else") {
    OneApply apply(test::plan_to_apply(
        {test::new_worker("a"), test::new_worker("b"), test::new_worker("needs-a", {"worker.a"}),
         test::new_worker("needs-both", {"worker.a", "worker.b"}), test::new_worker("last", {"worker.needs-a"})}));
    CHECK(apply.begin() == Texts{"a", "b"});
    apply.end("a");
    CHECK(apply.begin() == Texts{"needs-a"});
    apply.end("needs-a");
    CHECK(apply.begin() == Texts{"last"});
    apply.end("b");
    CHECK(apply.begin() == Texts{"needs-both"});
  }

  TEST_CASE("who waits twice for the same waits for it once") {
    OneApply apply(test::plan_to_apply({test::new_worker("a"), test::new_worker("b", {"worker.a", "worker.a"})}));
    CHECK(apply.begin() == Texts{"a"});
    apply.end("a");
    CHECK(apply.begin() == Texts{"b"});
  }

  TEST_CASE("no delete begins before the last other change has ended") {
    OneApply apply(test::plan_to_apply({test::new_worker("a"), test::new_worker("b"), test::gone_worker("old")}));
    CHECK(apply.begin() == Texts{"a", "b"});
    apply.end("a");
    CHECK(apply.begin().empty());
    apply.end("b");
    CHECK(apply.begin() == Texts{"old"});
  }

  TEST_CASE("after a newer revision has come, what is under way ends and nothing else begins") {
    auto two_calls = test::changed_worker("a");
    two_calls.calls.push_back(test::bare_call("put_secret"));
    OneApply apply(test::plan_to_apply({std::move(two_calls), test::new_worker("b"),
                                        test::new_worker("c", {"worker.a"}), test::gone_worker("old")}),
                   1);
    CHECK(apply.begin() == Texts{"a"});
    apply.supersede();
    apply.end("a");
    CHECK(apply.begin().empty());
    CHECK(apply.ended() == Texts{"a done"});
    const auto report = apply.report();
    CHECK(report.superseded == 3);
    CHECK(report.workers.size() == 1);
    CHECK_FALSE(report.failed());
  }

  TEST_CASE("a chain of thousands is carried out one after the other, and its order takes no time to find") {
    constexpr std::size_t kLength = 20'000;
    std::vector<WorkerChange> chain;
    chain.reserve(kLength);
    for (std::size_t i = 0; i < kLength; ++i) {
      std::vector<std::string> after;
      if (i > 0) after.push_back("worker.w" + std::to_string(i - 1));
      chain.push_back(test::new_worker("w" + std::to_string(i), std::move(after)));
    }
    OneApply apply(test::plan_to_apply(std::move(chain)));
    for (std::size_t i = 0; i < kLength; ++i) {
      REQUIRE(apply.begin() == Texts{"w" + std::to_string(i)});
      apply.end("w" + std::to_string(i));
    }
  }

  TEST_CASE("what is no Worker of the plan keeps nobody waiting") {
    OneApply apply(test::plan_to_apply({test::new_worker("a", {"route.x.example.com/*", "worker.elsewhere"})}));
    CHECK(apply.run() == Texts{"a: look", "a: make by upload_script", "a: remember"});
  }

  TEST_CASE("a circle does not hang: it runs in the order of the plan") {
    OneApply apply(test::plan_to_apply({test::new_worker("a", {"worker.b"}), test::new_worker("b", {"worker.a"}),
                                        test::new_worker("c", {"worker.c"}), test::new_worker("d", {"worker.a"}),
                                        test::new_worker("free")}),
                   1);
    apply.run();
    CHECK(apply.ended() == Texts{"free done", "a done", "b done", "c done", "d done"});
  }

  TEST_CASE("whoever needs what is not applied is skipped, and so is whoever needs that one") {
    struct Row {
      ErrorKind kind;
      std::string_view first;
    };
    constexpr std::array kRows{Row{ErrorKind::invalid, "a failed: it went wrong"},
                               Row{ErrorKind::lost_answer, "a replan: it went wrong"},
                               Row{ErrorKind::cancelled, "a skipped: it went wrong"}};
    for (const auto& [kind, first] : kRows) {
      OneApply apply(test::plan_to_apply({test::new_worker("a"), test::new_worker("b", {"worker.a"}),
                                          test::new_worker("c", {"worker.b"}), test::new_worker("free")}));
      apply.odd["a"] = test::fails_at("make by upload_script", kind);
      apply.run();
      CHECK(apply.ended() == Texts{std::string(first), "free done",
                                   "b skipped: waits for worker.a, which is not applied",
                                   "c skipped: waits for worker.b, which is not applied"});
    }
  }

  TEST_CASE("a Worker that only comes after another one goes on whatever becomes of that") {
    auto after = test::new_worker("b", {"worker.a"});
    after.needs.clear();
    OneApply apply(test::plan_to_apply({test::new_worker("a"), std::move(after)}));
    apply.odd["a"] = test::fails_at("make by upload_script", ErrorKind::invalid);
    apply.run();
    CHECK(apply.ended() == Texts{"a failed: it went wrong", "b done"});
  }

  TEST_CASE("whoever needs a Worker that is held back is skipped") {
    auto held = test::new_worker("a");
    held.block = Block{Reason::foreign_rollout, "something stands in the way", "do this"};
    OneApply apply(test::plan_to_apply({std::move(held), test::new_worker("b", {"worker.a"})}));
    apply.run();
    CHECK(apply.ended() == Texts{"b skipped: waits for worker.a, which is not applied"});
  }

  TEST_CASE("whoever needs a Worker that has nothing to do goes on") {
    OneApply apply(test::plan_to_apply({test::change("a", Action::no_op), test::new_worker("b", {"worker.a"})}));
    apply.run();
    CHECK(apply.ended() == Texts{"b done"});
  }

  TEST_CASE("a route that is needed is known by its address, whatever becomes of its Worker") {
    auto taker = test::changed_worker("taker");
    taker.exposure = {test::route_of("x"), test::route_of("y")};
    auto needs_x = test::gone_worker("needs-x", {"route.x.example.com/*"});
    auto needs_y = test::gone_worker("needs-y", {"route.y.example.com/*"});
    const auto fails = test::exposure_fails(taker.exposure[0], Status::failed);
    OneApply apply(test::plan_to_apply({std::move(taker), std::move(needs_x), std::move(needs_y)}));
    apply.odd["taker"] = {{"expose route.x.example.com/*", fails}};
    apply.run();
    CHECK(apply.ended() == Texts{"taker failed: route.x.example.com/*: something is wrong",
                                 "needs-x skipped: waits for route.x.example.com/*, which is not applied",
                                 "needs-y done"});
  }

  TEST_CASE("a Worker whose route fails is there all the same for whoever needs it") {
    auto exposed = test::new_worker("a");
    exposed.exposure = {test::route_of("x")};
    const auto fails = test::exposure_fails(exposed.exposure[0], Status::failed);
    OneApply apply(test::plan_to_apply({std::move(exposed), test::new_worker("b", {"worker.a"})}));
    apply.odd["a"] = {{"expose route.x.example.com/*", fails}};
    apply.run();
    CHECK(apply.ended() == Texts{"a failed: route.x.example.com/*: something is wrong", "b done"});
  }

  TEST_CASE("deletes come after all else, in an order of their own") {
    OneApply apply(test::plan_to_apply({test::gone_worker("old-a", {"worker.old-b"}), test::gone_worker("old-b"),
                                        test::new_worker("a"), test::new_worker("b", {"worker.a"})}));
    apply.run();
    CHECK(apply.ended() == Texts{"a done", "b done", "old-b done", "old-a done"});
  }

  TEST_CASE("a delete is skipped if what has to go or change before it is not applied") {
    OneApply apply(test::plan_to_apply(
        {test::changed_worker("a"), test::gone_worker("old", {"worker.a"}), test::gone_worker("other")}));
    apply.odd["a"] = test::fails_at("call put_schedules", ErrorKind::conflict);
    apply.run();
    CHECK(apply.ended() ==
          Texts{"a replan: it went wrong", "old skipped: waits for worker.a, which is not applied", "other done"});
  }

  TEST_CASE("ZoneWorkers come first, one at a time") {
    auto plan = test::plan_to_apply({test::new_worker("a")});
    plan.zone_workers = {test::zone_to_write("one.example"), test::zone("same.example", Action::no_op),
                         test::zone_to_write("two.example")};
    OneApply apply(std::move(plan));
    CHECK(apply.begin() == Texts{"zone_worker.one.example"});
    apply.end("zone_worker.one.example");
    CHECK(apply.begin() == Texts{"zone_worker.two.example"});
    apply.end("zone_worker.two.example");
    CHECK(apply.begin() == Texts{"a"});
  }

  TEST_CASE("a plan that only reports is not carried out") {
    auto plan = test::plan_to_apply({test::new_worker("a")});
    plan.policy = Prune::report;
    const Policy policy;
    ApplySchedule schedule(&plan, &policy, Lanes());
    CHECK_FALSE(schedule.next());
    CHECK(schedule.report(0).workers.empty());
  }

  TEST_CASE("the report has what ended in its order, and counts what is done") {
    auto adopted = test::changed_worker("adopted");
    adopted.importing = true;
    auto plan = test::plan_to_apply(
        {test::new_worker("a"), std::move(adopted), test::changed_worker("bad"), test::gone_worker("old")});
    plan.zone_workers = {test::zone_to_write("one.example")};
    OneApply apply(std::move(plan));
    apply.odd["bad"] = test::fails_at("call put_schedules", ErrorKind::invalid);
    apply.run();
    const auto report = apply.report();
    Texts names;
    for (const auto& worker : report.workers) names.push_back(worker.name);
    CHECK(names == Texts{"a", "adopted", "bad", "old"});
    CHECK(report.zone_workers.size() == 1);
    CHECK(report.added == 1);
    CHECK(report.imported == 1);
    CHECK(report.changed == 1);
    CHECK(report.destroyed == 1);
    CHECK(report.calls == 7);
    CHECK(report.failed());
  }
}

}  // namespace
}  // namespace plumbline::reconciler
