#include "base/text.h"

#include <doctest/doctest.h>

#include <array>

#include "base/diagnostic.h"
#include "base/time_point.h"
#include "base/utf8.h"

using namespace plumbline;
using namespace std::chrono_literals;

TEST_SUITE("text") {
  TEST_CASE("control characters and broken UTF-8 are written out, the rest stays") {
    CHECK(printable("tab\tß€😀") == "tab\tß€😀");
    CHECK(printable("a\x1b[31mb\n\r") == "a\\x1b[31mb\\x0a\\x0d");
    CHECK(printable("\xC2\x9B") == "\\x9b");
    CHECK(printable("\xff\xC0\x80\xED\xA0\x80") == "\\xff\\xc0\\x80\\xed\\xa0\\x80");
    CHECK(printable("a\u202Eb\u2066c\u200B\uFEFF") ==
          "a\\xe2\\x80\\xaeb\\xe2\\x81\\xa6c\\xe2\\x80\\x8b\\xef\\xbb\\xbf");
    CHECK(printable("a\u00ADb\u061Cc\u180E") == "a\\xc2\\xadb\\xd8\\x9cc\\xe1\\xa0\\x8e");
    // A joiner makes one sign of several, and dashes are dashes.
    CHECK(printable("👩\u200D💻 \u2013 \u2026 \u2070") == "👩\u200D💻 \u2013 \u2026 \u2070");
    CHECK(printable("\xF0\x9F\x98") == "\\xf0\\x9f\\x98");
    CHECK(printable("\xF4\x90\x80\x80") == "\\xf4\\x90\\x80\\x80");
  }

  TEST_CASE("UTF-8 is told from other bytes") {
    CHECK(is_utf8(""));
    CHECK(is_utf8("a\n\tß€😀\xC2\x9B"));
    CHECK_FALSE(is_utf8("a\xff"));
    CHECK_FALSE(is_utf8("\xC0\x80"));
    CHECK_FALSE(is_utf8("€\xF0\x9F\x98"));
  }

  TEST_CASE("a whole number is digits alone, and fits its type") {
    CHECK(whole_number<std::uint16_t>("65535") == 65535);
    CHECK(whole_number<int>("-7") == -7);
    CHECK(whole_number<unsigned>("ff", 16) == 255);
    for (const auto* none : {"", " 1", "1 ", "+1", "-1", "1.0", "0x1", "65536"}) {
      CAPTURE(none);
      CHECK_FALSE(whole_number<std::uint16_t>(none));
    }
  }

  TEST_CASE("digits are those of ASCII, and hexadecimal ones large or small") {
    CHECK(is_digit('0'));
    CHECK(is_digit('9'));
    CHECK_FALSE(is_digit('a'));
    CHECK(hex_value('7') == 7U);
    CHECK(hex_value('a') == 10U);
    CHECK(hex_value('F') == 15U);
    CHECK_FALSE(hex_value('g'));
    CHECK_FALSE(hex_value('/'));
  }

  TEST_CASE("every placeholder is replaced, and what is put in is not looked at again") {
    CHECK(replaced("a-{x}-{x}", "{x}", "b") == "a-b-b");
    CHECK(replaced("{x}", "{x}", "{x}{x}") == "{x}{x}");
    CHECK(replaced("none", "{x}", "b") == "none");
  }

  TEST_CASE("the nearest word is suggested, a far one is not") {
    constexpr std::array<std::string_view, 3> kWords{"compatibility_date", "compatibility_flags", "main"};
    CHECK(nearest("compatability_date", kWords) == "compatibility_date");
    CHECK(nearest("Main", kWords) == "main");
    CHECK(nearest("mian", kWords) == "main");
    CHECK_FALSE(nearest("observability", kWords));
    CHECK_FALSE(nearest(std::string(1000, 'x'), kWords));
  }

  TEST_CASE("durations have a unit and a bound") {
    CHECK(parse_duration("250ms").value() == 250ms);
    CHECK(parse_duration("60s").value() == 60s);
    CHECK(parse_duration("5m").value() == 5min);
    CHECK(parse_duration("6h").value() == 6h);
    CHECK(parse_duration("366d").value() == 366 * 24h);
    for (const auto* text :
         {"", "5", "s", "-5s", "5 s", "1.5h", "367d", "99999999999999999999s", "18446744073709551615h"}) {
      CAPTURE(text);
      CHECK_FALSE(parse_duration(text));
    }
  }

  TEST_CASE("sizes and counts read like a person writes them") {
    CHECK(human_bytes(0) == "0 B");
    CHECK(human_bytes(999) == "999 B");
    CHECK(human_bytes(1234) == "1.2 kB");
    CHECK(human_bytes(999'960) == "1.0 MB");
    CHECK(counted(1, "Worker") == "1 Worker");
    CHECK(counted(2, "Worker") == "2 Workers");
  }

  TEST_CASE("times are written in RFC 3339, UTC") {
    CHECK(to_rfc3339(std::chrono::system_clock::time_point(1'700'000'000s)) == "2023-11-14T22:13:20Z");
  }

  TEST_CASE("split keeps empty parts") {
    CHECK(split("a,,b", ',') == std::vector<std::string_view>{"a", "", "b"});
    CHECK(split("", ',') == std::vector<std::string_view>{""});
  }
}

TEST_SUITE("times") {
  TEST_CASE("a number of seconds beyond the clock is its end") {
    CHECK(nearest_time(std::chrono::seconds(1'700'000'000)) == TimePoint(std::chrono::seconds(1'700'000'000)));
    const auto last = nearest_time(std::chrono::seconds::max());
    CHECK(TimePoint::max() - last < std::chrono::seconds(1));
    CHECK(nearest_time(std::chrono::milliseconds::max()) >= last);
    CHECK(nearest_time(std::chrono::seconds::min()) - TimePoint::min() < std::chrono::seconds(1));
  }

  TEST_CASE("times are read as the API writes them") {
    const auto day = std::chrono::sys_days(std::chrono::year(2026) / 10 / 1);
    CHECK(parse_rfc3339("2026-10-01T12:00:01Z") == day + std::chrono::hours(12) + std::chrono::seconds(1));
    CHECK(parse_rfc3339("2026-10-01T00:00:00.25Z") == day + std::chrono::milliseconds(250));
    CHECK(parse_rfc3339("2026-10-01T00:00:00.123456789Z") == day + std::chrono::microseconds(123'456));
    for (const auto* text :
         {"", "2026-10-01", "2026-10-01T00:00:00", "2026-10-01 00:00:00Z", "2026-13-01T00:00:00Z",
          "2026-10-01T25:00:00Z", "2026-10-01T00:00:00.Z", "2026-1a-01T00:00:00Z", "2026-02-30T14:13:20Z",
          "2026-09-21T14:13:20+01:00", "-026-09-21T14:13:20Z", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"}) {
      CAPTURE(text);
      CHECK_FALSE(parse_rfc3339(text));
    }
  }
}

TEST_SUITE("diagnostic") {
  TEST_CASE("a diagnostic is one line with place, sentence and mend") {
    const Diagnostic diagnostic{
        Severity::error, {"workers/checkout.yaml", 12, 5}, "unknown field \"x\"", "did you mean \"y\"?"};
    CHECK(to_text(diagnostic) == "workers/checkout.yaml:12:5: error: unknown field \"x\"; did you mean \"y\"?");
    CHECK(to_text(Diagnostic{Severity::warning, {"a.yaml", 0, 0}, "odd", ""}) == "a.yaml: warning: odd");
    CHECK(to_text(Diagnostic{Severity::note, {}, "hm", ""}) == "note: hm");
    CHECK(to_text(Diagnostic{Severity::error, {"a\nb.yaml", 1, 1}, "x", ""}).find('\n') == std::string::npos);
  }

  TEST_CASE("warnings are no errors") {
    CHECK_FALSE(has_errors({{Severity::warning, {}, "x", ""}}));
    CHECK(has_errors({{Severity::warning, {}, "x", ""}, {Severity::error, {}, "y", ""}}));
  }
}
