#include <doctest/doctest.h>

#include "tests/support/budget_simulation.h"

/// The real budget with a mock clock. `bench_audit` prints the same.
namespace plumbline::testing {

using namespace std::chrono_literals;
using Journal = SimulatedDaemon::Journal;

TEST_SUITE("budget of a daemon") {
  TEST_CASE("a push is written within seconds after a restart, without a journal and during an audit") {
    for (const std::size_t workers : {1'000UL, 10'000UL}) {
      for (const auto journal : {Journal::good, Journal::lost}) {
        CAPTURE(workers);
        const auto outcome = simulate_budget(workers, journal, 7h);
        CHECK(outcome.written == outcome.pushes);
        CHECK(outcome.longest_wait < 3s);
        CHECK(outcome.used <= 1.0);
      }
    }
  }

  TEST_CASE("an audit keeps its interval as long as the budget allows") {
    // A batch is read within minutes once its first Worker is due.
    CHECK(simulate_budget(1'000, Journal::good, 14h).oldest < 6h + 10min);
    CHECK(simulate_budget(10'000, Journal::good, 8h).oldest < 6h + 10min);
  }

  TEST_CASE("where the budget does not allow it the audit takes longer, and nothing starves") {
    const auto stretched = simulate_budget(30'000, Journal::good, 9h);
    CHECK(stretched.oldest > 6h);
    CHECK(stretched.oldest < 12h);
    CHECK(stretched.written == stretched.pushes);
    CHECK(stretched.longest_wait < 3s);
  }

  TEST_CASE("without a journal everything is read, in the time that four fifths of the budget take") {
    const auto small = simulate_budget(1'000, Journal::lost, 1h);
    REQUIRE(small.all_read);
    CHECK(*small.all_read < 11min);
    const auto large = simulate_budget(10'000, Journal::lost, 4h);
    REQUIRE(large.all_read);
    CHECK(*large.all_read < 110min);
  }
}

}  // namespace plumbline::testing
