#include "reconciler/apply/steps/zone_worker_steps.h"

#include <doctest/doctest.h>

#include "tests/unit/reconciler/apply/steps/play.h"

namespace plumbline::reconciler {
namespace {

using api::ErrorKind;
using test::Status;
using test::Texts;

// The script of a zone and a filter.
struct OneZone {
  OneZone() : change(test::zone("example.com", Action::update)) {
    change.zone_id = "zone-1";
    change.calls = {test::bare_call("put_zone_script"), test::bare_call("create_filter")};
  }

  Texts play(const test::Odd<ZoneWorkerSteps>& odd = {}) { return test::play(steps, odd); }
  const AddressedResult& result() { return steps.result(); }

  ZoneWorkerChange change;
  Policy policy = test::policy();
  Halt halt;
  ZoneWorkerSteps steps{&change, &policy, &halt};
};

TEST_SUITE("zone worker steps") {
  TEST_CASE("what is begun is noted before the first call, and remembered after the last") {
    OneZone zone;
    CHECK(zone.play() == Texts{"look", "note begun", "call put_zone_script", "call create_filter", "remember"});
    CHECK(zone.result().address == "zone_worker.example.com");
    CHECK(zone.result().status == Status::done);
  }

  TEST_CASE("a plan that is too old is made anew") {
    OneZone zone;
    CHECK(zone.play({{"look", [](ZoneWorkerSteps& steps) { steps.looked(false); }}}) == Texts{"look"});
    CHECK(zone.result().status == Status::replan);
    CHECK(zone.result().message == "the zone was read too long ago");
  }

  TEST_CASE("a call that fails ends it, and is not remembered") {
    for (const auto& [kind, status] :
         {std::pair(ErrorKind::invalid, Status::failed), std::pair(ErrorKind::server, Status::replan),
          std::pair(ErrorKind::forbidden, Status::failed)}) {
      OneZone zone;
      CHECK(zone.play({{"call put_zone_script", test::call_fails(test::error_of(kind))}}) ==
            Texts{"look", "note begun", "call put_zone_script"});
      CHECK(zone.result().status == status);
      CHECK(zone.result().message == "it went wrong");
      CHECK(zone.halt.is_on() == (kind == ErrorKind::forbidden));
    }
  }

  TEST_CASE("it can be stopped before each call") {
    const Texts all{"look", "note begun", "call put_zone_script", "call create_filter"};
    for (std::size_t taken = 0; taken < all.size(); ++taken) {
      CAPTURE(taken);
      OneZone zone;
      Texts texts;
      for (std::size_t i = 0; i < taken; ++i) test::take_step(zone.steps, {}, texts);
      zone.halt.stop();
      CHECK(zone.play() == (taken == 1 ? Texts{"note begun"} : Texts{}));
      CHECK(zone.result().status == Status::skipped);
      CHECK(zone.result().message == "stopping");
      CHECK_FALSE(zone.result().error);
    }
  }

  TEST_CASE("a zone that the source may not write is left alone") {
    for (const auto& [allowed, writes] :
         {std::pair("other.example", false), std::pair("example.com", true), std::pair("zone-1", true)}) {
      OneZone zone;
      zone.policy.allow_zones = {allowed};
      CHECK(zone.play().empty() != writes);
      CHECK(zone.result().message == (writes ? "" : "the source may not write to this zone"));
    }
  }
}

}  // namespace
}  // namespace plumbline::reconciler
