#include "daemon/commands/check_judgements.h"

#include <doctest/doctest.h>

namespace plumbline::daemon {
namespace {

using namespace std::chrono_literals;
using enum CheckResult;

const TimePoint kNow = *parse_rfc3339("2026-11-30T12:00:00Z");

CheckRow token(const JsonObject& verified) {
  return judge_token("token", verified, kNow);
}

TEST_CASE("a token is good while it is active and does not expire soon") {
  CHECK(token({{"status", "active"}}) == CheckRow{ok, "token", "active, without an expiry"});
  CHECK(token({{"status", "active"}, {"expires_on", "2027-06-01T00:00:00Z"}}) ==
        CheckRow{ok, "token", "active until 2027-06-01T00:00:00Z"});
  const auto soon = token({{"status", "active"}, {"expires_on", "2026-12-10T00:00:00Z"}});
  CHECK(soon.result == warning);
  CHECK(soon.detail == "active until 2026-12-10T00:00:00Z");
  CHECK_FALSE(soon.mend.empty());
}

TEST_CASE("a token that has expired or was disabled has failed") {
  CHECK(token({{"status", "expired"}}).result == failed);
  CHECK(token({{"status", "disabled"}}).detail == "the token is disabled");
  CHECK(token({{"status", "active"}, {"expires_on", "2026-11-30T12:00:00Z"}}).result == failed);
}

TEST_CASE("a clock is told from 30 seconds on, and wrong from five minutes on, before and behind") {
  const auto clock = [](std::chrono::seconds ahead) { return judge_clock("clock", kNow, kNow + ahead); };
  for (const auto good : {0s, 29s, -29s}) CHECK(clock(good) == CheckRow{ok, "clock", "as the API's"});
  CHECK(clock(30s) == CheckRow{warning, "clock", "30 seconds ahead of the API's", "set it by NTP"});
  CHECK(clock(-299s) == CheckRow{warning, "clock", "4 minutes behind the API's", "set it by NTP"});
  CHECK(clock(5min) == CheckRow{failed, "clock", "5 minutes ahead of the API's", "set it by NTP"});
  CHECK(clock(-72h).detail == "3 days behind the API's");
  CHECK(judge_clock("clock", std::nullopt, kNow).result == warning);
}

TEST_CASE("a budget is enough if it audits all Workers within their interval") {
  const auto budget = [](std::size_t workers, double rate) {
    return judge_budget("budget", {.workers = workers, .calls_per_second = rate, .audit_interval = 6h});
  };
  CHECK(budget(1000, 2.8) ==
        CheckRow{ok, "budget", "840 calls in five minutes; an audit of 1000 Workers takes about 35 minutes"});
  const auto late = budget(100'000, 2.8);
  CHECK(late.result == warning);
  CHECK(late.detail.ends_with("takes about 2 days"));
  CHECK(budget(100'000, 0) == CheckRow{ok, "budget", "no limit, for 100000 Workers"});
  CHECK(budget(0, 2.8).result == ok);
}

TEST_CASE("a journal that another process writes is no problem, one that cannot be written is") {
  const auto journal = [](std::string holder, std::string obstacle, std::uint64_t free) {
    return judge_journal(
        {.path = "/j/journal.db", .holder = std::move(holder), .obstacle = std::move(obstacle), .free = free});
  };
  CHECK(journal("process 7", "", 0) == CheckRow{ok, "journal", "/j/journal.db, written by process 7"});
  CHECK(journal("", "", 3'400'000'000) == CheckRow{ok, "journal", "/j/journal.db, 3.4 GB free"});
  CHECK(journal("", "", 100'000'000).result == warning);
  CHECK(journal("", "", 1'000'000).result == failed);
  const auto refused = journal("", "/j: Permission denied", 3'400'000'000);
  CHECK(refused.result == failed);
  CHECK(refused.detail == "/j/journal.db cannot be written: /j: Permission denied");
}

TEST_CASE("few open files and much to read are told") {
  CHECK(judge_open_files(1024).result == ok);
  CHECK(judge_open_files(256).result == warning);
  const auto limits = [](std::size_t files, std::uint64_t bytes) {
    return judge_limits("limits", {.files = files, .bytes = bytes, .most_files = 100, .most_bytes = 1'000'000}).result;
  };
  CHECK(limits(90, 900'000) == ok);
  CHECK(limits(91, 0) == warning);
  CHECK(limits(0, 900'001) == warning);
}

}  // namespace
}  // namespace plumbline::daemon
