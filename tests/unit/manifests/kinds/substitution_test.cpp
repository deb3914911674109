#include "manifests/kinds/substitution.h"

#include <doctest/doctest.h>

#include "base/json.h"
#include "tests/unit/manifests/support.h"

namespace plumbline::manifests {
namespace {

// What a value in YAML is after substitution, and the errors behind it.
std::string substituted(const std::string& value, const Values& values) {
  auto documents = parse_yaml("v.yaml", value);
  REQUIRE(documents.size() == 1);
  std::vector<Diagnostic> diagnostics;
  Report report("v.yaml", diagnostics);
  substitute(documents[0].root, values, report);
  return to_text(to_json(documents[0].root)) + (diagnostics.empty() ? "" : "\n" + test::texts(diagnostics));
}

}  // namespace

TEST_CASE("values stand where their names stood and escapes stay") {
  const Values values{{"A", "one"}, {"B_2", "two"}, {"EMPTY", ""}};
  CHECK(substituted("${A}", values) == R"("one")");
  CHECK(substituted("x ${A}/${B_2}${A} y", values) == R"("x one/twoone y")");
  CHECK(substituted("'$${A} $A $$ ${A}'", values) == R"("${A} $A $$ one")");
  CHECK(substituted("'$${'", values) == R"("${")");
  CHECK(substituted("- ${A}\n- k: ${B_2}\n", values) == R"(["one",{"k":"two"}])");
  CHECK(substituted("'${EMPTY}'", values) == R"("")");
}

TEST_CASE("a default stands for what is not set or empty") {
  const Values values{{"A", "one"}, {"EMPTY", ""}};
  CHECK(substituted("'${A:=two}'", values) == R"("one")");
  CHECK(substituted("'${B:=two}'", values) == R"("two")");
  CHECK(substituted("'${EMPTY:=two}'", values) == R"("two")");
  CHECK(substituted("'${B:=}'", values) == R"("")");
  CHECK(substituted("'${B:=http://x:1/$y}'", values) == R"("http://x:1/$y")");
}

TEST_CASE("a value is never read as a name or as YAML again") {
  const Values values{{"A", "${B}"}, {"B", "x"}, {"LIST", "[1, 2]"}, {"KEY", "a: b"}};
  CHECK(substituted("'${A}'", values) == R"("${B}")");
  CHECK(substituted("'${B:=${A}'", values) == R"("x")");
  CHECK(substituted("${LIST}", values) == R"("[1, 2]")");
  CHECK(substituted("k: ${KEY}", values) == R"({"k":"a: b"})");
}

TEST_CASE("quotes decide whether a value may become a number") {
  const Values values{{"N", "50"}, {"T", "true"}, {"BIG", "1e999"}};
  CHECK(substituted("${N}", values) == "50");
  CHECK(substituted("'${N}'", values) == R"("50")");
  CHECK(substituted("${N}0", values) == "500");
  CHECK(substituted("${T}", values) == "true");
  CHECK(substituted("${BIG}", values).find("error: with its values this becomes a number that is too large") !=
        std::string::npos);
}

TEST_CASE("what is not set and what is no name are errors at their scalars") {
  CHECK(substituted("a: 1\nb: [x, \"${NONE}\"]", {}) ==
        "{\"a\":1,\"b\":[\"x\",\"${NONE}\"]}\n"
        "v.yaml:2:8: error: the value NONE is not set; set it for this source, or give it a default: ${NONE:=...}\n");
  for (const char* bad : {"'${}'", "'${A'", "'${1A}'", "'${A-B}'", "'${A B}'", "'${A:-x}'", "'${'"}) {
    CAPTURE(bad);
    CHECK(substituted(bad, {{"A", "x"}})
              .find("v.yaml:1:1: error: this ${ does not begin ${NAME} or ${NAME:=default}; "
                    "write $${ for the text ${\n") != std::string::npos);
  }
}

TEST_CASE("a name without quotes inside of braces is no YAML and the error tells the mend") {
  const auto documents = parse_yaml("v.yaml", "a: 1\nb: {c: ${NAME}}\n");
  CHECK(test::texts(documents.at(0).diagnostics).find("; inside of {} and [], put ${...} in quotes\n") !=
        std::string::npos);
}

TEST_CASE("keys are not substituted") {
  CHECK(substituted("'${A}': '${A}'", {{"A", "x"}}) == R"({"${A}":"x"})");
}

TEST_CASE("a file of values is a flat map of strings") {
  const auto good = parse_values("v.yaml", "A: one\nB: \"2\"\n");
  CHECK(good.diagnostics.empty());
  CHECK(good.values == Values{{"A", "one"}, {"B", "2"}});
  CHECK(parse_values("v.yaml", "").values.empty());
  CHECK(parse_values("v.json", R"({"A": "one"})").values == Values{{"A", "one"}});
  const auto bad = parse_values("v.yaml", "A: 1\nB-C: x\nD: {e: f}\nD: x\n");
  CHECK(bad.values.empty());
  CHECK(test::texts(bad.diagnostics) ==
        "v.yaml:4:1: error: duplicate key \"D\"; each key may occur only once in a map\n"
        "v.yaml:1:4: error: expected a string for \"values.A\", found a number; put it in quotes\n"
        "v.yaml:2:1: error: \"B-C\" in \"values\" is not a name of a value: it may hold letters, digits and _, and may "
        "not begin with a digit\n"
        "v.yaml:3:4: error: expected a string for \"values.D\", found a map\n");
  CHECK(has_errors(parse_values("v.yaml", "[a]").diagnostics));
  CHECK(has_errors(parse_values("v.yaml", "A: [").diagnostics));
}

}  // namespace plumbline::manifests
