#include "reconciler/apply/steps/exposure_steps.h"

#include <doctest/doctest.h>

#include "tests/unit/reconciler/apply/steps/play.h"

namespace plumbline::reconciler {
namespace {

using api::ErrorKind;
using test::Status;
using test::Texts;

// One route: its steps, and how it ended.
struct OneRoute {
  explicit OneRoute(Action action, const test::Odd<ExposureSteps>& odd = {}, const Policy& policy = test::policy())
      : change(test::route_of("a", action)) {
    ExposureSteps steps(&change, policy);
    taken = test::play(steps, odd);
    result = steps.result();
  }

  ExposureChange change;
  Texts taken;
  AddressedResult result;
};

TEST_SUITE("exposure steps") {
  TEST_CASE("a route is looked at, written and remembered with its id") {
    for (const auto action : {Action::create, Action::update}) {
      const OneRoute route(action);
      CHECK(route.taken == Texts{"look", "call create_route", "remember id id-1"});
      CHECK(route.result.address == "route.a.example.com/*");
      CHECK(route.result.action == action);
      CHECK(route.result.status == Status::done);
      CHECK(route.result.message.empty());
    }
  }

  TEST_CASE("before a delete its id is asked what it means now") {
    struct Row {
      Answer<step::Still> still;
      Texts after;
      Status status;
      std::string_view message;
    };
    const std::vector<Row> rows{
        {step::Still::there, {"call create_route", "remember id id-1"}, Status::done, ""},
        {step::Still::gone, {"remember id "}, Status::done, ""},
        {step::Still::another, {}, Status::replan, "what is there now is not what the plan was to delete"},
        {std::unexpected(test::error_of(ErrorKind::server)), {}, Status::replan, "it went wrong"},
        {std::unexpected(test::error_of(ErrorKind::forbidden)), {}, Status::failed, "it went wrong"}};
    for (const auto& [still, after, status, message] : rows) {
      const auto tells = [&still](ExposureSteps& steps) { steps.found(still); };
      const OneRoute route(Action::remove, {{"find", tells}});
      Texts expected{"look", "find"};
      std::ranges::copy(after, std::back_inserter(expected));
      CHECK(route.taken == expected);
      CHECK(route.result.status == status);
      CHECK(route.result.message == message);
    }
  }

  TEST_CASE("one that somebody changed is planned again") {
    const OneRoute route(Action::remove, {{"look", [](ExposureSteps& steps) { steps.looked(false); }}});
    CHECK(route.taken == Texts{"look"});
    CHECK(route.result.status == Status::replan);
    CHECK(route.result.message == "somebody changed it since it was planned");
  }

  TEST_CASE("whatever fails ends it, and is not remembered") {
    const auto error = test::error_of(ErrorKind::invalid);
    const OneRoute unread(Action::create,
                          {{"look", [&error](ExposureSteps& steps) { steps.looked(std::unexpected(error)); }}});
    CHECK(unread.taken == Texts{"look"});
    CHECK(unread.result.error->kind == ErrorKind::invalid);
    const OneRoute refused(Action::create, {{"call create_route", test::call_fails(error)}});
    CHECK(refused.taken == Texts{"look", "call create_route"});
    CHECK(refused.result.status == Status::failed);
    CHECK(refused.result.message == "it went wrong");
  }

  TEST_CASE("a zone that the source may not write ends it before any look") {
    auto policy = test::policy();
    policy.allow_zones = {"other.example"};
    const OneRoute route(Action::create, {}, policy);
    CHECK(route.taken.empty());
    CHECK(route.result.status == Status::failed);
    CHECK(route.result.message == "the source may not write to its zone");
    CHECK(route.result.error->kind == ErrorKind::local);
  }
}

}  // namespace
}  // namespace plumbline::reconciler
