#include <doctest/doctest.h>

#include <algorithm>

#include "base/text.h"
#include "base/version.h"
#include "reconciler/plan/render.h"
#include "tests/unit/reconciler/shop.h"

using namespace plumbline;
using namespace plumbline::reconciler;
using namespace plumbline::reconciler::test;

namespace {

std::size_t occurrences(std::string_view text, std::string_view what) {
  std::size_t count = 0;
  for (auto at = text.find(what); at != std::string_view::npos; at = text.find(what, at + 1)) ++count;
  return count;
}

// The lines that are in no fence: what Markdown reads as such.
std::string outside_of_fences(const std::string& text) {
  std::string out;
  std::string fence;
  for (const auto line : split(text, '\n')) {
    const auto ticks = std::min(line.find_first_not_of('`'), line.size());
    if (fence.empty() && ticks >= 3) {
      fence = std::string(line.substr(0, ticks));
    } else if (!fence.empty() && line == fence) {
      fence.clear();
    } else if (fence.empty()) {
      out += std::string(line) + '\n';
    }
  }
  CHECK(fence.empty());
  return out;
}

}  // namespace

TEST_SUITE("render markdown") {
  TEST_CASE("a plan for a comment") {
    auto plan = shop().plan();
    plan.revision = "main@sha1:0123456789abcdef0123456789abcdef01234567";
    const std::string expected =
        R"(<!-- plumbline:plan {"v":1,"instance":"edge","source":"production","environment":"","digest":")" +
        plan.digest + R"(","revision":")" + plan.revision + R"("} -->
### Plumbline plan of `edge/production`: 1 to add, 1 to change, 1 to destroy

Plan: 1 to add, 1 to change, 1 to destroy.  
3 API calls, about 1 s within the budget. Digest )" +
        plan.digest + R"(  

| address | change | manifest |
|---|---|---|
| `worker.auth` | change | `workers/auth.yaml` |
| `worker.checkout` | add | `workers/checkout.yaml` |
| `worker.old` | destroy |  |

#### Destroyed

```diff
- worker.old               no manifest; owned by edge/production
```

<details><summary>change <code>worker.auth</code> <code>1 call: PATCH settings</code></summary>

```diff
! compatibility_date       "2026-01-01" -> "2026-10-01"
```

</details>

<details><summary>add <code>worker.checkout</code> <code>workers/checkout.yaml</code></summary>

```diff
+ module index.js          (20 B)
+ binding GREETING         plain_text "hello"
+ secret API_KEY
```

</details>

plumbline )" +
        std::string(version()) + ", revision `" + plan.revision + "`\n";
    CHECK(render_markdown(plan) == expected);
  }

  TEST_CASE("nothing to do, and what failed, are short") {
    World world;
    world.want(target_of(manifest("a")));
    world.have(live_as(world.targets.front()));
    const auto text = render_markdown(world.plan());
    CHECK(text.contains("### Plumbline plan of `edge/production`: no changes\n"));
    CHECK(text.contains("No changes. Your Workers match the manifests."));
    CHECK_FALSE(text.contains("<details>"));

    const auto failed =
        render_markdown({{"", "production"}, "staging"}, {{.summary = "no credentials", .detail = "set"}});
    CHECK(failed.starts_with(
        R"(<!-- plumbline:plan {"v":1,"instance":"","source":"production","environment":"staging",)"));
    CHECK(failed.contains("### Plumbline plan of `production`, environment `staging`: failed\n"));
    CHECK(failed.contains("```text\nerror: no credentials"));
  }

  TEST_CASE("what is blocked, destroyed or in error stands outside of any fold") {
    auto plan = shop().plan();
    plan.workers[0].block = Block{Reason::drifted, "somebody edited it", "run `plumbline drift`"};
    plan.workers[1].lines.push_back({'!', "deletes Durable Object class Cart", "", {}});
    plan.diagnostics.push_back({.severity = Severity::error, .where = {"a.yaml", 3, 5}, .summary = "unknown field"});
    plan.errored = true;
    const auto text = render_markdown(plan);
    CHECK(text.contains(": errors\n"));
    const auto fold = text.find("<details>");
    for (const std::string_view what :
         {"worker.auth (Drifted): somebody edited it\n  to go on: run `plumbline drift`\n",
          "- worker.checkout          deletes Durable Object class Cart\n",
          "| `worker.auth` | change, **blocked** |"}) {
      CAPTURE(what);
      CHECK(text.find(what) < fold);
    }
    CHECK(text.find("a.yaml:3:5: error: unknown field") > text.rfind("</details>"));
  }

  TEST_CASE("no text of a manifest is anything but code") {
    const std::string evil = "x`` ``` ````\n# @all <img src=x> | [a](https://evil.example) </summary></details> -->";
    auto plan = shop().plan();
    plan.revision = evil;
    plan.environment = evil;
    for (auto& change : plan.workers) {
      change.name = evil;
      change.file = evil;
      change.reason = evil;
      change.lines = {{'+', evil, evil, {}}, {'!', evil, evil, {}}};
      change.block = Block{Reason::drifted, evil, evil};
      change.needs = {evil};
    }
    plan.diagnostics.push_back({.where = {evil, 1, 1}, .summary = evil, .detail = evil});
    const auto text = render_markdown(plan);
    CHECK(occurrences(text, "<!--") == 1);
    const auto markup = outside_of_fences(text);
    CHECK(occurrences(markup, "<details>") == plan.workers.size());
    CHECK(occurrences(markup, "</details>\n") == plan.workers.size());
    // Every occurrence lies between two runs of five backticks, or is written for HTML.
    for (auto at = markup.find("<img"); at != std::string::npos; at = markup.find("<img", at + 1)) {
      const auto begin = markup.rfind('\n', at);
      CHECK(markup.find("`````", begin) < at);
    }
  }

  TEST_CASE("a comment has its bound, whatever a plan holds, and says what it leaves out") {
    auto plan = shop().plan();
    const auto one = plan.workers.front();
    plan.workers.clear();
    for (int i = 0; i < 300; ++i) {
      auto change = one;
      change.name = "worker-" + std::to_string(i) + std::string(300, 'n');
      change.action = Action::remove;
      change.file = std::string(4000, 'f');
      change.reason = std::string(4000, 'r');
      change.lines = {{'!', std::string(4000, 'w'), std::string(4000, 'd'), {}}};
      change.block = Block{Reason::data_loss, std::string(4000, 'm'), std::string(4000, 'o')};
      change.origin = Origin::drift;
      plan.workers.push_back(change);
      plan.diagnostics.push_back({.summary = std::string(4000, 's'), .detail = std::string(4000, 'd')});
    }
    const auto text = render_markdown(plan);
    CHECK(text.size() <= 65'000);
    CHECK(text.size() > 40'000);
    CHECK(text.contains("\nand 250 more\n"));
    CHECK(text.contains("are left out of this comment; `plumbline plan` shows them."));
    CHECK(occurrences(text, "<details>") == occurrences(text, "</details>"));
    CHECK(occurrences(text, "<details>") > 3);
    (void)outside_of_fences(text);

    // What grows most by being made code.
    for (const auto& evil : {std::string(4000, '`'), std::string(4000, '|'), std::string(4000, '"')}) {
      for (auto& change : plan.workers) change.name = change.file = change.reason = evil;
      plan.environment = evil;
      const auto grown = render_markdown(plan);
      CHECK(grown.size() <= 65'000);
      CHECK(grown.contains("\nplumbline " + std::string(version())));
    }
  }
}
