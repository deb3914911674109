#include "manifests/documents/jsonc.h"

#include <doctest/doctest.h>

#include "tests/unit/manifests/support.h"

namespace plumbline::manifests {
namespace {

std::string value_of(std::string_view text) {
  const auto document = parse_jsonc("c.jsonc", text);
  return document.cut_short ? test::texts(document.diagnostics) : to_text(to_json(document.root));
}

}  // namespace

TEST_CASE("JSONC is JSON with comments, commas behind the last element and a byte order mark") {
  CHECK(value_of(R"({"a": 1})") == R"({"a":1})");
  CHECK(value_of("\xEF\xBB\xBF{}") == "{}");
  CHECK(value_of("// head\n{ /* in\nside */ \"a\": [1, 2, /* last */],\n} // tail") == R"({"a":[1,2]})");
  CHECK(value_of("{\"url\": \"https://x/*not a comment*/\",}") == R"({"url":"https://x/*not a comment*/"})");
  CHECK(value_of("[true, false, null, -0.5, 12, 1e2]") == R"([true,false,null,-0.5,12,100])");
}

TEST_CASE("strings of JSONC are unescaped") {
  CHECK(value_of(R"(["\"\\\/\b\f\n\r\t"])") == R"(["\"\\/\b\f\n\r\t"])");
  CHECK(value_of(R"(["\u0041\u00e9\u20ac\ud83d\ude00"])") == "[\"A\u00e9\u20ac\U0001f600\"]");
}

TEST_CASE("values of JSONC know where they stand, in lines and characters") {
  const auto document = parse_jsonc("c.jsonc", "{\n  \"\u00e9\u00e9\": \"x\", /* \u20ac */ \"b\": [1,\n 2]}");
  REQUIRE_FALSE(document.cut_short);
  const auto& entries = document.root.entries;
  REQUIRE(entries.size() == 2);
  CHECK(entries[0].key.column == 3);
  CHECK(entries[0].value.column == 9);
  CHECK(entries[1].key.line == 2);
  CHECK(entries[1].key.column == 22);
  CHECK(entries[1].value.items[1].line == 3);
  CHECK(entries[1].value.items[1].column == 2);
  CHECK_FALSE(entries[0].value.plain);
  CHECK(entries[1].value.items[0].plain);
}

TEST_CASE("what is no JSONC is an error at its place") {
  CHECK(value_of("") == "c.jsonc:1:1: error: the file ended where a value should follow\n");
  CHECK(value_of("{\n  a: 1}") == "c.jsonc:2:3: error: expected a key in double quotes or } here\n");
  CHECK(value_of("{\"a\" 1}") == "c.jsonc:1:6: error: expected a colon here\n");
  CHECK(value_of("{\"a\": 1 \"b\": 2}") == "c.jsonc:1:9: error: expected a comma or } here\n");
  CHECK(value_of("[1 2]") == "c.jsonc:1:4: error: expected a comma or ] here\n");
  CHECK(value_of("[,]") == "c.jsonc:1:2: error: expected a JSON value here\n");
  CHECK(value_of("{} {}") == "c.jsonc:1:4: error: the document ended before this; a file holds one value\n");
  CHECK(value_of("/* x") == "c.jsonc:1:1: error: this comment has no end\n");
  CHECK(value_of("[01]") == "c.jsonc:1:2: error: expected a JSON value here\n");
  CHECK(value_of("[.5]") == "c.jsonc:1:2: error: expected a JSON value here\n");
  CHECK(value_of("[1.]") == "c.jsonc:1:2: error: expected a JSON value here\n");
  CHECK(value_of("[1e999]") == "c.jsonc:1:2: error: this number is too large; write it as a string\n");
  CHECK(value_of("[NaN]") == "c.jsonc:1:2: error: expected a JSON value here\n");
  CHECK(value_of("['x']") == "c.jsonc:1:2: error: expected a JSON value here\n");
  CHECK(value_of("[\"a\nb\"]") ==
        "c.jsonc:1:4: error: this string has no end, or a control character in it; write \\n for a new line\n");
  CHECK(value_of("[\"abc") ==
        "c.jsonc:1:2: error: this string has no end, or a control character in it; write \\n for a new line\n");
  CHECK(value_of(R"(["\x"])") == "c.jsonc:1:3: error: JSON has no such escape; write \\\\ for a backslash\n");
  CHECK(value_of(R"(["\ud83d"])") ==
        "c.jsonc:1:3: error: this escape does not stand for a character; write \\u and four hex digits; pairs need "
        "both halves\n");
  CHECK(value_of(R"(["\u12"])").starts_with("c.jsonc:1:3: error: this escape does not stand for a character"));
  CHECK(value_of("\"\xff\"") == "c.jsonc: error: the file is not valid UTF-8; save it as UTF-8\n");
}

TEST_CASE("a key that occurs twice is refused") {
  CHECK(value_of("{\"a\": 1,\n \"a\": 2}") ==
        "c.jsonc:2:2: error: this key occurs twice in one object; remove one of the two\n");
  CHECK(value_of("[{\"a\": 1}, {\"a\": 2}]") == "[{\"a\":1},{\"a\":2}]");
}

TEST_CASE("size and depth of JSONC are limited") {
  CHECK(test::texts(parse_jsonc("c.jsonc", "[1234]", {.bytes = 5}).diagnostics) ==
        "c.jsonc: error: the file has 6 bytes, at most 5 are allowed\n");
  CHECK(value_of(std::string(64, '[') + std::string(64, ']')).starts_with("[["));
  CHECK(value_of(std::string(65, '[') + std::string(65, ']')) ==
        "c.jsonc:1:65: error: more than 64 levels of lists and maps; make the document flatter\n");
  CHECK(value_of(std::string(100'000, '[')).contains("more than 64 levels"));
}

}  // namespace plumbline::manifests
