#include "base/markdown.h"

#include <doctest/doctest.h>

namespace plumbline::markdown {
namespace {

TEST_CASE("code is a span that nothing in it can end") {
  CHECK(code("worker.shop").compare("`worker.shop`") == 0);
  CHECK(code("").empty());
  CHECK(code("a`b") == "``a`b``");
  CHECK(code("a``b`") == "``` a``b` ```");
  CHECK(code("` <img src=x> @all") == "`` ` <img src=x> @all ``");
  CHECK(code("one\ntwo\r\tthree") == "`one\\x0atwo\\x0d three`");
  CHECK(code("a|b") == "`a|b`");
  CHECK(cell("a|b\\|c") == "`a\\|b\\\\|c`");
}

TEST_CASE("long texts are cut between characters") {
  CHECK(code(std::string(300, 'a'), 10) == "`aaaaaaa…`");
  // Two bytes each: one of them would end in the middle.
  CHECK(code("ääääääää", 10) == "`äää…`");
  CHECK(code("0123456789", 10) == "`0123456789`");
}

TEST_CASE("where Markdown is not read, HTML is what has to be kept out") {
  CHECK(html_code("</code></summary><img src=\"x\"> @all & more") ==
        "<code>&lt;/code&gt;&lt;/summary&gt;&lt;img src=&quot;x&quot;&gt; &#64;all &amp; more</code>");
}

TEST_CASE("a fence is longer than every one inside") {
  CHECK(fenced("diff", {}, 1000).empty());
  CHECK(fenced("diff", {"+ a", "- b"}, 1000) == "```diff\n+ a\n- b\n```\n");
  CHECK(fenced("text", {"```", "````\n~~~~~~"}, 1000) == "`````text\n```\n````\\x0a~~~~~~\n`````\n");
}

TEST_CASE("a fence that is full says how much more there is, and stays below its bound") {
  const std::vector<std::string> lines(100, std::string(90, '`'));
  for (const std::size_t bound : {200U, 500U, 1000U, 2500U, 20000U}) {
    CAPTURE(bound);
    const auto text = fenced("text", lines, bound);
    CHECK(text.size() <= bound);
    CHECK(text.contains("more\n") == (bound < 20000));
  }
  CHECK(fenced("text", {std::string(10'000, 'x')}, 1000).size() < 520);
}

TEST_CASE("a marker is one comment, and its JSON is still the same") {
  const auto text = marker("plumbline:plan", {{"source", "a --> <b> --!> ---"}, {"v", 1}});
  CHECK(text.starts_with("<!-- plumbline:plan {"));
  CHECK(text.ends_with("} -->"));
  const auto json = text.substr(20, text.size() - 24);
  CHECK_FALSE(json.contains("--"));
  CHECK_FALSE(json.contains('>'));
  CHECK(equal(*parse_json(json), Json{{"source", "a --> <b> --!> ---"}, {"v", 1}}));
}

}  // namespace
}  // namespace plumbline::markdown
