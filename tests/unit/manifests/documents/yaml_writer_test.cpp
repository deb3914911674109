#include "manifests/documents/yaml_writer.h"

#include <doctest/doctest.h>

#include "manifests/documents/yaml.h"

namespace plumbline::manifests {
namespace {

// What a reader finds in what was written.
std::string read_again(const Json& value) {
  const auto documents = parse_yaml("x.yaml", to_yaml(value));
  REQUIRE(documents.size() == 1);
  REQUIRE(documents[0].diagnostics.empty());
  return to_text(to_json(documents[0].root));
}

}  // namespace

TEST_CASE("maps and lists are written as blocks") {
  CHECK(to_yaml({{"name", "checkout"},
                 {"flags", JsonArray{"nodejs_compat", "a b"}},
                 {"limits", {{"cpu_ms", 50}}},
                 {"routes", JsonArray{JsonObject{{"pattern", "a/*"}, {"zone", "a"}}, JsonArray{1, 2}}},
                 {"none", nullptr},
                 {"empty", JsonObject()},
                 {"nothing", JsonArray()}}) ==
        "name: checkout\n"
        "flags:\n"
        "  - nodejs_compat\n"
        "  - a b\n"
        "limits:\n"
        "  cpu_ms: 50\n"
        "routes:\n"
        "  - pattern: \"a/*\"\n"
        "    zone: a\n"
        "  - - 1\n"
        "    - 2\n"
        "none: null\n"
        "empty: {}\n"
        "nothing: []\n");
}

TEST_CASE("a text that could be taken for something else is in quotes") {
  for (const auto* text :
       {"",    "true", "null", "Null", "NULL", "~",          "12",   "1.5",  "0x1f", "1e3", ".inf", ".nan", "- a",
        "-",   "a: b", "a #b", "# a",  "[a",   "{a",         "&a",   "*a",   "!a",   "|",   ">",    "%a",   "@a",
        "`a",  "'a",   "\"a",  " a",   "a ",   "a\nb",       "a\tb", "\x01", "ä",    "a:",  "---",  "...",  "? a",
        "a,b", "=",    "<<",   "no",   "y",    "2026-10-01", "$ref", "./a",  "../b", "+1",  "a/b@c"}) {
    CAPTURE(text);
    CHECK(read_again(JsonObject{{"a", text}, {"b", JsonArray{text}}}) ==
          to_text(JsonObject{{"a", text}, {"b", JsonArray{text}}}));
  }
  CHECK(to_yaml("no") == "no\n");
  CHECK(to_yaml("true") == "\"true\"\n");
}

TEST_CASE("keys are texts as well") {
  const JsonObject odd{{"a: b", 1}, {"1", 2}, {"", 3}, {"true", 4}};
  CHECK(read_again(odd) == to_text(odd));
}

TEST_CASE("numbers and what is deeply nested come back as they were") {
  const Json value{{"a", JsonArray{JsonArray{JsonObject{{"b", JsonObject{{"c", JsonArray{JsonObject{{"d", 1.5}}}}}}}}}},
                   {"large", 9'223'372'036'854'775'807},
                   {"small", -3},
                   {"share", 0.1}};
  CHECK(read_again(value) == to_text(value));
}

}  // namespace plumbline::manifests
