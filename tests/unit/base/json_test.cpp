#include "base/json.h"

#include <doctest/doctest.h>

#include <limits>

using namespace plumbline;

TEST_SUITE("json") {
  TEST_CASE("every kind of value survives a round trip") {
    const std::string text = R"({"a":[1,-2,3.5,18446744073709551615,true,false,null,"x\n\u00e9"],"b":{}})";
    const auto value = parse_json(text);
    REQUIRE(value);
    CHECK(to_text(*value) == R"({"a":[1,-2,3.5,18446744073709551615,true,false,null,"x\né"],"b":{}})");
    CHECK(equal(parse_json(to_text(*value)).value(), *value));
  }

  TEST_CASE("a text of megabytes is read like any other") {
    std::string text = "[0";
    for (int i = 1; i <= 400'000; ++i) text += "," + std::to_string(i);
    text += "]";
    REQUIRE(text.size() > 2'000'000);
    const auto document = parse_json(text);
    REQUIRE(document);
    CHECK(document->get_array().size() == 400'001);
    CHECK(document->get_array().back() == 400'000);
    CHECK_FALSE(parse_json(text + "]"));
  }

  TEST_CASE("numbers are written as a person writes them") {
    CHECK(to_text(Json(0.25)) == "0.25");
    CHECK(to_text(Json(1.0)) == "1");
    CHECK(to_text(Json(-0.1)) == "-0.1");
    CHECK(parse_json(to_text(Json(1e300))).value().as_double() == 1e300);
    CHECK(parse_json(to_text(Json(0.1 + 0.2))).value().as_double() == 0.1 + 0.2);
  }

  TEST_CASE("what two parsers could read differently is refused") {
    for (const auto* text : {R"({"a":1,"a":2})", R"([{"b":{"c":1,"c":1}}])", "1e400", "NaN", "Infinity", "{} x", "[1,]",
                             "{'a':1}", "", " ", "\"\xff\"", "[1", "<html>"}) {
      CAPTURE(text);
      CHECK_FALSE(parse_json(text));
    }
    CHECK(parse_json(R"({"a":1,"a":2})").error().message == "duplicate key \"a\"");
  }

  TEST_CASE("nesting is bounded") {
    CHECK(parse_json(std::string(128, '[') + std::string(128, ']')));
    CHECK_FALSE(parse_json(std::string(129, '[') + std::string(129, ']')));
    CHECK_FALSE(parse_json(std::string(100'000, '[')));
  }

  TEST_CASE("a document with secrets is read like any other") {
    const std::string text = R"({"a":[1,-2,18446744073709551615,true,false,null,"x\né"],"b":{}})";
    CHECK(equal(parse_secret_json(text).value(), parse_json(text).value()));
    CHECK(parse_secret_json(std::string(128, '[') + std::string(128, ']')));
    for (const std::string& broken : {std::string(), std::string("{"), std::string("[1] x"), std::string(129, '[')}) {
      CAPTURE(broken);
      CHECK_FALSE(parse_secret_json(broken));
    }
  }

  TEST_CASE("texts are written as RFC 8259 says, with and without something to escape") {
    CHECK(to_text("plain, ä and \u2028") == "\"plain, ä and \u2028\"");
    CHECK(to_text("a\"b\\c\n\x01") == R"("a\"b\\c\n\u0001")");
    CHECK(to_text(JsonObject{{"a\"b", ""}}) == R"({"a\"b":""})");
    CHECK(to_text(JsonArray{nullptr, true, false, -7, JsonObject(), JsonArray()}) == "[null,true,false,-7,{},[]]");
    CHECK(to_text(Json(std::uint64_t{18446744073709551615U})) == "18446744073709551615");
  }

  TEST_CASE("canonical text is the same for equal documents") {
    const auto left = parse_json(R"({"b":1,"a":{"d":[1.0,2],"c":"x"}})").value();
    const auto right = parse_json(R"({"a":{"c":"x","d":[1,2.0]},"b":1})").value();
    CHECK(to_canonical_text(left) == R"({"a":{"c":"x","d":[1,2]},"b":1})");
    CHECK(equal(left, right));
    CHECK_FALSE(equal(left, parse_json(R"({"a":{"c":"x","d":[2,1]},"b":1})").value()));
    CHECK_FALSE(equal(Json(1), Json("1")));
    CHECK_FALSE(equal(Json(0.5), Json(0)));
    CHECK(equal(Json(std::int64_t{1}), Json(std::uint64_t{1})));
    CHECK(equal(Json(1.0), Json(1)));
    CHECK_FALSE(equal(Json(1), Json(true)));
    CHECK_FALSE(equal(JsonObject{{"a", nullptr}}, JsonObject{{"b", nullptr}}));
    CHECK_FALSE(equal(JsonArray{1}, JsonArray{1, 1}));
  }

  TEST_CASE("members are found by kind, and a missing one is no fault") {
    const auto value = parse_json(R"({"s":"x","b":true,"n":null})").value();
    CHECK(string_member(value, "s") == "x");
    CHECK(string_member(value, "b").empty());
    CHECK(bool_member(value, "b") == true);
    CHECK_FALSE(bool_member(value, "s"));
    CHECK(member(value, "n")->is_null());
    CHECK(member(value, "none") == nullptr);
    CHECK(member(Json(1), "x") == nullptr);
  }

  TEST_CASE("pointers are split and escaped as RFC 6901 says") {
    CHECK(split_pointer("").value().empty());
    CHECK(split_pointer("/a~1b/~0c/").value() == std::vector<std::string>{"a/b", "~c", ""});
    CHECK_FALSE(split_pointer("a"));
    CHECK_FALSE(split_pointer("/~2"));
    CHECK_FALSE(split_pointer("/~"));
    CHECK(pointer_segment("a/b~c") == "a~1b~0c");
  }

  TEST_CASE("pretty text is indented and ends with a newline") {
    CHECK(to_pretty_text(parse_json(R"({"a":[1,{}],"b":[]})").value()) ==
          "{\n  \"a\": [\n    1,\n    {}\n  ],\n  \"b\": []\n}\n");
  }
}
