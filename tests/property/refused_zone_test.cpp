#include <doctest/doctest.h>

#include <algorithm>

#include "rig.h"

/// What a token may not do in one zone says nothing of the rest of the account.
using namespace plumbline;
using namespace plumbline::property;
using Status = reconciler::WorkerResult::Status;

namespace {

// The first random accounts that have routes.
std::vector<Repository> with_routes(std::size_t count) {
  std::vector<Repository> out;
  for (std::uint64_t seed = 1; out.size() < count; ++seed) {
    Random random(seed);
    auto repository = random_repository(random);
    const bool has = std::ranges::any_of(repository.workers,
                                         [](const auto& worker) { return worker.routes && !worker.routes->empty(); });
    if (has) out.push_back(std::move(repository));
  }
  return out;
}

}  // namespace

TEST_SUITE("refused zones") {
  TEST_CASE("a zone that the token may not write to fails its routes: no Worker, no account, and no hurry") {
    for (const auto& repository : with_routes(5)) {
      Rig rig;
      const JsonObject match{{"method", "POST"}, {"path", "/workers/routes$"}};
      rig.control("POST", "faults",
                  JsonObject{{"match", match}, {"fault", "status"}, {"status", 403}, {"code", 10000}, {"times", 0}});
      const auto applied = rig.apply(repository, {.passes = 1});
      REQUIRE(applied.plan);
      CHECK(applied.report.account_error() == nullptr);
      std::size_t refused = 0;
      for (const auto& worker : applied.report.workers) {
        CAPTURE(worker.name);
        CAPTURE(worker.message);
        CHECK(worker.own == Status::done);
        const bool failed = std::ranges::any_of(worker.exposure,
                                                [](const auto& exposure) { return exposure.status == Status::failed; });
        refused += failed ? 1 : 0;
        CHECK((worker.status == Status::failed) == failed);
        // An error would ask for another pass soon, which would be refused as well.
        CHECK_FALSE(worker.error);
      }
      CHECK(refused > 0);
    }
  }
}
