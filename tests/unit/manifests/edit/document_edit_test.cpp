#include "manifests/edit/document_edit.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace plumbline;
using namespace plumbline::manifests;

namespace {

Json json(std::string_view text) {
  return parse_json(text).value();
}

// One value of the first document; without `value` it goes.
std::string edited(const std::string& file, std::string_view text, const std::vector<std::string>& path,
                   std::optional<std::string_view> value) {
  std::optional<Json> wanted;
  if (value) wanted = json(*value);
  const auto result = edit_document(file, text, 0, {{path, wanted}});
  return result ? *result : "refused: " + result.error().message;
}

std::string refusal(const std::string& file, std::string_view text, const std::vector<std::string>& path,
                    std::optional<std::string_view> value) {
  std::optional<Json> wanted;
  if (value) wanted = json(*value);
  const auto result = edit_document(file, text, 0, {{path, wanted}});
  REQUIRE(!result);
  return result.error().where.file + ":" + std::to_string(result.error().where.line) + ": " + result.error().message;
}

}  // namespace

TEST_CASE("a text of YAML is replaced within its quotes, and comments, blanks and order stay") {
  constexpr std::string_view kText =
      "# head\nspec:\n  compatibility_date: 2026-01-01   # why\n  single: 'it''s'\n\n  double: \"a\"\n  last: x\n";
  CHECK(edited("a.yaml", kText, {"spec", "compatibility_date"}, R"("2026-10-01")") ==
        "# head\nspec:\n  compatibility_date: 2026-10-01   # why\n  single: 'it''s'\n\n  double: \"a\"\n  last: x\n");
  CHECK(edited("a.yaml", kText, {"spec", "single"}, R"("that's")") ==
        "# head\nspec:\n  compatibility_date: 2026-01-01   # why\n  single: 'that''s'\n\n  double: \"a\"\n  last: x\n");
  CHECK(edited("a.yaml", kText, {"spec", "double"}, R"("b \"c\"")") ==
        "# head\nspec:\n  compatibility_date: 2026-01-01   # why\n  single: 'it''s'\n\n  double: \"b \\\"c\\\"\"\n  "
        "last: x\n");
}

TEST_CASE("a text that YAML would read as something else gets quotes") {
  for (const auto* value : {R"("true")", R"("12")", R"("null")", R"("a: b")", R"("a #b")", R"("")", R"("- a")",
                            R"("*/5 * * * *")", R"("two\nlines")", R"(" a")", R"("{a}")"}) {
    const auto made = edited("a.yaml", "a: x\nb: 1\n", {"a"}, value);
    CHECK(made == "a: " + std::string(value) + "\nb: 1\n");
  }
}

TEST_CASE("values change their type") {
  CHECK(edited("a.yaml", "a: 1 # c\n", {"a"}, "true") == "a: true # c\n");
  CHECK(edited("a.yaml", "a: 1 # c\n", {"a"}, "0.5") == "a: 0.5 # c\n");
  CHECK(edited("a.yaml", "a: 1 # c\n", {"a"}, R"({"b": [1, "x"]})") == "a: {b: [1, x]} # c\n");
  CHECK(edited("a.yaml", "a: # c\nb: 1\n", {"a"}, "2") == "a: 2 # c\nb: 1\n");
  CHECK(edited("a.yaml", "a: ~\n", {"a"}, "2") == "a: 2\n");
  CHECK(edited("a.yaml", "a:\n  - 1\n  - 2\nb: 1\n", {"a"}, "3") == "a: 3\nb: 1\n");
  CHECK(edited("a.yaml", "a:\n  c: 1\nb: 1\n", {"a"}, "{}") == "a: {}\nb: 1\n");
  CHECK(edited("a.yaml", "a: {b: 1}\n", {"a", "b"}, "null") == "a: {b: null}\n");
}

TEST_CASE("keys of a block are added behind its last one and taken out with their lines") {
  constexpr std::string_view kText = "spec:\n  a: 1\n  # about b\n  b:\n    c: 2 # two\n\n# about next\nnext: 1\n";
  CHECK(edited("a.yaml", kText, {"spec", "b", "d"}, R"("x")") ==
        "spec:\n  a: 1\n  # about b\n  b:\n    c: 2 # two\n    d: x\n\n# about next\nnext: 1\n");
  CHECK(edited("a.yaml", kText, {"spec", "e", "f"}, "[1]") ==
        "spec:\n  a: 1\n  # about b\n  b:\n    c: 2 # two\n  e:\n    f:\n      - 1\n\n# about next\nnext: 1\n");
  CHECK(edited("a.yaml", kText, {"spec", "a"}, std::nullopt) ==
        "spec:\n  # about b\n  b:\n    c: 2 # two\n\n# about next\nnext: 1\n");
  CHECK(edited("a.yaml", kText, {"spec", "b"}, std::nullopt) ==
        "spec:\n  a: 1\n  # about b\n\n# about next\nnext: 1\n");
  CHECK(edited("a.yaml", kText, {"spec", "b", "c"}, std::nullopt) ==
        "spec:\n  a: 1\n  # about b\n  b: {} # two\n\n# about next\nnext: 1\n");
}

TEST_CASE("the items of a list that stay are not touched") {
  constexpr std::string_view kText = "list:\n- a # one\n- b # two\n- c # three\nnext: 1\n";
  CHECK(edited("a.yaml", kText, {"list"}, R"(["a", "c"])") == "list:\n- a # one\n- c # three\nnext: 1\n");
  CHECK(edited("a.yaml", kText, {"list"}, R"(["a", "b", "c", "d"])") ==
        "list:\n- a # one\n- b # two\n- c # three\n- d\nnext: 1\n");
  CHECK(edited("a.yaml", kText, {"list"}, R"(["z", "a", "b", "c"])") ==
        "list:\n- z\n- a # one\n- b # two\n- c # three\nnext: 1\n");
  CHECK(edited("a.yaml", kText, {"list"}, R"(["a", "x", "c"])") ==
        "list:\n- a # one\n- x # two\n- c # three\nnext: 1\n");
  CHECK(edited("a.yaml", kText, {"list"}, R"(["a", {"k": 1, "l": [2]}, "b", "c"])") ==
        "list:\n- a # one\n- k: 1\n  l:\n    - 2\n- b # two\n- c # three\nnext: 1\n");
}

TEST_CASE("maps behind the dashes of a list are changed by their keys") {
  constexpr std::string_view kText = "routes:\n  - pattern: a/*\n    zone: x\n  - pattern: b/* # b\n    zone: y\n";
  CHECK(edited("a.yaml", kText, {"routes"}, R"([{"pattern": "a/*", "zone": "z"}, {"pattern": "b/*", "zone": "y"}])") ==
        "routes:\n  - pattern: a/*\n    zone: z\n  - pattern: b/* # b\n    zone: y\n");
  CHECK(edited("a.yaml", kText, {"routes"}, R"([{"zone": "x"}, {"pattern": "b/*", "zone": "y"}])") ==
        "routes:\n  - zone: x\n  - pattern: b/* # b\n    zone: y\n");
  CHECK(edited("a.yaml", kText, {"routes"}, R"([{"pattern": "b/*", "zone": "y"}])") ==
        "routes:\n  - pattern: b/* # b\n    zone: y\n");
}

TEST_CASE("braces and brackets keep their manner") {
  CHECK(edited("a.yaml", "a: [x, 'y'] # c\n", {"a"}, R"(["x", "y", "z"])") == "a: [x, 'y', z] # c\n");
  CHECK(edited("a.yaml", "a: ['x', y]\n", {"a"}, R"(["y"])") == "a: [y]\n");
  CHECK(edited("a.yaml", "a: [x, y]\n", {"a"}, R"(["x"])") == "a: [x]\n");
  CHECK(edited("a.yaml", "a: [x, y,]\n", {"a"}, R"(["x"])") == "a: [x,]\n");
  CHECK(edited("a.yaml", "a: []\n", {"a"}, R"(["x"])") == "a: [x]\n");
  CHECK(edited("a.yaml", "a: {}\n", {"a", "b"}, "1") == "a: {b: 1}\n");
  CHECK(edited("a.yaml", "a: {b: 1, c: 2}\n", {"a", "b"}, std::nullopt) == "a: {c: 2}\n");
  CHECK(edited("a.yaml", "a: {b: 1, c: 2}\n", {"a", "c"}, std::nullopt) == "a: {b: 1}\n");
  CHECK(edited("a.yaml", "a: {\"b\": 1}\n", {"a", "c"}, R"("x")") == "a: {\"b\": 1, \"c\": x}\n");
  CHECK(edited("a.yaml", "a: [\n  x, # one\n  y # two\n]\n", {"a"}, R"(["x", "y", "z"])") ==
        "a: [\n  x, # one\n  y, # two\n  z\n]\n");
  CHECK(edited("a.yaml", "a: [\n  x, # one\n  y,\n]\n", {"a"}, R"(["x", "w", "y"])") ==
        "a: [\n  x, # one\n  w,\n  y,\n]\n");
}

TEST_CASE("JSON stays JSON") {
  constexpr std::string_view kText = "{\n  \"spec\": {\n    \"a\": 1,\n    \"b\": \"x\"\n  }\n}\n";
  CHECK(edited("a.json", kText, {"spec", "b"}, R"("y")") ==
        "{\n  \"spec\": {\n    \"a\": 1,\n    \"b\": \"y\"\n  }\n}\n");
  CHECK(edited("a.json", kText, {"spec", "c"}, R"({"d": [true]})") ==
        "{\n  \"spec\": {\n    \"a\": 1,\n    \"b\": \"x\",\n    \"c\": {\"d\": [true]}\n  }\n}\n");
  CHECK(edited("a.json", kText, {"spec", "b"}, std::nullopt) == "{\n  \"spec\": {\n    \"a\": 1\n  }\n}\n");
  CHECK(edited("a.json", kText, {"spec", "a"}, std::nullopt) == "{\n  \"spec\": {\n    \"b\": \"x\"\n  }\n}\n");
  CHECK(edited("a.json", "{\"a\":1,\"b\":2}", {"b"}, std::nullopt) == "{\"a\":1}");
}

TEST_CASE("JSON with comments keeps them, and its commas") {
  constexpr std::string_view kText =
      "{\n\t// the date\n\t\"compatibility_date\": \"2026-01-01\", // old\n\t\"vars\": { \"A\": \"x\" /* a */ },\n\t"
      "\"flags\": [\n\t\t\"one\", // 1\n\t\t\"two\", // 2\n\t],\n}\n";
  CHECK(edited("wrangler.jsonc", kText, {"compatibility_date"}, R"("2026-10-01")") ==
        "{\n\t// the date\n\t\"compatibility_date\": \"2026-10-01\", // old\n\t\"vars\": { \"A\": \"x\" /* a */ },\n\t"
        "\"flags\": [\n\t\t\"one\", // 1\n\t\t\"two\", // 2\n\t],\n}\n");
  CHECK(edited("wrangler.jsonc", kText, {"flags"}, R"(["one", "two", "three"])") ==
        "{\n\t// the date\n\t\"compatibility_date\": \"2026-01-01\", // old\n\t\"vars\": { \"A\": \"x\" /* a */ },\n\t"
        "\"flags\": [\n\t\t\"one\", // 1\n\t\t\"two\", // 2\n\t\t\"three\",\n\t],\n}\n");
  CHECK(edited("wrangler.jsonc", kText, {"vars", "B"}, R"("http://y")") ==
        "{\n\t// the date\n\t\"compatibility_date\": \"2026-01-01\", // old\n\t\"vars\": { \"A\": \"x\", \"B\": "
        "\"http://y\" /* a */ },\n\t\"flags\": [\n\t\t\"one\", // 1\n\t\t\"two\", // 2\n\t],\n}\n");
  CHECK(edited("wrangler.jsonc", kText, {"logpush"}, "true") ==
        "{\n\t// the date\n\t\"compatibility_date\": \"2026-01-01\", // old\n\t\"vars\": { \"A\": \"x\" /* a */ },\n\t"
        "\"flags\": [\n\t\t\"one\", // 1\n\t\t\"two\", // 2\n\t],\n\t\"logpush\": true,\n}\n");
}

TEST_CASE("TOML is changed in its tables, arrays and lines") {
  constexpr std::string_view kText =
      "name = \"a\" # n\ncompatibility_date = '2026-01-01'\nflags = [\"x\", \"y\"]\n\n[vars]\nA = "
      "\"1\"\n\n[limits]\ncpu_ms = "
      "50\n";
  CHECK(edited("wrangler.toml", kText, {"compatibility_date"}, R"("2026-10-01")").contains("= '2026-10-01'\nflags"));
  CHECK(edited("wrangler.toml", kText, {"flags"}, R"(["x", "z", "w"])").contains("flags = [\"x\", \"z\", \"w\"]\n"));
  CHECK(edited("wrangler.toml", kText, {"limits", "cpu_ms"}, "100").ends_with("[limits]\ncpu_ms = 100\n"));
  CHECK(edited("wrangler.toml", kText, {"vars", "B"}, R"("2")").contains("[vars]\nA = \"1\"\nB = \"2\"\n\n[limits]"));
  CHECK(edited("wrangler.toml", kText, {"logpush"}, "true").contains("\"y\"]\nlogpush = true\n\n[vars]"));
  CHECK(edited("wrangler.toml", kText, {"placement", "mode"}, R"("smart")")
            .contains("\"y\"]\nplacement = { mode = \"smart\" }\n\n[vars]"));
  CHECK(edited("wrangler.toml", kText, {"compatibility_date"}, std::nullopt).starts_with("name = \"a\" # n\nflags"));
  CHECK(edited("wrangler.toml", "[a]\nb = 1\n", {"c"}, "2") == "c = 2\n[a]\nb = 1\n");
  CHECK(edited("wrangler.toml", "[a]\n[b]\nc = 1\n", {"a", "x"}, "2") == "[a]\nx = 2\n[b]\nc = 1\n");
  CHECK(edited("wrangler.toml", "a = { b = 1 }\n", {"a", "c"}, "2") == "a = { b = 1, c = 2 }\n");
  CHECK(edited("wrangler.toml", "a = \"\"\"x\ny\"\"\" # c\n", {"a"}, R"("z")") == "a = \"z\" # c\n");
  CHECK(edited("wrangler.toml", "a = 1_000 # c\n", {"a"}, "2000") == "a = 2000 # c\n");
}

TEST_CASE("line ends of Windows and a byte order mark stay") {
  CHECK(edited("a.yaml",
               "\xEF\xBB\xBF"
               "a: 1\r\nb:\r\n  c: 2\r\nd: 3\r\n",
               {"b", "e"}, "[1, 2]") ==
        "\xEF\xBB\xBF"
        "a: 1\r\nb:\r\n  c: 2\r\n  e:\r\n    - 1\r\n    - 2\r\nd: 3\r\n");
  CHECK(edited("a.yaml", "a: 1\r\nb: 2\r\n", {"a"}, std::nullopt) == "b: 2\r\n");
  CHECK(edited("a.jsonc", "{\r\n  \"a\": 1\r\n}\r\n", {"b"}, "2") == "{\r\n  \"a\": 1,\r\n  \"b\": 2\r\n}\r\n");
  CHECK(edited("wrangler.toml", "a = 1\r\n", {"b"}, "2") == "a = 1\r\nb = 2\r\n");
}

TEST_CASE("a file without a newline at its end gets none") {
  CHECK(edited("a.yaml", "a: 1", {"b"}, "2") == "a: 1\nb: 2");
  CHECK(edited("a.yaml", "a: 1", {"a"}, "2") == "a: 2");
  CHECK(edited("wrangler.toml", "a = 1", {"a"}, "2") == "a = 2");
}

TEST_CASE("letters beyond ASCII before a value do not move it") {
  CHECK(edited("a.yaml", "\"größe\": 'ä' # ß\n", {"größe"}, R"("ö")") == "\"größe\": 'ö' # ß\n");
  CHECK(edited("a.jsonc", "{\"ü\": \"ä\", \"b\": 1}", {"b"}, "2") == "{\"ü\": \"ä\", \"b\": 2}");
  CHECK(edited("wrangler.toml", "\"ü\" = { a = \"ä\", b = 1 }\n", {"ü", "b"}, "2") == "\"ü\" = { a = \"ä\", b = 2 }\n");
}

TEST_CASE("texts over several lines are replaced as a whole") {
  CHECK(edited("a.yaml", "a: |\n  one\n  two\n\nb: 1\n", {"a"}, R"("x")") == "a: x\n\nb: 1\n");
  CHECK(edited("a.yaml", "a: one\n  two # c\nb: 1\n", {"a"}, R"("x")") == "a: x # c\nb: 1\n");
  CHECK(edited("a.yaml", "a: \"one\n  two\" # c\nb: 1\n", {"a"}, R"("x")") == "a: \"x\" # c\nb: 1\n");
  CHECK(edited("a.yaml", "- |\n  one\n- b\n", {}, std::nullopt) == "- |\n  one\n- b\n");
}

TEST_CASE("other documents of the file stay, and the one that is meant changes") {
  constexpr std::string_view kText = "a: 1 # first\n---\n# second\na: 1\n---\na: 1\n";
  const auto result = edit_document("a.yaml", kText, 1, {{{"a"}, json("2")}, {{"b"}, json("3")}});
  REQUIRE(result);
  CHECK(*result == "a: 1 # first\n---\n# second\na: 2\nb: 3\n---\na: 1\n");
  CHECK(!edit_document("a.yaml", kText, 3, {{{"a"}, json("2")}}));
}

TEST_CASE("what cannot be changed safely is an error at its place, and nothing changes") {
  CHECK(refusal("a.yaml", "a:\n  - 1 # why\n  - 2\n", {"a"}, "3") ==
        "a.yaml:1: it cannot be changed in place: a comment stands inside of it");
  CHECK(refusal("a.yaml", "a: [1, # why\n  2]\n", {"a"}, "3") ==
        "a.yaml:1: it cannot be changed in place: a comment stands inside of it");
  CHECK(refusal("a.yaml", "b: 1\na: *x\n", {"b"}, "3").starts_with("a.yaml:2: it cannot be read"));
  CHECK(refusal("wrangler.toml", "[a]\nb = 1\n", {"a"}, "3") ==
        "wrangler.toml:1: it cannot be changed in place: it is written as a table of TOML");
  CHECK(refusal("wrangler.toml", "a = 1\n", {"a"}, "null") ==
        "wrangler.toml:1: it cannot be changed in place: TOML has no null");
  CHECK(refusal("wrangler.toml", "[[a]]\nb = 1\n", {"a"}, R"([{"b": 1}, {"b": 2}])")
            .starts_with("wrangler.toml:1: it cannot be changed in place"));
}

TEST_CASE("nothing to change is no change") {
  constexpr std::string_view kText = "a:   1.0 # c\nb: [ 'x' ]\n";
  CHECK(edited("a.yaml", kText, {"a"}, "1") == kText);
  CHECK(edited("a.yaml", kText, {"b"}, R"(["x"])") == kText);
  CHECK(edited("a.yaml", kText, {"c"}, std::nullopt) == kText);
  CHECK(edited("a.yaml", kText, {"c", "d"}, std::nullopt) == kText);
}
