#include "manifests/worker.h"

#include <doctest/doctest.h>

#include "base/digest.h"
#include "base/json.h"
#include "tests/unit/manifests/support.h"

// What a manifest becomes, alone and among others.
namespace plumbline::manifests {
namespace {

using test::errors_of_field;
using test::load;
using test::load_spec;
using test::settings_of;
using test::texts;

constexpr std::string_view kWhole = R"(apiVersion: plumbline.dev/v1beta1
kind: Worker
metadata:
  name: checkout
  adopt: edge/old
  prune: false
spec:
  main: dist/index.js
  modules: [dist/**/*.js, "dist/*.wasm", dist/greeting.txt]
  compatibility_date: 2026-10-01
  compatibility_flags: [nodejs_compat]
  bindings:
    CACHE: {type: kv_namespace, namespace_id: "0f2a"}
    GREETING: {type: plain_text, text: hello}
    NEXT: {type: invented_next_month, anything: [1, {a: null}]}
  secrets:
    API_KEY: checkout-api-key
    SIGNING: {store: prod, key: checkout/signing}
    SESSION: {}
  secrets_policy: exact
  subdomain: {enabled: true, previews_enabled: false}
  placement: {mode: smart}
  limits: {cpu_ms: 50}
  usage_model: standard
  logpush: true
  observability: {enabled: true, head_sampling_rate: 0.1}
  tail_consumers: [{service: log-sink}]
  tags: [team-edge]
  cache_options: {enabled: true}
  depends_on: [auth]
  ignore: [/observability/logs]
)";

std::map<std::string, std::string> whole_source() {
  return {{"workers/checkout.yaml", std::string(kWhole)},
          {"workers/dist/index.js", "export default {}"},
          {"workers/dist/lib/util.js", "export {}"},
          {"workers/dist/a.wasm", std::string("\0asm\1\0\0\0", 8)},
          {"workers/dist/greeting.txt", "hello"}};
}

}  // namespace

TEST_CASE("a whole manifest becomes a desired Worker") {
  const auto state = load(whole_source(), {.default_store = "main"});
  CHECK(texts(state.diagnostics).empty());
  CHECK(state.manifest_files == 1);
  CHECK(state.revision == "fake");
  REQUIRE(state.workers.size() == 1);
  const DesiredWorker& worker = state.workers[0];
  CHECK(worker.name == "checkout");
  CHECK(worker.where == SourceLocation{"workers/checkout.yaml", 4, 9});
  CHECK(worker.syntax == Syntax::module);
  CHECK(worker.adopt.kind == AdoptRule::Kind::transfer);
  CHECK(worker.adopt.from == "edge/old");
  CHECK_FALSE(worker.prune);
  CHECK(worker.secrets_policy == SecretsPolicy::exact);
  CHECK(to_text(Json(worker.subdomain.value())) == R"({"enabled":true,"previews_enabled":false})");
  CHECK(worker.depends_on == std::vector<std::string>{"auth"});
  CHECK(worker.ignore == std::vector<std::string>{"/observability/logs"});
  CHECK(to_canonical_text(Json(worker.settings)) ==
        R"({"bindings":{"CACHE":{"namespace_id":"0f2a","type":"kv_namespace"},)"
        R"("GREETING":{"text":"hello","type":"plain_text"},)"
        R"("NEXT":{"anything":[1,{"a":null}],"type":"invented_next_month"}},)"
        R"("cache_options":{"enabled":true},"compatibility_date":"2026-10-01",)"
        R"("compatibility_flags":["nodejs_compat"],"limits":{"cpu_ms":50},"logpush":true,)"
        R"("observability":{"enabled":true,"head_sampling_rate":0.1},)"
        R"("placement":{"mode":"smart"},"tags":["team-edge"],)"
        R"("tail_consumers":[{"service":"log-sink"}],"usage_model":"standard"})");
}

TEST_CASE("modules are named from the folder of the entry, which comes first") {
  const auto state = load(whole_source());
  REQUIRE(state.workers.size() == 1);
  const auto& modules = state.workers[0].modules;
  REQUIRE(modules.size() == 4);
  CHECK(modules[0] == ModuleFile{"index.js", "workers/dist/index.js", "application/javascript+module",
                                 sha256_hex("export default {}"), 17});
  CHECK(modules[1].name == "a.wasm");
  CHECK(modules[1].content_type == "application/wasm");
  CHECK(modules[2].name == "greeting.txt");
  CHECK(modules[2].content_type == "text/plain");
  CHECK(modules[3].name == "lib/util.js");
}

TEST_CASE("secrets are references, with the source's defaults where nothing is written") {
  const auto state = load(whole_source(), {.default_store = "main", .secret_key = "{worker}/{name}"});
  const auto& secrets = state.workers.at(0).secrets;
  CHECK(secrets.at("API_KEY").store == "main");
  CHECK(secrets.at("API_KEY").key == "checkout-api-key");
  CHECK(secrets.at("SIGNING").store == "prod");
  CHECK(secrets.at("SIGNING").key == "checkout/signing");
  CHECK(secrets.at("SESSION").store == "main");
  CHECK(secrets.at("SESSION").key == "checkout/SESSION");
  CHECK(secrets.at("SESSION").where == SourceLocation{"workers/checkout.yaml", 19, 5});
}

