#include "api/ledger.h"

#include <doctest/doctest.h>

#include <numeric>

namespace plumbline::api {
namespace {

using std::chrono::hours;
using std::chrono::seconds;

constexpr std::size_t kShare = 30;

LedgerClock clock_at(milliseconds time, const std::string& boot = "this") {
  return {boot, hours(50) + time, hours(480'000) + time};
}

ReservationRequest wants(std::uint64_t process, std::size_t calls) {
  return {.process = process, .wanted = calls, .allowed = kShare, .share = kShare};
}

/// The file: a text that is read and written at each request.
struct File {
  std::string text;

  Reservation reserve(const ReservationRequest& request, const LedgerClock& clock) {
    auto ledger = Ledger::parse(text, clock);
    auto reservation = ledger.reserve(request, clock.up);
    text = ledger.to_text(clock);
    return reservation;
  }
  Reservation reserve(const ReservationRequest& request, milliseconds time) { return reserve(request, clock_at(time)); }
};

std::size_t sum(const std::vector<CallCount>& counts) {
  return std::accumulate(counts.begin(), counts.end(), std::size_t{0},
                         [](std::size_t before, const CallCount& one) { return before + one.count; });
}

/// One in which a window has passed since it was made.
File settled() {
  File file;
  file.reserve(wants(1, 0), milliseconds(0));
  return file;
}
constexpr milliseconds kLater{400'000};

TEST_CASE("where nothing is known half of the share counts as used, once") {
  File file;
  CHECK(file.reserve(wants(1, 100), seconds(0)).granted == 15);
  CHECK(file.reserve(wants(2, 100), seconds(1)).granted == 0);
  // The 15 were given back unused; the guess stands for its window.
  CHECK(sum(file.reserve(wants(1, 0), seconds(2)).used) == 15);
  CHECK(file.reserve(wants(1, 100), seconds(299)).granted == 15);
  file.reserve(wants(1, 0), seconds(300));
  CHECK(file.reserve(wants(1, 100), seconds(303)).granted == 30);
}

TEST_CASE("a ledger that is on disk is trusted, its reserved blocks count as used") {
  auto file = settled();
  CHECK(file.reserve(wants(1, 4), kLater).granted == 4);
  const auto other = file.reserve(wants(2, 100), kLater);
  CHECK(other.granted == 26);
  CHECK(other.others_reserve);
  CHECK(sum(other.used) == 4);
  SUBCASE("until their process tells what became of them") {
    auto told = wants(1, 0);
    told.answered = {{milliseconds(500), 3}};
    file.reserve(told, kLater + seconds(1));
    const auto again = file.reserve(wants(2, 100), kLater + seconds(1));
    CHECK(again.granted == 27);
    CHECK_FALSE(again.others_reserve);
    CHECK(sum(again.used) == 3);
  }
  SUBCASE("those of a killed process for a window and a moment") {
    file.reserve(wants(2, 0), kLater);
    const auto over = kLater + seconds(300) + Ledger::kHeld;
    CHECK(sum(file.reserve(wants(2, 0), over - milliseconds(1)).used) == 4);
    CHECK(file.reserve(wants(2, 0), over).used.empty());
  }
}

TEST_CASE("calls in flight stay reserved and are no part of what the process is told") {
  auto file = settled();
  auto request = wants(1, 5);
  request.in_flight = 3;
  const auto first = file.reserve(request, kLater);
  CHECK(first.granted == 5);
  CHECK(first.used.empty());
  CHECK(file.reserve(wants(2, 100), kLater).granted == 22);
}

TEST_CASE("a priority that may use less is given less") {
  auto file = settled();
  auto audit = wants(1, 100);
  audit.allowed = 10;
  CHECK(file.reserve(audit, kLater).granted == 10);
  CHECK(file.reserve(wants(2, 100), kLater).granted == 20);
  audit.process = 3;
  CHECK(file.reserve(audit, kLater).granted == 0);
}

TEST_CASE("a clock on the wall that is set changes nothing within a boot") {
  auto file = settled();
  auto told = wants(1, 0);
  told.answered = {{milliseconds(0), 30}};
  file.reserve(told, kLater);
  for (const auto jump : {hours(-9), hours(9)}) {
    auto clock = clock_at(kLater + seconds(10));
    clock.wall += jump;
    CHECK(file.reserve(wants(2, 1), clock).granted == 0);
  }
  auto clock = clock_at(kLater + seconds(303));
  clock.wall -= hours(9);
  CHECK(file.reserve(wants(2, 100), clock).granted == 30);
}

TEST_CASE("after another boot what was written is aged by the wall, and half of the share counts at least") {
  auto file = settled();
  auto told = wants(1, 0);
  told.answered = {{milliseconds(0), 28}};
  file.reserve(told, kLater);
  auto clock = clock_at(kLater + seconds(10), "next");
  clock.up = seconds(5);
  SUBCASE("with the clock right") {
    CHECK(file.reserve(wants(2, 100), clock).granted == 2);
    clock.up += seconds(285);
    clock.wall += seconds(285);
    CHECK(file.reserve(wants(2, 100), clock).granted == 2);
    clock.up += seconds(20);
    clock.wall += seconds(20);
    CHECK(file.reserve(wants(2, 100), clock).granted == 30);
  }
  SUBCASE("with the clock put back it counts as now") {
    clock.wall -= hours(9);
    CHECK(file.reserve(wants(2, 100), clock).granted == 2);
    clock.up += seconds(303);
    CHECK(file.reserve(wants(2, 100), clock).granted == 30);
  }
  SUBCASE("with the clock put forward half of the share is left") {
    clock.wall += hours(9);
    CHECK(file.reserve(wants(2, 100), clock).granted == 15);
  }
  SUBCASE("and so it is where no boot is known") {
    clock.boot.clear();
    file.text.clear();
    CHECK(file.reserve(wants(2, 100), clock).granted == 15);
    file.reserve(wants(2, 0), clock);
    CHECK(file.reserve(wants(2, 100), clock).granted == 15);
  }
}

TEST_CASE("what lies ahead holds nobody up for longer than a window") {
  auto file = settled();
  auto told = wants(1, 7);
  told.answered = {{milliseconds(0), 23}};
  file.reserve(told, clock_at(hours(100)));
  CHECK(file.reserve(wants(2, 1), kLater).granted == 0);
  CHECK(file.reserve(wants(2, 100), kLater + seconds(320)).granted == 30);
}

TEST_CASE("a text of which a byte is wrong, or a part is gone, is not trusted") {
  auto file = settled();
  file.reserve(wants(1, 3), kLater);
  const auto whole = file.text;
  const auto end = whole.find("\n\n");
  for (std::size_t i = 0; i <= end; ++i) {
    CAPTURE(i);
    file.text = whole;
    file.text[i] = file.text[i] == '7' ? '8' : '7';
    CHECK(file.reserve(wants(2, 100), kLater).granted == 15);
    // The last newline alone says nothing.
    file.text = whole.substr(0, i == end ? 0 : i);
    CHECK(file.reserve(wants(2, 100), kLater).granted == 15);
  }
  for (const auto& other : {std::string("sum "), std::string(4096, '\0'), std::string("plumbline window 2\n")}) {
    file.text = other;
    CHECK(file.reserve(wants(2, 100), kLater).granted == 15);
  }
}

TEST_CASE("it stays within a page, whoever is killed and however long it goes on") {
  File file;
  std::uint64_t process = 1;
  milliseconds now{0};
  for (int i = 0; i < 20'000; ++i) {
    ReservationRequest request{.process = process, .wanted = 42, .allowed = 840, .share = 840};
    request.answered = {{milliseconds(i % 900), 3}};
    const auto reservation = file.reserve(request, now);
    REQUIRE(file.text.size() == Ledger::kBytes);
    REQUIRE(sum(reservation.used) + reservation.granted >= std::min<std::size_t>(840, reservation.granted));
    if (i % 3 == 0) ++process;  // the block of the last one stays
    now += milliseconds(311);
  }
}

}  // namespace
}  // namespace plumbline::api
