#include "reconciler/apply/steps/change_steps.h"

#include <doctest/doctest.h>

#include "tests/unit/reconciler/apply/steps/play.h"

namespace plumbline::reconciler {
namespace {

using api::ErrorKind;
using test::Status;
using test::Texts;

// One Worker with what leads to it.
struct OneWorker {
  explicit OneWorker(WorkerChange of, const std::string* failed_need = nullptr) : change(std::move(of)) {
    steps.begin(failed_need);
  }

  Texts play(const test::Odd<ChangeSteps>& odd = {}) { return test::play(steps, odd); }
  const WorkerResult& result() { return steps.result(); }
  // `done skipped`: of what leads to it, in its order.
  Texts exposure() {
    Texts texts;
    for (const auto& exposure : result().exposure) texts.push_back(exposure.address + ": " + exposure.message);
    return texts;
  }

  WorkerChange change;
  Policy policy = test::policy();
  Halt halt;
  ChangeSteps steps{&change, &policy, &halt};
};

WorkerChange with_routes(WorkerChange change) {
  const auto action = change.action == Action::remove ? Action::remove : Action::create;
  for (const auto* name : {"a", "b", "c"}) change.exposure.push_back(test::route_of(name, action));
  return change;
}

const std::string kA = "expose route.a.example.com/*";
const std::string kB = "expose route.b.example.com/*";
const std::string kC = "expose route.c.example.com/*";

auto looks_changed() {
  return [](ChangeSteps& steps) { steps.looked(false); };
}

TEST_SUITE("change steps") {
  TEST_CASE("what leads to a Worker comes after its own calls are made and remembered") {
    OneWorker worker(with_routes(test::new_worker("shop")));
    CHECK(worker.play() == Texts{"look", "make by upload_script", "remember", kA, kB, kC});
    CHECK(worker.result().status == Status::done);
    CHECK(worker.result().own == Status::done);
    CHECK(worker.result().exposure.size() == 3);
    CHECK(worker.result().name == "shop");
    CHECK(worker.result().action == Action::create);
  }

  TEST_CASE("the result tells the version that the last upload made, as its answer has it") {
    OneWorker worker(test::new_worker("shop"));
    worker.play();
    CHECK(worker.result().active == ActiveVersion{"v1", "2026-01-01T00:00:00.000000Z", ""});
  }

  TEST_CASE("a version that a change of settings makes is not known until it is read") {
    OneWorker worker(test::change_with("shop", Action::update, {test::bare_call("patch_settings")}));
    worker.play();
    CHECK(worker.result().status == Status::done);
    CHECK(worker.result().active == ActiveVersion());
  }

  TEST_CASE("what leads to a Worker goes before the Worker does, and nothing of it before a look at the Worker") {
    OneWorker worker(with_routes(test::gone_worker("shop")));
    CHECK(worker.play() == Texts{"look", kA, kB, kC, "look", "call delete_script", "remember"});
    CHECK(worker.result().own == Status::done);
  }

  TEST_CASE("without anything that leads to it a Worker is looked at once before it is deleted") {
    OneWorker worker(test::gone_worker("shop"));
    CHECK(worker.play() == Texts{"look", "call delete_script", "remember"});
  }

  TEST_CASE("a Worker whose calls fail is not remembered, and nothing is led to it") {
    OneWorker worker(with_routes(test::new_worker("shop")));
    CHECK(worker.play({{"make by upload_script", test::call_fails(test::error_of(ErrorKind::invalid))}}) ==
          Texts{"look", "make by upload_script"});
    CHECK(worker.result().status == Status::failed);
    CHECK(worker.result().own == Status::failed);
    CHECK(worker.result().message == "it went wrong");
    CHECK(worker.exposure() == Texts{"route.a.example.com/*: waits for worker.shop",
                                     "route.b.example.com/*: waits for worker.shop",
                                     "route.c.example.com/*: waits for worker.shop"});
    for (const auto& exposure : worker.result().exposure) CHECK(exposure.status == Status::skipped);
  }

  TEST_CASE("nothing is led to a Worker that somebody changed") {
    OneWorker worker(with_routes(test::new_worker("shop")));
    CHECK(worker.play({{"look", looks_changed()}}) == Texts{"look"});
    CHECK(worker.result().status == Status::replan);
    CHECK(worker.result().own == Status::replan);
    CHECK(worker.result().message == "somebody changed it since it was planned");
    CHECK(worker.exposure().front() == "route.a.example.com/*: waits for worker.shop");
  }

  TEST_CASE("a Worker that is to go and that somebody changed keeps what leads to it") {
    OneWorker worker(with_routes(test::gone_worker("shop")));
    CHECK(worker.play({{"look", looks_changed()}}) == Texts{"look"});
    CHECK(worker.result().status == Status::replan);
    CHECK(worker.result().own == Status::replan);
    CHECK(worker.exposure().front() == "route.a.example.com/*: waits for worker.shop");
    OneWorker unread(with_routes(test::gone_worker("shop")));
    const auto fails = [](ChangeSteps& steps) { steps.looked(std::unexpected(test::error_of(ErrorKind::blocked))); };
    CHECK(unread.play({{"look", fails}}) == Texts{"look"});
    CHECK(unread.result().status == Status::failed);
    CHECK(unread.halt.is_on());
  }

  TEST_CASE("a route that fails leaves the others alone, and the Worker as it is") {
    auto change = with_routes(test::new_worker("shop"));
    const auto fails = test::exposure_fails(change.exposure[1], Status::failed, test::error_of(ErrorKind::invalid));
    OneWorker worker(std::move(change));
    CHECK(worker.play({{kB, fails}}) == Texts{"look", "make by upload_script", "remember", kA, kB, kC});
    CHECK(worker.result().status == Status::failed);
    CHECK(worker.result().own == Status::done);
    CHECK(worker.result().message == "route.b.example.com/*: something is wrong");
    CHECK(worker.result().error->kind == ErrorKind::invalid);
    CHECK(worker.result().exposure[2].status == Status::done);
  }

  TEST_CASE("a Worker is not deleted as long as something leads to it") {
    auto change = with_routes(test::gone_worker("shop"));
    const auto fails = test::exposure_fails(change.exposure[0], Status::failed);
    OneWorker worker(std::move(change));
    CHECK(worker.play({{kA, fails}}) == Texts{"look", kA, kB, kC});
    CHECK(worker.result().status == Status::failed);
    CHECK(worker.result().own == Status::failed);
  }

  TEST_CASE("of two routes that fail the first one speaks, but what is to be looked at again counts more") {
    struct Row {
      Status first;
      Status second;
      Status status;
      std::string_view speaks;
    };
    constexpr std::array kRows{Row{Status::failed, Status::skipped, Status::failed, "route.a"},
                               Row{Status::failed, Status::replan, Status::replan, "route.b"},
                               Row{Status::replan, Status::failed, Status::replan, "route.a"},
                               Row{Status::done, Status::skipped, Status::skipped, "route.b"}};
    for (const auto& [first, second, status, speaks] : kRows) {
      auto change = with_routes(test::new_worker("shop"));
      const auto one = test::exposure_fails(change.exposure[0], first);
      const auto other = test::exposure_fails(change.exposure[1], second);
      OneWorker worker(std::move(change));
      worker.play({{kA, one}, {kB, other}});
      CHECK(worker.result().status == status);
      CHECK(worker.result().message == std::string(speaks) + ".example.com/*: something is wrong");
    }
  }

  TEST_CASE("that a token may not write to a zone is no error of the account") {
    auto change = with_routes(test::new_worker("shop"));
    auto error = test::error_of(ErrorKind::forbidden);
    error.operation = "create_route";
    const auto refused = test::exposure_fails(change.exposure[0], Status::failed, error);
    OneWorker worker(std::move(change));
    CHECK(worker.play({{kA, refused}}).back() == kC);
    CHECK(worker.result().status == Status::failed);
    CHECK_FALSE(worker.result().error);
    CHECK(worker.result().exposure[0].error);
    CHECK_FALSE(worker.halt.is_on());
  }

  TEST_CASE("an error of the account at a route stops those after it") {
    auto change = with_routes(test::new_worker("shop"));
    const auto refused = test::exposure_fails(change.exposure[0], Status::failed, test::error_of(ErrorKind::forbidden));
    OneWorker worker(std::move(change));
    CHECK(worker.play({{kA, refused}}).back() == kA);
    CHECK(worker.exposure() == Texts{"route.a.example.com/*: something is wrong",
                                     "route.b.example.com/*: the account is stopped",
                                     "route.c.example.com/*: the account is stopped"});
    CHECK(worker.result().status == Status::failed);
    CHECK(worker.result().message == "route.a.example.com/*: something is wrong");
  }

  TEST_CASE("a stop leaves the routes that have not begun") {
    OneWorker worker(with_routes(test::new_worker("shop")));
    Texts taken;
    while (taken.size() < 4) test::take_step(worker.steps, {}, taken);
    CHECK(taken.back() == kA);
    worker.halt.stop();
    CHECK(worker.play().empty());
    CHECK(worker.exposure() ==
          Texts{"route.a.example.com/*: ", "route.b.example.com/*: stopping", "route.c.example.com/*: stopping"});
    CHECK(worker.result().status == Status::skipped);
    CHECK(worker.result().message == "route.b.example.com/*: stopping");
    CHECK(worker.result().own == Status::done);
  }

  TEST_CASE("what is made is remembered although we are stopping") {
    OneWorker worker(test::new_worker("shop"));
    Texts taken;
    while (taken.size() < 2) test::take_step(worker.steps, {}, taken);
    worker.halt.stop();
    CHECK(worker.play() == Texts{"remember"});
    CHECK(worker.result().status == Status::done);
  }

  TEST_CASE("what it needs and what is not applied is named") {
    struct Row {
      std::string need;
      std::string_view message;
    };
    const std::vector<Row> rows{{"worker.cart", "waits for worker.cart, which is not applied"},
                                {"route.x.example.com/*", "waits for route.x.example.com/*, which is not applied"}};
    for (const auto& [need, message] : rows) {
      OneWorker worker(with_routes(test::new_worker("shop")), &need);
      CHECK(worker.play().empty());
      CHECK(worker.result().status == Status::skipped);
      CHECK(worker.result().own == Status::skipped);
      CHECK(worker.result().message == message);
      CHECK_FALSE(worker.result().error);
      CHECK(worker.exposure().front() == "route.a.example.com/*: waits for worker.shop");
    }
  }

  TEST_CASE("what leads to a Worker that is held back, or as it should be, is written all the same") {
    auto held = with_routes(test::change_with("shop", Action::update, {test::bare_call("upload_script")}));
    held.block = Block{Reason::foreign_rollout, "something stands in the way", "do this"};
    OneWorker blocked(std::move(held));
    CHECK(blocked.play() == Texts{kA, kB, kC});
    CHECK(blocked.result().status == Status::done);
    CHECK(blocked.result().own == Status::skipped);
    OneWorker same(with_routes(test::change_with("shop", Action::no_op, {})));
    CHECK(same.play() == Texts{kA, kB, kC});
    CHECK(same.result().own == Status::done);
  }

  TEST_CASE("a route that is held back has no turn") {
    auto change = with_routes(test::new_worker("shop"));
    change.exposure[1].block = Block{Reason::ownership_conflict, "something stands in the way", "do this"};
    OneWorker worker(std::move(change));
    CHECK(worker.play() == Texts{"look", "make by upload_script", "remember", kA, kC});
    CHECK(worker.result().exposure.size() == 2);
  }

  TEST_CASE("what makes a Worker before all others is remembered and led to only with the rest") {
    auto change = with_routes(test::new_worker("shop"));
    change.calls.push_back(test::bare_call("put_schedules"));
    OneWorker worker(std::move(change));
    worker.steps.begin_bootstrap();
    CHECK(worker.steps.is_bootstrap());
    CHECK(worker.play() == Texts{"look", "make by upload_script"});
    CHECK(worker.result().own == Status::done);
    worker.steps.begin(nullptr);
    CHECK_FALSE(worker.steps.is_bootstrap());
    CHECK(worker.play() == Texts{"call put_schedules", "remember", kA, kB, kC});
  }
}

}  // namespace
}  // namespace plumbline::reconciler
