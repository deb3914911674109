#include "manifests/kinds/wrangler_rules.h"

#include <doctest/doctest.h>

#include "manifests/wrangler/wrangler_format.h"

namespace plumbline::manifests {

TEST_CASE("two stars as a whole name are any number of names, one star stays within a name") {
  const auto matches = wrangler_glob_matches;
  CHECK(matches("**/*.txt", "a.txt"));
  CHECK(matches("**/*.txt", "x/y/a.txt"));
  CHECK_FALSE(matches("**/*.txt", "a.txt.js"));
  CHECK(matches("*.txt", "a.txt"));
  CHECK_FALSE(matches("*.txt", "x/a.txt"));
  CHECK(matches("a/**/b", "a/b"));
  CHECK(matches("a/**/b", "a/x/y/b"));
  CHECK_FALSE(matches("a/**/b", "a/xb"));
  CHECK(matches("a/**", "a/b/c"));
  CHECK(matches("a/**", "a/"));
  CHECK_FALSE(matches("a/**", "ab"));
  CHECK(matches("**", "a/b"));
  CHECK(matches("a**b", "axxb"));
  CHECK_FALSE(matches("a**b", "ax/xb"));
}

TEST_CASE("question marks, brackets and braces in wrangler's patterns are what they are") {
  const auto matches = wrangler_glob_matches;
  CHECK(matches("**/*.wasm?module", "a.wasm?module"));
  CHECK_FALSE(matches("a?.js", "ab.js"));
  CHECK_FALSE(matches("[ab].js", "a.js"));
  CHECK_FALSE(matches("*.{js,mjs}", "a.js"));
  CHECK(matches("a.b+(c)", "a.b+(c)"));
  CHECK_FALSE(matches("a.js", "axjs"));
}

TEST_CASE("stars of removed rules are anything") {
  const auto rules = complete_rules({{.type = "ESModule", .globs = {"*.mjs"}},
                                     {.type = "ESModule", .globs = {"*.js"}},
                                     {.type = "ESModule", .globs = {"a**b"}}});
  CHECK(match_removed(rules, "a/b.js") == &rules.removed.at(0));
  CHECK(match_removed(rules, "a/x/b") == &rules.removed.at(1));
  CHECK(match_removed(rules, "a.mjs.txt") == nullptr);
}

TEST_CASE("patterns with many stars take no time") {
  std::string pattern;
  for (int i = 0; i < 200; ++i) pattern += "**/*a";
  CHECK_FALSE(wrangler_glob_matches(pattern, std::string(2000, 'a')));
}

TEST_CASE("without rules of its own a config has those for text, data and WebAssembly") {
  const auto rules = complete_rules({});
  CHECK(rules.removed.empty());
  CHECK(match_rules(rules, "x/a.txt") == "text/plain");
  CHECK(match_rules(rules, "a.html") == "text/plain");
  CHECK(match_rules(rules, "a.sql") == "text/plain");
  CHECK(match_rules(rules, "a.bin") == "application/octet-stream");
  CHECK(match_rules(rules, "a.wasm") == "application/wasm");
  CHECK(match_rules(rules, "a.js").empty());
}

TEST_CASE("a rule without fallthrough hides later rules of its type and the built-in one") {
  const auto rules = complete_rules({{.type = "Text", .globs = {"**/*.md"}}});
  CHECK(match_rules(rules, "a.md") == "text/plain");
  CHECK(match_rules(rules, "a.txt").empty());
  REQUIRE(match_removed(rules, "x/a.txt") != nullptr);
  CHECK(match_removed(rules, "x/a.txt")->type == "Text");
  CHECK(match_removed(rules, "a.md") == nullptr);
}

TEST_CASE("a rule with fallthrough leaves the others of its type alone") {
  const auto rules = complete_rules({{.type = "Text", .globs = {"**/*.md"}, .fallthrough = true},
                                     {.type = "ESModule", .globs = {"**/*.js"}, .fallthrough = false}});
  CHECK(match_rules(rules, "a.md") == "text/plain");
  CHECK(match_rules(rules, "a.txt") == "text/plain");
  CHECK(match_rules(rules, "lib/a.js") == "application/javascript+module");
  CHECK(match_removed(rules, "a.txt") == nullptr);
}

TEST_CASE("the first rule that matches decides what a file is") {
  const auto rules = complete_rules(
      {{.type = "Data", .globs = {"raw/**"}, .fallthrough = true}, {.type = "CommonJS", .globs = {"**/*.cjs"}}});
  CHECK(match_rules(rules, "raw/a.txt") == "application/octet-stream");
  CHECK(match_rules(rules, "a.cjs") == "application/javascript");
}

TEST_CASE("an entry with a default export is an ES module") {
  CHECK(guess_syntax("export default { fetch() {} };") == Syntax::module);
  CHECK(guess_syntax("const w = {};\nexport { w as default };") == Syntax::module);
  CHECK(guess_syntax("var a;export{a as b,c as default,};") == Syntax::module);
  CHECK(guess_syntax("export { default } from './x.js'") == Syntax::module);
  CHECK(guess_syntax("export * as default from './x.js'") == Syntax::module);
  CHECK(guess_syntax("#!/usr/bin/env node\n/* c */ export // x\n default class {}") == Syntax::module);
}

TEST_CASE("an entry without a default export is a service worker") {
  CHECK(guess_syntax("addEventListener('fetch', e => e.respondWith(new Response('x')))") == Syntax::service_worker);
  CHECK(guess_syntax("export const x = 1; export { y }; export * from './z.js'") == Syntax::service_worker);
  CHECK(guess_syntax("") == Syntax::service_worker);
  CHECK(guess_syntax("export { default as x } from './y.js'") == Syntax::service_worker);
}

TEST_CASE("an export in a comment, string, template or regular expression is none") {
  CHECK(guess_syntax("// export default {}\n/* export default {} */") == Syntax::service_worker);
  CHECK(guess_syntax("const s = 'export default', t = \"export \\\" default\";") == Syntax::service_worker);
  CHECK(guess_syntax("const t = `export default ${`export default`} \\` export default`") == Syntax::service_worker);
  CHECK(guess_syntax("const r = /[/'] export default/;") == Syntax::service_worker);
  CHECK(guess_syntax("module.export default") == Syntax::service_worker);
}

TEST_CASE("quotes in regular expressions and braces in templates do not hide an export") {
  CHECK(guess_syntax("const r = /'/g; export default {}") == Syntax::module);
  CHECK(guess_syntax("const d = a / b; const s = ')'; export default {}") == Syntax::module);
  CHECK(guess_syntax("f(`${ {a: {b: `}`}} } '`); export default {}") == Syntax::module);
  CHECK(guess_syntax("if (x) return /`/.test(y)\nexport default {}") == Syntax::module);
  CHECK(guess_syntax("const s = 'it\\'s'\nexport default {}") == Syntax::module);
}

}  // namespace plumbline::manifests
