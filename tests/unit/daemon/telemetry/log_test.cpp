#include "daemon/telemetry/log.h"

#include <doctest/doctest.h>

namespace plumbline::daemon {
namespace {

using namespace std::chrono_literals;

const std::chrono::system_clock::time_point kTimeOfTest{1'790'000'000s};

std::string line(LogFormat format, std::string_view message, Logger::Fields fields) {
  return format_line(format, kTimeOfTest, LogLevel::warning, message, {fields.begin(), fields.size()});
}

TEST_CASE("a line of text has its time, level, message and fields") {
  CHECK(line(LogFormat::text, "drift found", {{"source", "prod"}, {"calls", 3}, {"ok", true}}) ==
        "2026-09-21T14:13:20Z warning drift found source=prod calls=3 ok=true");
}

TEST_CASE("values that hold spaces, quotes or nothing are quoted") {
  CHECK(line(LogFormat::text, "m", {{"a", "two words"}, {"b", "say \"x\""}, {"c", ""}, {"d", "k=v"}}) ==
        R"(2026-09-21T14:13:20Z warning m a="two words" b="say \"x\"" c="" d="k=v")");
}

TEST_CASE("a value can neither begin a line nor reach the terminal") {
  const auto text = line(LogFormat::text, "m", {{"a", "x\n2026 error forged"}, {"b", "\x1b[31m"}, {"c", "\xc2\x9b"}});
  CHECK(text.find('\n') == std::string::npos);
  CHECK(text.find('\x1b') == std::string::npos);
  CHECK(text.find("\xc2\x9b") == std::string::npos);
}

TEST_CASE("a line of JSON is one document on one line") {
  const auto text = line(LogFormat::json, "drift found", {{"what", JsonArray{"binding A"}}, {"text", "x\ny"}});
  CHECK(text.find('\n') == std::string::npos);
  const auto json = parse_json(text);
  REQUIRE(json);
  CHECK(string_member(*json, "time") == "2026-09-21T14:13:20Z");
  CHECK(string_member(*json, "level") == "warning");
  CHECK(string_member(*json, "message") == "drift found");
  CHECK(string_member(*json, "text") == "x\ny");
  REQUIRE(member(*json, "what") != nullptr);
  CHECK(member(*json, "what")->is_array());
}

TEST_CASE("a list of texts is shown as JSON in a line of text") {
  CHECK(line(LogFormat::text, "m", {{"what", JsonArray{"binding A", "logpush"}}}) ==
        R"(2026-09-21T14:13:20Z warning m what=["binding A","logpush"])");
}

}  // namespace
}  // namespace plumbline::daemon
