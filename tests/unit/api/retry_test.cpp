#include "api/retry.h"

#include <doctest/doctest.h>

#include "api/rate_headers.h"

namespace plumbline::api {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::system_clock;

const Operation& safe_one() {
  return *find_operation("list_scripts");
}
const Operation& unsafe_one() {
  return *find_operation("upload_script");
}

Error error(ErrorKind kind, std::optional<milliseconds> retry_after = std::nullopt) {
  Error error;
  error.kind = kind;
  error.retry_after = retry_after;
  return error;
}

RetryState first() {
  return {.failures = 1, .throttles = 1, .time_left = seconds(120), .patience = seconds(600)};
}

RetryPolicy policy() {
  return RetryPolicy(RetryOptions{});
}

TEST_CASE("only what may be repeated and can help is repeated") {
  for (const ErrorKind kind :
       {ErrorKind::unreachable, ErrorKind::lost_answer, ErrorKind::server, ErrorKind::rate_limited}) {
    CHECK(policy().next(safe_one(), error(kind), first(), 0.5));
  }
  for (const ErrorKind kind : {ErrorKind::conflict, ErrorKind::not_found, ErrorKind::invalid, ErrorKind::forbidden,
                               ErrorKind::blocked, ErrorKind::cancelled}) {
    CHECK_FALSE(policy().next(safe_one(), error(kind), first(), 0.5));
  }
}

TEST_CASE("a write that may have happened is not repeated unless that is harmless") {
  CHECK_FALSE(policy().next(unsafe_one(), error(ErrorKind::lost_answer), first(), 0.5));
  CHECK_FALSE(policy().next(unsafe_one(), error(ErrorKind::server), first(), 0.5));
  CHECK(policy().next(unsafe_one(), error(ErrorKind::unreachable), first(), 0.5));
  CHECK(policy().next(unsafe_one(), error(ErrorKind::rate_limited), first(), 0.5));
}

TEST_CASE("a write is not repeated after a 2xx that is no answer, since it has most likely happened") {
  Error unreadable = error(ErrorKind::lost_answer);
  unreadable.status = 200;
  for (const std::string_view name : {"post_subdomain", "delete_script", "put_schedules", "upload_script"}) {
    CAPTURE(name);
    CHECK_FALSE(policy().next(*find_operation(name), unreadable, first(), 0.5));
  }
  CHECK(policy().next(*find_operation("post_subdomain"), error(ErrorKind::lost_answer), first(), 0.5));
  // Nothing is left behind by them, so that no read tells.
  for (const std::string_view name : {"create_assets_session", "upload_assets"}) {
    CAPTURE(name);
    CHECK(policy().next(*find_operation(name), unreadable, first(), 0.5));
  }
}

TEST_CASE("the wait is exponential with full jitter under a cap") {
  RetryState state = first();
  const auto wait = [&](int failures, double random) {
    state.failures = failures;
    return policy().next(safe_one(), error(ErrorKind::server), state, random);
  };
  CHECK(wait(1, 0.0) == milliseconds(0));
  CHECK(wait(1, 0.5) == milliseconds(250));
  CHECK(wait(2, 0.5) == milliseconds(500));
  CHECK(wait(3, 0.5) == milliseconds(1'000));
  CHECK(wait(5, 0.999999) < milliseconds(8'000));
  const RetryPolicy many(RetryOptions{.attempts = 100});
  state.failures = 50;
  CHECK(many.next(safe_one(), error(ErrorKind::server), state, 0.999999) < milliseconds(30'000));
  CHECK(many.next(safe_one(), error(ErrorKind::server), state, 0.999999) > milliseconds(29'000));
}

TEST_CASE("attempts and the deadline end the repetition") {
  RetryState state = first();
  state.failures = 5;
  CHECK(policy().next(safe_one(), error(ErrorKind::server), state, 0.0));
  state.failures = 6;
  CHECK_FALSE(policy().next(safe_one(), error(ErrorKind::server), state, 0.0));
  state = first();
  state.time_left = milliseconds(100);
  CHECK(policy().next(safe_one(), error(ErrorKind::server), state, 0.1));
  CHECK_FALSE(policy().next(safe_one(), error(ErrorKind::server), state, 0.9));
  state.time_left = milliseconds(-5);
  CHECK_FALSE(policy().next(safe_one(), error(ErrorKind::server), state, 0.0));
}

TEST_CASE("Retry-After is obeyed") {
  const auto told = milliseconds(7'000);
  CHECK(policy().next(safe_one(), error(ErrorKind::server, told), first(), 0.5) == told);
  CHECK(policy().next(safe_one(), error(ErrorKind::rate_limited, told), first(), 0.5) == told);
  RetryState hurried = first();
  hurried.time_left = seconds(5);
  CHECK_FALSE(policy().next(safe_one(), error(ErrorKind::server, told), hurried, 0.5));
}

TEST_CASE("answers of 429 count neither as failures nor against the deadline but end with patience") {
  RetryState state = first();
  state.failures = 100;
  state.throttles = 100;
  state.time_left = milliseconds(1);
  CHECK(policy().next(unsafe_one(), error(ErrorKind::rate_limited, seconds(300)), state, 0.5) == seconds(300));
  state.patience = seconds(299);
  CHECK_FALSE(policy().next(unsafe_one(), error(ErrorKind::rate_limited, seconds(300)), state, 0.5));
}

TEST_CASE("a 429 is never repeated at once") {
  CHECK(policy().next(safe_one(), error(ErrorKind::rate_limited, milliseconds(0)), first(), 0.0) == milliseconds(500));
  CHECK(policy().next(safe_one(), error(ErrorKind::rate_limited), first(), 0.0) == milliseconds(500));
}

TEST_CASE("no 429 makes a call wait for longer than the API blocks") {
  CHECK(policy().next(safe_one(), error(ErrorKind::rate_limited, std::chrono::hours(24)), first(), 0.5) ==
        kLongestBlock);
}

// 2026-11-22 02:30:00 UTC, a Sunday.
const auto kNow = system_clock::from_time_t(1'795'314'600);

TEST_CASE("a Retry-After beyond the end of the clock is far away") {
  const auto far = parse_retry_after("Fri, 01 Jan 8000 00:00:00 GMT", kNow);
  REQUIRE(far);
  CHECK(*far >= std::chrono::hours(24));
  CHECK(parse_retry_after("Fri, 31 Dec 9999 23:59:59 GMT", kNow) == far);
}

TEST_CASE("Retry-After is read as seconds") {
  CHECK(parse_retry_after("0", kNow) == milliseconds(0));
  CHECK(parse_retry_after("120", kNow) == seconds(120));
  CHECK(parse_retry_after("  5 ", kNow) == seconds(5));
}

TEST_CASE("Retry-After is read as an HTTP date in each of its forms") {
  CHECK(parse_retry_after("Sun, 22 Nov 2026 02:30:30 GMT", kNow) == seconds(30));
  CHECK(parse_retry_after("Sunday, 22-Nov-26 02:31:00 GMT", kNow) == seconds(60));
  CHECK(parse_retry_after("Sun Nov 22 02:30:05 2026", kNow) == seconds(5));
}

TEST_CASE("a Retry-After in the past is zero and one far away is capped") {
  CHECK(parse_retry_after("Sun, 22 Nov 2026 02:00:00 GMT", kNow) == milliseconds(0));
  CHECK(parse_retry_after("Sun, 22 Nov 2099 02:00:00 GMT", kNow) == kLongestRetryAfter);
  CHECK(parse_retry_after("86401", kNow) == kLongestRetryAfter);
  CHECK(parse_retry_after("99999999999999999999999999", kNow) == kLongestRetryAfter);
}

TEST_CASE("a Retry-After that is neither is none") {
  for (const std::string_view bad : {"", " ", "-1", "1.5", "soon", "5s", "Sun, 22 Nov 2026", "0x10", "+5",
                                     "Sun, 22 Nov 2026 02:30:30 GMT and more"}) {
    CAPTURE(bad);
    CHECK_FALSE(parse_retry_after(bad, kNow));
  }
}

TEST_CASE("the rate limit headers of Cloudflare are read") {
  const RateHint hint =
      parse_rate_hint({{"Ratelimit", R"("default";r=50;t=30)"}, {"Ratelimit-Policy", R"("default";q=1200;w=300)"}});
  CHECK(hint.remaining == 50);
  CHECK(hint.reset == seconds(30));
  CHECK(hint.quota == 1200);
  CHECK(hint.window == seconds(300));
}

TEST_CASE("limits of single endpoints are no hint and the general one is found in a list") {
  const RateHint other = parse_rate_hint(
      {{"ratelimit", R"("list_zones";r=0;t=30)"}, {"ratelimit-policy", R"("workers_script_upload";q=1;w=300)"}});
  CHECK_FALSE(other.remaining);
  CHECK_FALSE(other.quota);
  const RateHint listed = parse_rate_hint({{"ratelimit", R"("list_zones";r=0;t=9, "default" ; r=7 ; t=3)"}});
  CHECK(listed.remaining == 7);
  CHECK(listed.reset == seconds(3));
}

TEST_CASE("broken rate limit headers hint at nothing") {
  for (const std::string bad : {"", ";", ",", "default;r=1", R"("default")", R"("default";r=;t=)",
                                R"("default";r=-1;t=x)", R"("default";r=99999999999999999999)"}) {
    CAPTURE(bad);
    const RateHint hint = parse_rate_hint({{"Ratelimit", bad}});
    CHECK_FALSE(hint.remaining);
  }
}

}  // namespace
}  // namespace plumbline::api
