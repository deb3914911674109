#include "manifests/kinds/json_schema.h"

#include <doctest/doctest.h>

#include <functional>
#include <regex>
#include <set>

#include "manifests/documents/schema.h"
#include "manifests/kinds/worker_schema.h"
#include "manifests/kinds/zone_worker.h"

namespace plumbline::manifests {
namespace {

// Every shape that can be reached from `shape`, once.
void visit(const Shape& shape, std::set<const Shape*>& seen, const std::function<void(const Shape&)>& see) {
  if (!seen.insert(&shape).second) return;
  see(shape);
  const auto visit_table = [&](const Table& table) {
    for (const Field& field : table.fields) visit(field.shape, seen, see);
  };
  if (shape.element != nullptr) visit(*shape.element, seen, see);
  if (shape.table != nullptr) visit_table(*shape.table);
  for (const Shape& alternative : shape.alternatives) visit(alternative, seen, see);
  for (const Variant& variant : shape.variants) visit_table(variant.table);
}

void visit_all(const std::function<void(const Shape&)>& see) {
  std::set<const Shape*> seen;
  for (const Shape* kind : {&worker_shape(), &defaults_shape(), &zone_worker_shape()}) visit(*kind, seen, see);
}

// Every value under `$ref`.
void references(const Json& value, std::set<std::string>& found) {
  if (const auto* array = value.if_array()) {
    for (const Json& item : *array) references(item, found);
  }
  if (const auto* object = value.if_object()) {
    for (const auto& [key, member] : *object) {
      if (key == "$ref") found.emplace(view(member.as_string()));
      references(member, found);
    }
  }
}

}  // namespace

TEST_CASE("the schema refers to all of its definitions and to nothing else") {
  const Json schema = manifest_schema();
  std::set<std::string> defined;
  for (const auto& entry : schema.at("$defs").as_object()) defined.insert("#/$defs/" + std::string(entry.key()));
  std::set<std::string> referred;
  references(schema, referred);
  CHECK(defined == referred);
}

TEST_CASE("every rule for a text is told to editors as a pattern") {
  visit_all([](const Shape& shape) {
    CHECK((shape.rule == nullptr) == shape.pattern.empty());
    CHECK((shape.key_rule == nullptr) == shape.key_pattern.empty());
  });
}

TEST_CASE("a rule and its pattern agree") {
  const std::vector<std::string> texts{"",
                                       "a",
                                       "A",
                                       "1",
                                       "-",
                                       "_",
                                       "$",
                                       ".",
                                       "/",
                                       "a-",
                                       "-a",
                                       "a_b",
                                       "a b",
                                       " a",
                                       "a/b",
                                       "a/b/c",
                                       "/a",
                                       "a/",
                                       "/a/b",
                                       "/~",
                                       "/~0",
                                       "/~2",
                                       "//",
                                       "none",
                                       "unowned",
                                       "edge/prod",
                                       "edge/",
                                       "plumbline=x",
                                       "cf:x",
                                       "xcf:",
                                       "2026-10-01",
                                       "2026-1-1",
                                       "20261001",
                                       "example.com",
                                       "a.example.com",
                                       "*.example.com",
                                       "*example.com/*",
                                       "example.com/a*",
                                       "example.com/*/b",
                                       "https://example.com/*",
                                       "ftp://example.com",
                                       "example.com/?a",
                                       "example.com/#a",
                                       "**",
                                       "*",
                                       "http://",
                                       "a..b",
                                       ".a",
                                       "a.",
                                       "* * * * *",
                                       "*/5 0 1,2 * MON-FRI",
                                       "* * * *",
                                       "* * * * * *",
                                       "99 * * * *",
                                       "0 0 L-3W * 6L",
                                       "0 0 * * 0",
                                       "7Up",
                                       "404-page",
                                       "My-App",
                                       "example.com:80/*",
                                       "/x",
                                       "*/*",
                                       " * * * * *",
                                       "0123456789abcdef0123456789abcdef",
                                       "0123456789ABCDEF0123456789abcdef",
                                       "!/a",
                                       "!a",
                                       "!!/a",
                                       ".hidden",
                                       "a/.hidden",
                                       "A1$_",
                                       "1A",
                                       std::string(63, 'a'),
                                       std::string(64, 'a'),
                                       std::string(255, 'a'),
                                       std::string(256, 'a'),
                                       std::string(1024, 'a'),
                                       std::string(1025, 'a'),
                                       std::string(250, 'a') + ".com"};
  const auto agree = [&](TextRule rule, std::string_view pattern) {
    if (rule == nullptr) return;
    const std::regex expression{std::string(pattern)};
    for (const std::string& text : texts) {
      CAPTURE(pattern);
      CAPTURE(text);
      CHECK(std::regex_search(text, expression) == !rule(text).has_value());
    }
  };
  visit_all([&](const Shape& shape) {
    agree(shape.rule, shape.pattern);
    agree(shape.key_rule, shape.key_pattern);
  });
}

TEST_CASE("secrets and what Plumbline writes itself are refused by the schema") {
  const Json schema = manifest_schema();
  const Json& definitions = schema.at("$defs");
  for (const auto* field : {"annotations", "keep_bindings", "main_module"}) {
    CHECK(definitions.at("spec").at("properties").at(field).at("not") == JsonObject());
  }
  const std::string tag = to_text(definitions.at("bindings").at("properties").at("type"));
  CHECK(tag.find(R"("not":{"enum":["inherit","secret_key","secret_text"]})") != std::string::npos);
}

}  // namespace plumbline::manifests
