#include "manifests/kinds/merge.h"

#include <doctest/doctest.h>

#include <array>

#include "base/json.h"

namespace plumbline::manifests {
namespace {

YamlNode tree(const std::string& text) {
  auto documents = parse_yaml("x.json", text);
  REQUIRE(documents.size() == 1);
  REQUIRE(documents[0].diagnostics.empty());
  return std::move(documents[0].root);
}

std::string merged(const std::string& target, const std::string& patch, Nulls nulls = Nulls::remove) {
  return to_text(to_json(merge(tree(target), tree(patch), nulls)));
}

}  // namespace

TEST_CASE("a merge patch does what the examples of RFC 7386 say") {
  // Appendix A, where the target is no document that YAML refuses.
  constexpr std::array<std::array<const char*, 3>, 15> kExamples{{
      {R"({"a":"b"})", R"({"a":"c"})", R"({"a":"c"})"},
      {R"({"a":"b"})", R"({"b":"c"})", R"({"a":"b","b":"c"})"},
      {R"({"a":"b"})", R"({"a":null})", R"({})"},
      {R"({"a":"b","b":"c"})", R"({"a":null})", R"({"b":"c"})"},
      {R"({"a":["b"]})", R"({"a":"c"})", R"({"a":"c"})"},
      {R"({"a":"c"})", R"({"a":["b"]})", R"({"a":["b"]})"},
      {R"({"a":{"b":"c"}})", R"({"a":{"b":"d","c":null}})", R"({"a":{"b":"d"}})"},
      {R"({"a":[{"b":"c"}]})", R"({"a":[1]})", R"({"a":[1]})"},
      {R"(["a","b"])", R"(["c","d"])", R"(["c","d"])"},
      {R"({"a":"b"})", R"(["c"])", R"(["c"])"},
      {R"({"a":"foo"})", R"(null)", R"(null)"},
      {R"({"a":"foo"})", R"("bar")", R"("bar")"},
      {R"({"e":null})", R"({"a":1})", R"({"e":null,"a":1})"},
      {R"([1,2])", R"({"a":"b","c":null})", R"({"a":"b"})"},
      {R"({})", R"({"a":{"bb":{"ccc":null}}})", R"({"a":{"bb":{}}})"},
  }};
  for (const auto& [target, patch, result] : kExamples) {
    CAPTURE(target);
    CAPTURE(patch);
    CHECK(merged(target, patch) == result);
  }
}

TEST_CASE("nulls of a patch may stay where they remove nothing") {
  constexpr const char* kTarget = R"({"a":1,"b":{"c":1}})";
  constexpr const char* kPatch = R"({"a":null,"b":{"c":null,"d":null},"e":null})";
  CHECK(merged(kTarget, kPatch, Nulls::remove) == R"({"b":{}})");
  CHECK(merged(kTarget, kPatch, Nulls::remove_if_there) == R"({"b":{"d":null},"e":null})");
}

TEST_CASE("a merged value keeps the place and the file where it was written") {
  const std::string other = "other.json";
  YamlNode target = tree("{\"a\": 1,\n \"b\": {\"c\": 2}}");
  set_file(target, &other);
  const YamlNode both = merge(std::move(target), tree("{\n\n  \"b\": {\"d\": 3}}"), Nulls::remove);
  CHECK(both.line == 1);
  CHECK(both.file == nullptr);
  CHECK(both.find("a")->file == &other);
  CHECK(both.find("a")->line == 1);
  CHECK(both.find("b")->line == 3);
  CHECK(both.find("b")->find("c")->file == &other);
  CHECK(both.find("b")->find("c")->line == 2);
  CHECK(both.find("b")->find("d")->file == nullptr);
  CHECK(both.find("b")->find("d")->line == 3);
}

}  // namespace plumbline::manifests
