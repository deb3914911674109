#include <doctest/doctest.h>

#include "tests/unit/reconciler/apply/steps/one_apply.h"

namespace plumbline::reconciler {
namespace {

using api::ErrorKind;
using test::OneApply;
using test::Status;
using test::Texts;

TEST_SUITE("apply schedule of a circle of new Workers") {
  TEST_CASE("those that are made first come one after the other, the rest of their calls by what they wait for") {
    OneApply apply(test::plan_to_apply({test::made_first("a", {"worker.b"}), test::new_worker("b", {"worker.a"}),
                                        test::made_first("c", {"worker.b"})}));
    CHECK(apply.run() == Texts{"a first: look", "a first: make by upload_script",     //
                               "c first: look", "c first: make by upload_script",     //
                               "b: look", "b: make by upload_script", "b: remember",  //
                               "a: call put_schedules", "a: remember", "c: call put_schedules", "c: remember"});
    CHECK(apply.ended() == Texts{"b done", "a done", "c done"});
  }

  TEST_CASE("one at a time although there are lanes") {
    OneApply apply(test::plan_to_apply({test::made_first("a", {"worker.b"}), test::made_first("b", {"worker.a"})}));
    CHECK(apply.begin() == Texts{"a first"});
    apply.end("a first");
    CHECK(apply.begin() == Texts{"b first"});
    apply.end("b first");
    CHECK(apply.begin() == Texts{"a", "b"});
  }

  TEST_CASE("one that cannot be made has ended, and whoever needs it is skipped") {
    auto needs = test::new_worker("b", {"worker.a"});
    OneApply apply(test::plan_to_apply(
        {test::made_first("a", {"worker.b"}), std::move(needs), test::made_first("c", {"worker.b"})}));
    apply.odd["a"] = test::fails_at("make by upload_script", ErrorKind::invalid);
    CHECK(apply.run() == Texts{"a first: look", "a first: make by upload_script",  //
                               "c first: look", "c first: make by upload_script",  //
                               "c: call put_schedules", "c: remember"});
    CHECK(apply.ended() ==
          Texts{"a first failed: it went wrong", "b skipped: waits for worker.a, which is not applied", "c done"});
  }

  TEST_CASE("one that is held back is not made") {
    auto held = test::made_first("a", {});
    held.block = Block{Reason::data_loss, "something stands in the way", "do this"};
    OneApply apply(test::plan_to_apply({std::move(held), test::new_worker("b")}));
    CHECK(apply.run() == Texts{"b: look", "b: make by upload_script", "b: remember"});
  }
}

TEST_SUITE("apply schedule that ends early") {
  TEST_CASE("an error of the account stops all that has not begun") {
    OneApply apply(test::plan_to_apply({test::new_worker("a"), test::new_worker("b"),
                                        test::new_worker("c", {"worker.b"}), test::gone_worker("old")}),
                   1);
    apply.odd["a"] = test::fails_at("make by upload_script", ErrorKind::forbidden);
    CHECK(apply.run() == Texts{"a: look", "a: make by upload_script"});
    CHECK(apply.ended() == Texts{"a failed: it went wrong", "b skipped: the account is stopped",
                                 "c skipped: waits for worker.b, which is not applied",
                                 "old skipped: the account is stopped"});
    const auto report = apply.report();
    REQUIRE(report.account_error() != nullptr);
    CHECK(report.account_error()->kind == ErrorKind::forbidden);
  }

  TEST_CASE("what is under way when the account stops makes no further call") {
    auto two_calls = test::changed_worker("b");
    two_calls.calls.push_back(test::bare_call("put_secret"));
    OneApply apply(test::plan_to_apply({test::changed_worker("a"), std::move(two_calls)}), 2);
    apply.odd["a"] = test::fails_at("call put_schedules", ErrorKind::blocked);
    apply.odd["b"] = {{"call put_schedules", [&apply](ChangeSteps& steps) {
                         apply.end("a");
                         steps.called(Called{JsonObject()});
                       }}};
    apply.begin();
    apply.end("b");
    CHECK(apply.ended() == Texts{"a failed: it went wrong", "b skipped: the account is stopped"});
  }

  TEST_CASE("an error of the account at a ZoneWorker stops the others and every Worker") {
    auto plan = test::plan_to_apply({test::made_first("first", {}), test::new_worker("a")});
    plan.zone_workers = {test::zone_to_write("broken.example"), test::zone_to_write("two.example")};
    OneApply apply(std::move(plan));
    CHECK(apply.run() == Texts{"zone_worker.broken.example: look", "zone_worker.broken.example: note begun",
                               "zone_worker.broken.example: call put_zone_script"});
    CHECK(apply.ended() == Texts{"zone_worker.broken.example failed: it went wrong",
                                 "zone_worker.two.example skipped: the account is stopped",
                                 "first first skipped: the account is stopped", "a skipped: the account is stopped"});
  }

  TEST_CASE("an error of one Worker alone stops nobody else") {
    for (const auto kind : {ErrorKind::invalid, ErrorKind::rate_limited, ErrorKind::server, ErrorKind::unreachable,
                            ErrorKind::stale_source, ErrorKind::conflict}) {
      OneApply apply(test::plan_to_apply({test::changed_worker("a"), test::changed_worker("b")}), 1);
      apply.odd["a"] = test::fails_at("call put_schedules", kind);
      apply.run();
      CHECK(apply.ended().back() == "b done");
    }
  }

  TEST_CASE("wherever it is stopped, no call is made after it and every change is told of") {
    auto exposed = test::new_worker("a");
    exposed.exposure = {test::route_of("x")};
    exposed.calls.push_back(test::bare_call("put_schedules"));
    auto plan = test::plan_to_apply(
        {test::made_first("first", {}), std::move(exposed), test::new_worker("b"), test::gone_worker("old")});
    plan.zone_workers = {test::zone_to_write("one.example")};
    const auto all = OneApply(plan, 1).run();
    for (std::size_t after = 0; after <= all.size(); ++after) {
      CAPTURE(after);
      OneApply apply(plan, 1);
      apply.stop_after = after;
      const auto taken = apply.run();
      REQUIRE(taken.size() >= after);
      CHECK(std::equal(taken.begin(), taken.begin() + static_cast<std::ptrdiff_t>(after), all.begin()));
      // What was called is remembered; nothing else follows.
      for (std::size_t i = after; i < taken.size(); ++i) {
        const bool writes = taken[i].contains("call ") || taken[i].contains("make by ") || taken[i].contains("expose ");
        CHECK_FALSE(writes);
      }
      const auto report = apply.report();
      CHECK(report.zone_workers.size() == 1);
      CHECK(report.workers.size() == 4);
      for (const auto& worker : report.workers) {
        CHECK((worker.status == Status::done || worker.message.ends_with("stopping")));
      }
    }
  }
}

}  // namespace
}  // namespace plumbline::reconciler
