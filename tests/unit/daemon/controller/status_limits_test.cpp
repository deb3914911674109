#include <doctest/doctest.h>

#include "daemon/controller/status.h"

namespace plumbline::daemon {
namespace {

using namespace std::chrono_literals;

const TimePoint kBeginOfTest{1'790'000'000s};

const Condition& rate_limited(const SourceStatus& status) {
  return status.conditions().find("RateLimited")->second;
}

TEST_CASE("until when the API wants no call is a condition while it lasts") {
  SourceStatus status("production", "main", kBeginOfTest);
  status.limited(std::nullopt, kBeginOfTest);
  CHECK(rate_limited(status).status == Truth::unknown);
  status.limited(kBeginOfTest + 5min, kBeginOfTest + 1s);
  CHECK(rate_limited(status).status == Truth::yes);
  CHECK(rate_limited(status).reason == "BudgetExhausted");
  CHECK(rate_limited(status).message == "the API limits calls: Plumbline sends none until 2026-09-21T14:18:20Z");
  CHECK(rate_limited(status).last_transition == kBeginOfTest + 1s);
  status.limited(kBeginOfTest + 5min, kBeginOfTest + 60s);
  CHECK(rate_limited(status).last_transition == kBeginOfTest + 1s);
  status.limited(std::nullopt, kBeginOfTest + 5min);
  CHECK(rate_limited(status).status == Truth::no);
  CHECK(rate_limited(status).message.empty());
  CHECK(rate_limited(status).last_transition == kBeginOfTest + 5min);
}

TEST_CASE("what a pass found of the limits stands where no block is known") {
  SourceStatus status("production", "main", kBeginOfTest);
  PassReport report;
  report.error.emplace();
  report.error->kind = api::ErrorKind::rate_limited;
  report.finished = kBeginOfTest;
  status.finished(report);
  status.limited(std::nullopt, kBeginOfTest);
  CHECK(rate_limited(status).status == Truth::yes);
}

}  // namespace
}  // namespace plumbline::daemon
