#include "manifests/late_dates.h"

#include <doctest/doctest.h>

#include "tests/unit/manifests/support.h"

namespace plumbline::manifests {

TEST_CASE("a compatibility date after today is told, with the newest day that the service takes") {
  const auto state = test::load(
      {{"a.yaml", test::worker("a", "  compatibility_date: 2026-11-29\n")},
       {"b.yaml", test::worker("b", "  compatibility_date: 2026-11-30\n")},
       {"c.yaml", test::worker("c", "")},
       {"i.js", "x"},
       {"wrangler.json",
        R"({"name": "d", "main": "i.js", "no_bundle": true, "compatibility_date": "2062-01-01", "workers_dev": true})"}});
  REQUIRE(state.diagnostics.empty());
  const std::chrono::sys_days today{std::chrono::year(2026) / 11 / 29};
  CHECK(test::texts(late_dates(state, today)) ==
        "b.yaml:3:18: warning: the compatibility date of worker.b lies in the future: 2026-11-30; the service refuses "
        "dates after today: write 2026-11-29 or an earlier day\n"
        "wrangler.json:1:10: warning: the compatibility date of worker.d lies in the future: 2062-01-01; the service "
        "refuses dates after today: write 2026-11-29 or an earlier day\n");
  CHECK(late_dates(state, std::chrono::sys_days{std::chrono::year(2062) / 1 / 1}).empty());
}

}  // namespace plumbline::manifests
