#include "manifests/documents/toml.h"

#include <doctest/doctest.h>

#include "tests/unit/manifests/support.h"

namespace plumbline::manifests {
namespace {

std::string value_of(std::string_view text) {
  const auto document = parse_toml("w.toml", text);
  return document.diagnostics.empty() ? to_text(to_json(document.root)) : test::texts(document.diagnostics);
}

}  // namespace

TEST_CASE("TOML becomes the tree that JSON would be, in the order of the file") {
  CHECK(value_of("") == "{}");
  CHECK(value_of("z = 1\na = \"x\"\n[t]\nb = true\n[[l]]\nc = 1.5\n[[l]]\nc = -2\n") ==
        R"({"z":1,"a":"x","t":{"b":true},"l":[{"c":1.5},{"c":-2}]})");
  CHECK(value_of("a.b.c = [1, \"two\", { d = 3 }]") == R"({"a":{"b":{"c":[1,"two",{"d":3}]}}})");
  CHECK(value_of("h = 0xff\no = 0o17\nb = 0b11\nu = 1_000\nf = 1e3") == R"({"h":255,"o":15,"b":3,"u":1000,"f":1000})");
  CHECK(value_of("s = '''\nline\n'''\nq = \"1\"") == "{\"s\":\"line\\n\",\"q\":\"1\"}");
}

TEST_CASE("values of TOML know where they stand") {
  const auto document = parse_toml("w.toml", "name = \"x\"\n\n[env.staging]\nvars = { A = 1 }\n");
  REQUIRE(document.diagnostics.empty());
  const YamlNode* name = document.root.find("name");
  CHECK(name->line == 1);
  CHECK(name->column == 8);
  const YamlNode* vars = document.root.find("env")->find("staging")->find("vars");
  CHECK(vars->line == 4);
  CHECK(vars->entries[0].key.column == 10);
}

TEST_CASE("a table header that begins with what no key may begin with is an error like others") {
  CHECK(value_of("a = 1\n[[\x08x]]\n").starts_with("w.toml:2:"));
  CHECK(value_of("[=]\n").starts_with("w.toml:1:"));
}

TEST_CASE("letters that are no ASCII are no white space, in a key without quotes as elsewhere") {
  for (const auto* letter : {"é", "Ж", "、", "ﻯ", "\u00A0", "\u3000", "\uFEFF", "日"}) {
    CAPTURE(letter);
    CHECK(value_of(std::string("k") + letter + " = 1\n").starts_with("w.toml:1:"));
    CHECK(value_of("a = 1" + std::string(letter) + "\n").starts_with("w.toml:1:"));
    CHECK(value_of("\"k" + std::string(letter) + "\" = 1  # " + letter + "\n") ==
          "{\"k" + std::string(letter) + "\":1}");
  }
}

TEST_CASE("what is no TOML is an error at its place, and nothing is used") {
  CHECK(value_of("a = \n").starts_with("w.toml:1:5: error: this is not valid TOML; "));
  CHECK(value_of("a = 1\na = 2\n").starts_with("w.toml:2:"));
  CHECK(parse_toml("w.toml", "a = [").cut_short);
}

TEST_CASE("dates and infinite numbers of TOML are refused, since JSON has none") {
  CHECK(value_of("d = 2026-10-01") ==
        "w.toml:1:5: error: dates are not supported here; put it in quotes, as in \"2026-10-01\"\n");
  CHECK(value_of("d = 07:32:00").contains("dates are not supported"));
  CHECK(value_of("d = 1979-05-27T07:32:00Z").contains("dates are not supported"));
  CHECK(value_of("n = inf") ==
        "w.toml:1:5: error: the API uses JSON, which has no such number; write it as a string\n");
  CHECK(value_of("n = nan").contains("no such number"));
}

TEST_CASE("size and depth of TOML are limited") {
  CHECK(test::texts(parse_toml("w.toml", "a = 1", {.bytes = 4}).diagnostics) ==
        "w.toml: error: the file has 5 bytes, at most 4 are allowed\n");
  CHECK(value_of("a = " + std::string(70, '[') + std::string(70, ']'))
            .contains("more than 64 levels of lists and maps; make the document flatter"));
}

}  // namespace plumbline::manifests