TEST_CASE("what a manifest does not mention is absent, what it clears is empty") {
  const auto state = load_spec("  main: index.js\n");
  REQUIRE(state.workers.size() == 1);
  CHECK(state.workers[0].settings.empty());
  CHECK_FALSE(state.workers[0].subdomain);
  CHECK(state.workers[0].prune);
  CHECK(state.workers[0].adopt.kind == AdoptRule::Kind::none);
  CHECK(state.workers[0].secrets_policy == SecretsPolicy::keep);
  CHECK(settings_of("  bindings: {}\n  tags: []\n  placement: {}\n") == R"({"bindings":{},"tags":[],"placement":{}})");
  CHECK(errors_of_field("bindings:") ==
        "w.yaml:6:3: error: expected a map from names to bindings for \"bindings\", found nothing; "
        "write {} for an empty map, or leave the field out\n");
}

TEST_CASE("service-worker syntax has a script, which is plain JavaScript") {
  const auto state = load({{"w.yaml",
                            "apiVersion: plumbline.dev/v1beta1\nkind: Worker\n"
                            "metadata: {name: w}\nspec: {script: worker.js, "
                            "modules: [data.bin]}\n"},
                           {"worker.js", "addEventListener('fetch', () => {})"},
                           {"data.bin", "x"}});
  CHECK(texts(state.diagnostics).empty());
  REQUIRE(state.workers.size() == 1);
  CHECK(state.workers[0].syntax == Syntax::service_worker);
  CHECK(state.workers[0].modules[0].content_type == "application/javascript");
  CHECK(state.workers[0].modules[1].content_type == "application/octet-stream");
}

TEST_CASE("an error in one manifest leaves the other Workers alone") {
  const auto state = load({{"bad.yaml",
                            "apiVersion: plumbline.dev/v1beta1\nkind: Worker\n"
                            "metadata: {name: bad}\nspec: {main: gone.js}\n"},
                           {"good.yaml",
                            "apiVersion: plumbline.dev/v1beta1\nkind: Worker\n"
                            "metadata: {name: good}\nspec: {main: index.js}\n"},
                           {"index.js", "x"}});
  CHECK(state.diagnostics.size() == 1);
  REQUIRE(state.workers.size() == 1);
  CHECK(state.workers[0].name == "good");
  CHECK(state.broken_names == std::vector<std::string>{"bad"});
}

TEST_CASE("broken YAML still tells the name that it carries") {
  const auto state = load({{"bad.yaml",
                            "apiVersion: plumbline.dev/v1beta1\nkind: Worker\n"
                            "metadata: {name: bad}\nspec: {main: [\n"}});
  CHECK(state.workers.empty());
  CHECK(state.broken_names == std::vector<std::string>{"bad"});
  CHECK(has_errors(state.diagnostics));
}

TEST_CASE("a name that two manifests carry is an error at both and neither is loaded") {
  const std::string manifest =
      "apiVersion: plumbline.dev/v1beta1\nkind: Worker\nmetadata: {name: w}\n"
      "spec: {main: index.js}\n";
  const auto state = load({{"a.yaml", manifest}, {"b.yaml", manifest}, {"index.js", "x"}});
  CHECK(texts(state.diagnostics) ==
        "a.yaml:3:18: error: the Worker \"w\" is also declared at b.yaml:3:18; remove or rename "
        "one of the two; neither is used\n"
        "b.yaml:3:18: error: the Worker \"w\" is also declared at a.yaml:3:18; remove or rename "
        "one of the two; neither is used\n");
  CHECK(state.workers.empty());
  CHECK(state.broken_names == std::vector<std::string>{"w"});
}

TEST_CASE("a broken manifest keeps its name from a good one") {
  const auto state = load({{"a.yaml",
                            "apiVersion: plumbline.dev/v1beta1\nkind: Worker\nmetadata: {name: w}\n"
                            "spec: {main: index.js, nonsense: 1}\n"},
                           {"b.yaml",
                            "apiVersion: plumbline.dev/v1beta1\nkind: Worker\nmetadata: {name: w}\n"
                            "spec: {main: index.js}\n"},
                           {"index.js", "x"}});
  CHECK(state.workers.empty());
  CHECK(state.diagnostics.size() == 3);
}

TEST_CASE("Workers of one file and of many are sorted by name") {
  const std::string head = "apiVersion: plumbline.dev/v1beta1\nkind: Worker\nspec: {main: i.js}\n";
  const auto state = load({{"a.yaml", head + "metadata: {name: c}\n---\n" + head + "metadata: {name: a}\n"},
                           {"b.yaml", head + "metadata: {name: b}\n"},
                           {"i.js", "x"}});
  CHECK(texts(state.diagnostics).empty());
  REQUIRE(state.workers.size() == 3);
  CHECK(state.workers[0].name == "a");
  CHECK(state.workers[1].name == "b");
  CHECK(state.workers[2].name == "c");
  CHECK(state.manifest_files == 2);
}

TEST_CASE("a JSON manifest is read like a YAML one, with places") {
  const auto state =
      load({{"w.json",
             "{\n  \"apiVersion\": \"plumbline.dev\\/v1beta1\",\n  \"kind\": \"Worker\",\n"
             "  \"metadata\": {\"name\": \"w\"},\n  \"spec\": {\"main\": \"i.js\", \"logpush\": 1}\n}\n"},
            {"i.js", "x"}});
  CHECK(texts(state.diagnostics) == "w.json:5:39: error: expected true or false for \"logpush\", found a number\n");
}

}  // namespace plumbline::manifests
