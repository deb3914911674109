#include "reconciler/observe/lost_answer.h"

#include <doctest/doctest.h>

using namespace plumbline::reconciler;
using std::chrono::milliseconds;

TEST_SUITE("lost answers") {
  TEST_CASE("looks begin at once, come at growing pauses, and the last one when the bound is over") {
    const milliseconds bound{10'000};
    std::vector<milliseconds> pauses;
    milliseconds waited{0};
    for (int attempt = 1;; ++attempt) {
      const auto pause = pause_before_look(attempt, waited, bound);
      if (!pause) break;
      pauses.push_back(*pause);
      waited += *pause;
    }
    CHECK(waited == bound);
    CHECK(pauses == std::vector<milliseconds>{milliseconds(0), milliseconds(312), milliseconds(624), milliseconds(1248),
                                              milliseconds(2496), milliseconds(4992), milliseconds(328)});
  }

  TEST_CASE("without a bound there is one look") {
    CHECK(pause_before_look(1, milliseconds(0), milliseconds(0)) == milliseconds(0));
    CHECK_FALSE(pause_before_look(2, milliseconds(0), milliseconds(0)));
  }
}
