#include <doctest/doctest.h>

#include "base/json.h"
#include "manifests/kinds/parse_cache.h"
#include "manifests/worker.h"
#include "tests/unit/manifests/support.h"

// Overlays of environments, `kind: Defaults`, name suffixes and references, values, include.
namespace plumbline::manifests {
namespace {

using test::FakeTree;
using test::load;
using test::texts;
using Files = std::map<std::string, std::string>;

std::string worker(std::string_view name, std::string_view spec) {
  return "apiVersion: plumbline.dev/v1beta1\nkind: Worker\nmetadata: {name: " + std::string(name) + "}\nspec:\n" +
         std::string(spec);
}

std::string defaults(std::string_view spec) {
  return "apiVersion: plumbline.dev/v1beta1\nkind: Defaults\nspec:\n" + std::string(spec);
}

std::string settings(const DesiredState& state, std::size_t index = 0) {
  CHECK(texts(state.diagnostics).empty());
  REQUIRE(state.workers.size() > index);
  return to_canonical_text(Json(state.workers[index].settings));
}

std::string names(const DesiredState& state) {
  std::string out;
  for (const auto& one : state.workers) out += one.name + ' ';
  return out;
}

const Files kCheckout{{"w.yaml", worker("checkout", R"(  main: index.js
  logpush: true
  limits: {cpu_ms: 50, subrequests: 10}
  bindings:
    CACHE: {type: kv_namespace, namespace_id: live}
    OLD: {type: plain_text, text: x}
  tags: [a, b]
  environments:
    staging:
      name: checkout-test
      logpush: null
      limits: {cpu_ms: 500}
      bindings: {CACHE: {namespace_id: test}, OLD: null}
      tags: []
    preview: null
    production: {}
)")},
                      {"index.js", "x"}};

}  // namespace

TEST_CASE("an overlay is merged over the spec in its environment alone") {
  const auto plain = load(kCheckout);
  CHECK(plain.workers.at(0).name == "checkout");
  CHECK(settings(plain) ==
        R"({"bindings":{"CACHE":{"namespace_id":"live","type":"kv_namespace"},"OLD":{"text":"x","type":"plain_text"}},)"
        R"("limits":{"cpu_ms":50,"subrequests":10},"logpush":true,"tags":["a","b"]})");
  CHECK(settings(load(kCheckout, {.environment = "production"})) == settings(plain));
  const auto staging = load(kCheckout, {.environment = "staging"});
  CHECK(staging.workers.at(0).name == "checkout-test");
  CHECK(staging.workers.at(0).where == SourceLocation{"w.yaml", 14, 13});
  CHECK(settings(staging) == R"({"bindings":{"CACHE":{"namespace_id":"test","type":"kv_namespace"}},)"
                             R"("limits":{"cpu_ms":500,"subrequests":10},"tags":[]})");
}

TEST_CASE("an overlay of null leaves the Worker out of its environment") {
  const auto state = load(kCheckout, {.environment = "preview"});
  CHECK(texts(state.diagnostics).empty());
  CHECK(state.workers.empty());
  CHECK(state.broken_names.empty());
  CHECK(state.manifest_files == 1);
}

TEST_CASE("an error in any overlay is found whatever the environment is") {
  const Files files{{"w.yaml", worker("w", R"(  main: index.js
  environments:
    staging: {limits: {cpu_ms: fast}, nonsense: 1, environments: {}}
    preview: {name: -w, bindings: {A: {namespace_id: ''}, B: {type: secret_text, text: canary-1}}}
    bad name: {}
    production: [a]
)")},
                    {"index.js", "x"}};
  const std::string expected =
      "w.yaml:7:32: error: expected a whole number for \"cpu_ms\", found a string\n"
      "w.yaml:7:39: error: unknown field \"nonsense\"\n"
      "w.yaml:7:52: error: \"environments\" is not allowed here; an overlay has no overlays\n"
      "w.yaml:8:21: error: \"name\" may not begin with -\n"
      "w.yaml:8:69: error: \"bindings.B\": type \"secret_text\" is not allowed here; name the secret under "
      "\"secrets\"; "
      "its value comes from a secret store, never from git\n"
      "w.yaml:9:5: error: \"bad name\" in \"environments\" is not a name of an environment: it may hold letters, "
      "digits, - and _\n"
      "w.yaml:10:17: error: expected a map that is merged over spec, or null for \"environments.production\", found a "
      "list\n";
  for (const char* environment : {"", "staging", "production"}) {
    CAPTURE(environment);
    const auto state = load(files, {.environment = environment});
    CHECK(texts(state.diagnostics) == expected);
    CHECK(state.workers.empty());
    CHECK(state.broken_names == std::vector<std::string>{"w"});
  }
}

TEST_CASE("what merging leaves incomplete is an error where the incomplete part was written") {
  const Files files{{"w.yaml", worker("w", R"(  main: index.js
  bindings:
    CACHE: {type: kv_namespace}
  environments:
    staging:
      bindings: {CACHE: {namespace_id: test}}
    preview:
      bindings: {CACHE: {type: r2_bucket}}
)")},
                    {"index.js", "x"}};
  CHECK(texts(load(files, {.environment = "staging"}).diagnostics).empty());
  CHECK(texts(load(files).diagnostics) ==
        "w.yaml:7:12: error: \"bindings.CACHE\" needs one of the fields namespace_id, title\n");
  CHECK(texts(load(files, {.environment = "preview"}).diagnostics) ==
        "w.yaml:12:25: error: \"bindings.CACHE\" lacks the field \"bucket_name\"; Name of the bucket\n");
}

TEST_CASE("Defaults lie under every Worker below their folder, the nearest last") {
  const Files files{
      {"defaults.yaml", defaults("  compatibility_date: 2026-01-01\n  logpush: true\n  limits: {cpu_ms: 10}\n")},
      {"team/z-defaults.yaml", defaults("  logpush: false\n  limits: {subrequests: 5}\n  tags: [team]\n")},
      {"team/deep/w.yaml", worker("below", "  main: i.js\n  limits: {cpu_ms: 30}\n")},
      {"team/deep/i.js", "x"},
      {"w.yaml", worker("beside", "  main: i.js\n")},
      {"i.js", "x"}};
  const auto state = load(files);
  CHECK(
      settings(state, 0) ==
      R"({"compatibility_date":"2026-01-01","limits":{"cpu_ms":30,"subrequests":5},"logpush":false,"tags":["team"]})");
  CHECK(settings(state, 1) == R"({"compatibility_date":"2026-01-01","limits":{"cpu_ms":10},"logpush":true})");
  CHECK(state.manifest_files == 4);
}

TEST_CASE("a Worker takes a default out with null, which elsewhere is an error") {
  const Files below{{"d.yaml", defaults("  logpush: true\n  observability: {enabled: true, logs: {enabled: true}}\n")},
                    {"w.yaml", worker("w", "  main: i.js\n  logpush: null\n  observability: {logs: null}\n")},
                    {"i.js", "x"}};
  CHECK(settings(load(below)) == R"({"observability":{"enabled":true}})");
  const Files without{{"w.yaml", worker("w", "  main: i.js\n  logpush: null\n")}, {"i.js", "x"}};
  CHECK(texts(load(without).diagnostics) ==
        "w.yaml:6:3: error: expected true or false for \"logpush\", found nothing; give it a value, or leave the "
        "field out\n");
}

TEST_CASE("overlays of Defaults lie over the specs and under the overlays of Workers") {
  const Files files{
      {"d.yaml", defaults("  limits: {cpu_ms: 1}\n  environments:\n    staging: {limits: {cpu_ms: 2}, logpush: "
                          "false}\n    preview: null\n")},
      {"a.yaml", worker("a", "  main: i.js\n  limits: {cpu_ms: 3}\n")},
      {"b.yaml", worker("b", "  main: i.js\n  environments: {staging: {limits: {cpu_ms: 4}}, preview: {}}\n")},
      {"c.yaml", worker("c", "  main: i.js\n  environments: {staging: null}\n")},
      {"i.js", "x"}};
  const auto staging = load(files, {.environment = "staging"});
  CHECK(names(staging) == "a b ");
  CHECK(settings(staging, 0) == R"({"limits":{"cpu_ms":2},"logpush":false})");
  CHECK(settings(staging, 1) == R"({"limits":{"cpu_ms":4},"logpush":false})");
  CHECK(names(load(files, {.environment = "preview"})) == "b ");
  CHECK(names(load(files)) == "a b c ");
}

TEST_CASE("an error in a default points at the Defaults, once, and breaks every Worker below") {
  const Files files{{"team/d.yaml", defaults("  limits: {cpu_ms: fast}\n  bindings: {A: {type: kv_namespace}}\n")},
                    {"team/a.yaml", worker("a", "  main: i.js\n")},
                    {"team/b.yaml", worker("b", "  main: i.js\n  bindings: {A: {namespace_id: x}}\n")},
                    {"team/i.js", "x"},
                    {"c.yaml", worker("c", "  main: team/i.js\n")}};
  const auto state = load(files);
  CHECK(texts(state.diagnostics) ==
        "team/d.yaml:4:20: error: expected a whole number for \"cpu_ms\", found a string\n"
        "team/d.yaml:5:17: error: \"bindings.A\" needs one of the fields namespace_id, title\n");
  CHECK(names(state) == "c ");
  CHECK(state.broken_names == std::vector<std::string>{"a", "b"});
}

TEST_CASE("paths of a default are relative to the Defaults") {
  const Files files{{"shared/d.yaml", defaults("  main: common.js\n")},
                    {"shared/common.js", "x"},
                    {"shared/a/w.yaml", worker("w", "  logpush: true\n")}};
  const auto state = load(files);
  CHECK(texts(state.diagnostics).empty());
  CHECK(state.workers.at(0).modules.at(0).path == "shared/common.js");
}

TEST_CASE("Defaults that cannot be read, or two in a folder, break what is below") {
  const auto state_with = [](Files files) {
    files.emplace("a/w.yaml", worker("w", "  main: i.js\n"));
    files.emplace("a/i.js", "x");
    return load(std::move(files));
  };
  for (const char* bad :
       {"apiVersion: plumbline.dev/v1beta1\nkind: Defaults\nspec: {logpush: [\n",
        "apiVersion: plumbline.dev/v2\nkind: Defaults\nspec: {}\n", "kind: Defaults\nspec: {}\n",
        "apiVersion: plumbline.dev/v1beta1\nkind: Defaults\n",
        "apiVersion: plumbline.dev/v1beta1\nkind: Defaults\nspec: []\n",
        "apiVersion: plumbline.dev/v1beta1\nkind: Defaults\nspec: {}\nmetadata: {adopt: none}\n",
        "apiVersion: plumbline.dev/v1beta1\nkind: Defaults\nspec: {environments: {a: {name: x}}}\n"}) {
    CAPTURE(bad);
    const auto state = state_with({{"d.yaml", bad}});
    CHECK(has_errors(state.diagnostics));
    CHECK(state.workers.empty());
    CHECK(state.broken_names == std::vector<std::string>{"w"});
  }
  const auto twice = state_with({{"d.yaml", defaults("  logpush: true\n")}, {"e.yaml", defaults("  logpush: true\n")}});
  CHECK(texts(twice.diagnostics) ==
        "e.yaml:2:7: error: this folder already has a Defaults document; merge the two into one document\n");
  CHECK(twice.workers.empty());
}

TEST_CASE("a suffix is appended to every Worker and to what refers to it") {
  const Files files{{"a.yaml", worker("auth", "  main: i.js\n")},
                    {"b.yaml", worker("shop", R"(  main: i.js
  bindings:
    AUTH: {type: service, service: auth}
    SELF: {type: service, service: shop, entrypoint: Admin}
    OTHER: {type: service, service: elsewhere}
    CART: {type: durable_object_namespace, class_name: Cart, script_name: auth}
    FAR: {type: durable_object_namespace, class_name: Cart, script_name: auth, dispatch_namespace: tenants}
    FLOW: {type: workflow, workflow_name: auth, class_name: X, script_name: auth}
    TENANTS: {type: dispatch_namespace, namespace: auth, outbound: {worker: {service: auth}}}
    TEXT: {type: plain_text, text: auth}
    NEW: {type: invented, service: auth}
  tail_consumers: [{service: auth}, {service: elsewhere}, {service: auth, namespace: tenants}]
  streaming_tail_consumers: [{service: auth}]
  exports: {Cart: {type: durable-object, state: transferred, transferred_to: auth}}
  depends_on: [auth, elsewhere]
)")},
                    {"i.js", "x"}};
  const auto state = load(files, {.name_suffix = "-pr7"});
  CHECK(names(state) == "auth-pr7 shop-pr7 ");
  CHECK(state.workers[1].depends_on == std::vector<std::string>{"auth-pr7", "elsewhere"});
  CHECK(
      settings(state, 1) ==
      R"({"bindings":{"AUTH":{"service":"auth-pr7","type":"service"},)"
      R"("CART":{"class_name":"Cart","script_name":"auth-pr7","type":"durable_object_namespace"},)"
      R"("FAR":{"class_name":"Cart","dispatch_namespace":"tenants","script_name":"auth","type":"durable_object_namespace"},)"
      R"("FLOW":{"class_name":"X","script_name":"auth-pr7","type":"workflow","workflow_name":"auth"},)"
      R"("NEW":{"service":"auth","type":"invented"},)"
      R"("OTHER":{"service":"elsewhere","type":"service"},)"
      R"("SELF":{"entrypoint":"Admin","service":"shop-pr7","type":"service"},)"
      R"("TENANTS":{"namespace":"auth","outbound":{"worker":{"service":"auth-pr7"}},"type":"dispatch_namespace"},)"
      R"("TEXT":{"text":"auth","type":"plain_text"}},)"
      R"("exports":{"Cart":{"state":"transferred","transferred_to":"auth-pr7","type":"durable-object"}},)"
      R"("streaming_tail_consumers":[{"service":"auth-pr7"}],)"
      R"("tail_consumers":[{"service":"auth-pr7"},{"service":"elsewhere"},{"namespace":"tenants","service":"auth"}]})");
}

TEST_CASE("references follow a Worker that its environment renames or lacks") {
  const Files files{
      {"a.yaml", worker("auth", "  main: i.js\n  environments: {staging: {name: login}, preview: null}\n")},
      {"b.yaml", worker("shop", "  main: i.js\n  bindings: {A: {type: service, service: auth}}\n")},
      {"i.js", "x"}};
  const auto service = [&](const LoadOptions& options) {
    const auto state = load(files, options);
    CHECK(texts(state.diagnostics).empty());
    return to_text(Json(state.workers.back().settings));
  };
  CHECK(service({}) == R"({"bindings":{"A":{"type":"service","service":"auth"}}})");
  CHECK(service({.environment = "staging"}) == R"({"bindings":{"A":{"type":"service","service":"login"}}})");
  CHECK(service({.environment = "staging", .name_suffix = "-x"}) ==
        R"({"bindings":{"A":{"type":"service","service":"login-x"}}})");
  CHECK(service({.environment = "preview", .name_suffix = "-x"}) ==
        R"({"bindings":{"A":{"type":"service","service":"auth"}}})");
}

TEST_CASE("a name with its suffix follows the rule for names") {
  const Files files{{"a.yaml", worker("2fa", "  main: i.js\n")}, {"i.js", "x"}};
  const auto state = load(files, {.name_suffix = "-PR"});
  CHECK(texts(state.diagnostics) ==
        "a.yaml:3:18: warning: the API's documentation does not allow this name: it must begin with a letter; a Worker "
        "that has it can be managed; for a new one the service decides\n"
        "a.yaml:3:18: error: the name \"2fa-PR\", with the source's name_suffix, may hold capital letters only if it "
        "begins with a letter and ends in a letter or digit\n");
  CHECK(state.broken_names == std::vector<std::string>{"2fa-PR"});
  CHECK(names(load(files, {.name_suffix = "-pr7"})) == "2fa-pr7 ");
}

TEST_CASE("two Workers may share a manifest's name in different environments but not in one") {
  const Files files{{"a.yaml", worker("w", "  main: i.js\n  environments: {one: null}\n")},
                    {"b.yaml", worker("w", "  main: i.js\n  environments: {two: null, three: {name: x}}\n")},
                    {"i.js", "x"}};
  CHECK(names(load(files, {.environment = "one"})) == "w ");
  CHECK(names(load(files, {.environment = "two"})) == "w ");
  CHECK(load(files).workers.empty());
  CHECK(load(files, {.environment = "three"}).workers.empty());
}

TEST_CASE("values stand in the metadata, the spec, the overlay in use and the Defaults") {
  const Files files{{"d.yaml", defaults("  compatibility_date: ${DATE}\n")},
                    {"w.yaml", worker("\"${NAME}\"",
                                      "  main: ${DIR:=dist}/i.js\n  limits:\n    cpu_ms: ${CPU}\n"
                                      "  environments: {staging: {name: \"${NAME}-s\"}, other: {name: \"${NEVER}\", "
                                      "limits: {cpu_ms: \"${NEVER}\"}}}\n")},
                    {"dist/i.js", "x"}};
  const std::map<std::string, std::string> values{{"NAME", "shop"}, {"CPU", "50"}, {"DATE", "2026-01-01"}};
  const auto state = load(files, {.environment = "staging", .values = values});
  CHECK(settings(state) == R"({"compatibility_date":"2026-01-01","limits":{"cpu_ms":50}})");
  CHECK(names(state) == "shop-s ");
  CHECK(texts(load(files).diagnostics) ==
        "d.yaml:4:23: error: the value DATE is not set; set it for this source, or give it a default: ${DATE:=...}\n"
        "w.yaml:3:18: error: the value NAME is not set; set it for this source, or give it a default: ${NAME:=...}\n"
        "w.yaml:7:13: error: the value CPU is not set; set it for this source, or give it a default: ${CPU:=...}\n");
}

TEST_CASE("values of files lie under those of the options and later files over earlier ones") {
  const Files files{{"w.yaml", worker("w", "  main: i.js\n  tags: [\"${A}\", \"${B}\", \"${C}\"]\n")},
                    {"i.js", "x"},
                    {"one.yaml", "A: 1a\nB: 1b\nC: 1c\n"},
                    {"two.yaml", "B: 2b\nC: 2c\n"}};
  CHECK(settings(load(files, {.values = {{"C", "3c"}}, .values_from = {"one.yaml", "two.yaml"}})) ==
        R"({"tags":["1a","2b","3c"]})");
  const auto bad = load(files, {.values_from = {"none.yaml", "w.yaml"}});
  CHECK(has_errors(bad.diagnostics));
  CHECK(bad.workers.empty());
  CHECK(texts(bad.diagnostics).find("none.yaml: error: ") == 0);
}

TEST_CASE("only what include matches is a manifest or a Defaults") {
  const Files files{{"a/w.yaml", worker("a", "  main: ../i.js\n")},
                    {"b/w.yaml", worker("b", "  main: ../i.js\n")},
                    {"b/d.yaml", defaults("  logpush: true\n")},
                    {"c.json", "{\"kind\": \"Worker\"}"},
                    {"i.js", "x"}};
  const auto state = load(files, {.include = {"a/**", "b/w.yaml"}});
  CHECK(names(state) == "a b ");
  CHECK(settings(state, 1) == "{}");
  CHECK(load(files, {.include = {}}).workers.empty());
}

TEST_CASE("a change of Defaults, environment or values reads again what it concerns") {
  ParseCache cache;
  Files files{{"a/d.yaml", defaults("  logpush: true\n")},
              {"a/w.yaml", worker("a", "  main: i.js\n")},
              {"a/i.js", "x"},
              {"b/w.yaml", worker("b", "  main: ../a/i.js\n")}};
  const auto parsed = [&](LoadOptions options) {
    const auto before = cache.counters().parsed;
    options.cache = &cache;
    const auto state = load_manifests(std::make_shared<FakeTree>(files, FakeTree::Ids::by_content), options);
    CHECK(settings(state, 0) ==
          (files["a/d.yaml"].find("true") != std::string::npos ? R"({"logpush":true})" : R"({"logpush":false})"));
    return cache.counters().parsed - before;
  };
  CHECK(parsed({}) == 3);
  CHECK(parsed({}) == 0);
  files["a/d.yaml"] = defaults("  logpush: false\n");
  CHECK(parsed({}) == 2);
  CHECK(parsed({}) == 0);
  CHECK(parsed({.environment = "x"}) == 3);
  CHECK(parsed({.environment = "x", .values = {{"A", "1"}}}) == 3);
  CHECK(parsed({.environment = "x", .values = {{"A", "1"}}}) == 0);
  CHECK(parsed({.environment = "x", .name_suffix = "-y", .values = {{"A", "1"}}}) == 0);
}

}  // namespace plumbline::manifests
