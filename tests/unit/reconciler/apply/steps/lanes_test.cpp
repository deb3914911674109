#include "reconciler/apply/steps/lanes.h"

#include <doctest/doctest.h>

namespace plumbline::reconciler {
namespace {

TEST_SUITE("lanes of an apply") {
  TEST_CASE("four at first, one more after each width of Workers without a word from the service, eight at most") {
    Lanes lanes;
    CHECK(lanes.width() == 4);
    for (int i = 0; i < 3; ++i) lanes.ended(0);
    CHECK(lanes.width() == 4);
    lanes.ended(0);
    CHECK(lanes.width() == 5);
    for (int i = 0; i < 5 + 6 + 7; ++i) lanes.ended(0);
    CHECK(lanes.width() == 8);
    for (int i = 0; i < 100; ++i) lanes.ended(0);
    CHECK(lanes.width() == 8);
  }

  TEST_CASE("half of them once the service is asked for too much, and never none") {
    Lanes lanes(8, 8);
    lanes.ended(1);
    CHECK(lanes.width() == 4);
    // The same answer is not heard twice.
    lanes.ended(1);
    CHECK(lanes.width() == 4);
    lanes.ended(2);
    lanes.ended(4);
    CHECK(lanes.width() == 1);
    lanes.ended(5);
    CHECK(lanes.width() == 1);
    lanes.ended(5);
    CHECK(lanes.width() == 2);
  }

  TEST_CASE("what was clean before an overload does not widen them after it") {
    Lanes lanes(4, 8);
    for (int i = 0; i < 3; ++i) lanes.ended(0);
    lanes.ended(1);
    CHECK(lanes.width() == 2);
    lanes.ended(1);
    CHECK(lanes.width() == 2);
    lanes.ended(1);
    CHECK(lanes.width() == 3);
  }

  TEST_CASE("a width may be fixed, and none is one") {
    Lanes fixed(2, 2);
    for (int i = 0; i < 10; ++i) fixed.ended(0);
    CHECK(fixed.width() == 2);
    CHECK(Lanes(0, 0).width() == 1);
  }
}

}  // namespace
}  // namespace plumbline::reconciler
