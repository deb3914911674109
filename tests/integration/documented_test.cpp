#include <doctest/doctest.h>

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "tests/integration/documented_stage.h"
#include "tests/support/documented_answer.h"
#include "tests/support/documented_page.h"

/// Every example of Cloudflare's pages, sent to the simulator as its page has it.
namespace plumbline::testing {

namespace {

void check_page(const DocumentedPage& page) {
  CAPTURE(page.file);
  Stage stage(page);
  std::set<std::string> beyond;
  for (const auto& example : page.examples) {
    CAPTURE(example.title);
    stage.prepare(example);
    check_answer(page, stage.names(), example.answer, stage.send(example.call), beyond);
    check_effects(page, stage, example, beyond);
  }
  CHECK(lines_of(beyond) == lines_of(as_set(page.beyond)));
}

}  // namespace

TEST_CASE("a difference from a page is found wherever it is, and what a page leaves open is none") {
  const auto compared = [](std::string_view shown, std::string_view found, Shows shows = Shows::values) {
    const std::vector<std::string> of_service{"/id", "/list/*/id"};
    const auto result = compare(*parse_json(shown), *parse_json(found), shows, of_service);
    return lines_of(result.differences) + " + " + lines_of(result.beyond);
  };
  CHECK(compared(R"({"a":1,"id":"x"})", R"({"a":1.0,"id":"y"})") == " + ");
  CHECK(compared(R"({"a":1,"id":"x"})", R"({"a":2,"id":null,"b":0})") == "/a: 2\n/id: null + /b");
  CHECK(compared(R"({"a":{"b":null}})", R"({"a":{}})") == "/a/b: absent + ");
  CHECK(compared(R"({"list":[{"id":"x"}]})", R"({"list":[{"id":"y","n":1}]})") == " + /list/*/n");
  CHECK(compared(R"({"list":[{"id":"x"}]})", R"({"list":[]})") == "/list: [] + ");
  CHECK(compared(R"({"a":"*string*"})", R"({"a":1})") == "/a: 1 + ");
  const auto types = Shows::types;
  CHECK(compared(R"({"a":"*integer*","b":"*number*"})", R"({"a":1.5,"b":1.5})", types) == "/a: 1.5 + ");
  CHECK(compared(R"({"a":["*boolean*"]})", R"({"a":[true,1]})", types) == "/a/*: 1 + ");
  CHECK(compared(R"({"a":["*boolean*"]})", R"({"a":[]})", types) == "/a: [] + ");
  CHECK(compared(R"({"a":{},"b":null})", R"({"a":{"x":1},"b":2})", types) == " + ");
  CHECK(compared(R"({"a":{},"b":null})", R"({"a":null})", types) == "/a: null\n/b: absent + ");
}

TEST_CASE("the simulator answers every example of the documentation as its page shows it") {
  const auto pages = documented_pages();
  REQUIRE_FALSE(pages.empty());
  for (const auto& page : pages) check_page(page);
}

}  // namespace plumbline::testing
