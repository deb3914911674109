#include "reconciler/apply/steps/change_memory.h"

#include <doctest/doctest.h>

#include "tests/unit/reconciler/apply/steps/play.h"

namespace plumbline::reconciler {
namespace {

using std::chrono::minutes;

const TimePoint kNow = TimePoint() + minutes(1'000);

TEST_SUITE("change memory") {
  TEST_CASE("what is applied again is counted, any other change ends the count") {
    auto change = test::new_worker("shop");
    change.lines = {{'~', "logpush", "", {}}};
    change.reapplied = true;
    auto memory = memory_of_applied(change, std::nullopt, kNow);
    CHECK(memory.mendings.times == std::vector{kNow});
    CHECK(memory.mendings.what == lines_digest(change.lines));
    change.reapplied = false;
    memory = memory_of_applied(change, std::nullopt, kNow);
    CHECK(memory.mendings.times.empty());
    CHECK(memory.mendings.what.empty());
  }

  TEST_CASE("only the last mendings are kept") {
    LiveWorker live;
    auto& memory = test::memory_of(live);
    for (std::size_t i = 0; i < kMostMendings; ++i)
      memory.mendings.times.push_back(kNow - minutes(10 - static_cast<int>(i)));
    auto change = test::new_worker("shop");
    change.action = Action::update;
    change.reapplied = true;
    change.live = std::make_shared<const LiveWorker>(live);
    const auto times = memory_of_applied(change, std::nullopt, kNow).mendings.times;
    CHECK(times.size() == kMostMendings);
    CHECK(times.back() == kNow);
    CHECK(times.front() == kNow - minutes(9));
  }

  TEST_CASE("that the newest version is not deployed is added to what is known") {
    auto change = test::change_with("shop", Action::update, {});
    LiveWorker live;
    test::memory_of(live).applied = "an identity";
    test::memory_of(live).dirty = false;
    change.live = std::make_shared<const LiveWorker>(live);
    const auto memory = memory_of_undeployed(change);
    CHECK(memory.newest_undeployed);
    CHECK(memory.dirty);
    CHECK(memory.applied == "an identity");
    change.live = nullptr;
    CHECK(memory_of_undeployed(change).newest_undeployed);
  }

  TEST_CASE("of a ZoneWorker only what its change tells is remembered, with the time of a mending") {
    auto change = test::zone("example.com", Action::update);
    change.memory["kept"] = ExposureMemory{"id-1", "", {}};
    change.memory["as it was"] = std::nullopt;
    for (const bool drift : {false, true}) {
      change.drift = drift;
      const auto memory = memory_of_applied(change, kNow);
      REQUIRE(memory.size() == 1);
      CHECK(memory.at("kept")->id == "id-1");
      CHECK(memory.at("kept")->mended == (drift ? std::vector{kNow} : std::vector<TimePoint>()));
    }
  }
}

}  // namespace
}  // namespace plumbline::reconciler
