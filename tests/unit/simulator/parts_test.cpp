#include <doctest/doctest.h>

#include "simulator/base64.h"
#include "simulator/cron.h"
#include "simulator/instant.h"
#include "simulator/multipart.h"
#include "simulator/options.h"

namespace plumbline::simulator {

TEST_SUITE("options") {
  TEST_CASE("latency has a mean and perhaps a jitter") {
    CHECK(parse_latency("50ms")->mean == std::chrono::milliseconds(50));
    CHECK(parse_latency("50ms±20ms")->jitter == std::chrono::milliseconds(20));
    CHECK(parse_latency("50ms+-20ms")->jitter == std::chrono::milliseconds(20));
    CHECK(parse_latency("10ms±20ms")->jitter == std::chrono::milliseconds(10));
    CHECK_FALSE(parse_latency("50"));
    CHECK_FALSE(parse_latency("50ms±"));
  }

  TEST_CASE("a rate limit is calls per duration") {
    CHECK(parse_rate_limit("1200/300s")->calls == 1200);
    CHECK(parse_rate_limit("1200/5m")->window == std::chrono::minutes(5));
    for (const auto* bad : {"", "/", "5", "5/", "/5s", "0/5s", "5/0s", "-5/5s", "5x/5s", "2000000/1s"}) {
      CHECK_FALSE(parse_rate_limit(bad));
    }
  }

  TEST_CASE("a zone has a name and an id") {
    const auto zone = parse_zone("Example.com=0123456789abcdef0123456789abcdef");
    REQUIRE(zone);
    CHECK(zone->name == "example.com");
    CHECK(zone->id == "0123456789abcdef0123456789abcdef");
    CHECK(is_identifier(parse_zone("example.org")->id));
    CHECK_FALSE(parse_zone("example.com=short"));
    CHECK_FALSE(parse_zone("localhost"));
    CHECK_FALSE(parse_zone("=0123456789abcdef0123456789abcdef"));
  }

  TEST_CASE("semantics know their keys and values") {
    Semantics semantics;
    CHECK(set_semantic(semantics, "put_secrets=replace"));
    CHECK_FALSE(semantics.put_keeps_secrets);
    CHECK(set_semantic(semantics, "subdomain_bumps=yes"));
    CHECK(semantics.subdomain_bumps);
    CHECK(set_semantic(semantics, "read_lag=2s"));
    CHECK(semantics.read_lag == std::chrono::seconds(2));
    const auto unknown = set_semantic(semantics, "put_secret=replace");
    REQUIRE_FALSE(unknown);
    CHECK(unknown.error().message.find("put_secrets") != std::string::npos);
    CHECK_FALSE(set_semantic(semantics, "put_secrets=maybe"));
    CHECK_FALSE(set_semantic(semantics, "put_secrets"));
    CHECK(string_member(to_json(semantics), "put_secrets") == "replace");
    CHECK(string_member(to_json(semantics), "list_etag") == "latest");
  }
}

TEST_SUITE("cron") {
  TEST_CASE("a cron expression has five fields, each in its range") {
    for (const auto* good :
         {"* * * * *", "*/5 0-6 1,15 JAN-MAR mon", "0 0 L * *", "0 0 L-3 * *", "0 0 LW * *", "0 0 15W * *", "0 0 * * L",
          "0 0 * * 6L", "0 0 * * FRI#2", "59 23 31 12 7", "0/15 * * * *", "1-30/2 * * * SUN,WED"}) {
      CHECK_MESSAGE(is_cron(good), good);
    }
    for (const auto* bad : {"",           "* * * *",    "0 * * * * *", "@daily",       "often",      "0 0 * * 0",
                            "0 0 * * 8",  "60 * * * *", "99 * * * *",  "* 24 * * *",   "* * 0 * *",  "* * 32 * *",
                            "* * * 13 *", "* * * 0 *",  "*/0 * * * *", "* * * * MAN",  "1- * * * *", "* * * * MON#6",
                            "L * * * *",  "* *  * *",   "? * * * *",   "1,,2 * * * *", "-1 * * * *"}) {
      CHECK_FALSE_MESSAGE(is_cron(bad), bad);
    }
  }
}

TEST_SUITE("multipart") {
  TEST_CASE("what is written is read back") {
    const std::vector<PartToWrite> parts{{"metadata", "", "", "{}"}, {"a.js", "a.js", "text/plain", "x\r\n--b"}};
    const auto body = write_multipart(parts, "bound");
    const auto read = read_multipart(body, "bound");
    REQUIRE(read);
    REQUIRE(read->size() == 2);
    CHECK_FALSE((*read)[0].filename);
    CHECK((*read)[0].body == "{}");
    CHECK((*read)[1].filename == "a.js");
    CHECK((*read)[1].content_type == "text/plain");
    CHECK((*read)[1].body == "x\r\n--b");
  }

  TEST_CASE("a preamble and an epilogue are passed over, names are unescaped") {
    const auto read = read_multipart(
        "hello\r\n--b\r\ncontent-disposition: form-data; name=\"a%22b\"; filename=c\r\n\r\n\r\n--b--\r\nbye", "b");
    REQUIRE(read);
    REQUIRE(read->size() == 1);
    CHECK(read->front().name == "a\"b");
    CHECK(read->front().filename == "c");
    CHECK(read->front().body.empty());
  }

  TEST_CASE("broken forms are errors") {
    for (const std::string_view body : {"", "--b", "--b\r\n", "--b\r\n\r\nx\r\n", "--b\r\nx\r\n--b--",
                                        "--b\r\nContent-Type: text/plain\r\n\r\nx\r\n--b--", "no boundary at all",
                                        "--b\r\nContent-Disposition: form-data; name=\"\xff\"\r\n\r\nx\r\n--b--"}) {
      CHECK_FALSE(read_multipart(body, "b"));
    }
  }

  TEST_CASE("the boundary comes from the content type") {
    CHECK(boundary_of("multipart/form-data; boundary=abc") == "abc");
    CHECK(boundary_of("Multipart/Form-Data; charset=utf-8; boundary=\"a b\"") == "a b");
    CHECK_FALSE(boundary_of("multipart/form-data"));
    CHECK_FALSE(boundary_of("application/json; boundary=abc"));
    CHECK_FALSE(boundary_of(""));
  }
}

TEST_SUITE("small parts") {
  TEST_CASE("times are read as they are written") {
    const Instant time =
        std::chrono::sys_days(std::chrono::year(2026) / 2 / 3) + std::chrono::hours(4) + std::chrono::microseconds(5);
    CHECK(timestamp(time) == "2026-02-03T04:00:00.000005Z");
    CHECK(parse_instant(timestamp(time)) == time);
    CHECK_FALSE(parse_instant("2026-02-03T04:00:00Z"));
    CHECK_FALSE(parse_instant("2026-02-30T04:00:00.000005Z"));
  }

  TEST_CASE("the same seed gives the same ids") {
    Ids one(7);
    Ids two(7);
    CHECK(one.uuid() == two.uuid());
    const auto id = one.uuid();
    CHECK(id.size() == 36);
    CHECK(id[14] == '4');
    CHECK(one.hex32().size() == 32);
    CHECK(one.hex32() != one.hex32());
  }

  TEST_CASE("base64 round trips") {
    for (const std::string text : {"", "a", "ab", "abc", "abcd"}) {
      CHECK(from_base64(to_base64(text)) == text);
    }
    CHECK(to_base64("ab") == "YWI=");
    CHECK(to_base64url(std::string("\xfb\xff", 2)) == "-_8");
    CHECK_FALSE(from_base64("a"));
    CHECK_FALSE(from_base64("!!!!"));
  }
}

}  // namespace plumbline::simulator
