#include "daemon/controller/status_line.h"

#include <doctest/doctest.h>

#include <array>

#include "tests/unit/daemon/passes.h"

namespace plumbline::daemon {
namespace {

using namespace std::chrono_literals;
using namespace test;

TEST_CASE("one line tells how many sources are ready, and how their Workers are") {
  SourceStatus good("production", "main", TimePoint(1s));
  good.fetched(TimePoint(2s), {});
  good.finished(observed({change("a", Action::no_op), change("b", Action::no_op)}));
  SourceStatus drifting("staging", "main", TimePoint(1s));
  drifting.fetched(TimePoint(2s), {});
  auto held = change("c", Action::update);
  held.block = reconciler::Block{reconciler::Reason::drifted, "only reported", ""};
  drifting.finished(observed({held}));
  const std::array<const SourceStatus*, 2> both{&good, &drifting};
  CHECK(status_line(both) == "1 of 2 sources ready; 3 Workers: 2 synced, 1 out of sync");
}

TEST_CASE("before the first pass no Worker is counted") {
  const SourceStatus fresh("production", "main", TimePoint(1s));
  const std::array<const SourceStatus*, 1> one{&fresh};
  CHECK(status_line(one) == "0 of 1 source ready; 0 Workers");
}

}  // namespace
}  // namespace plumbline::daemon
