#include "manifests/worker.h"

#include <doctest/doctest.h>

#include "base/digest.h"
#include "base/json.h"
#include "support.h"

namespace plumbline::manifests {
namespace {

using test::load;
using test::load_spec;
using test::texts;

std::string errors_of_spec(std::string_view spec) {
  return texts(load_spec(spec).diagnostics);
}

// The settings of the Worker `w`, which must load without a diagnostic.
std::string settings_of(std::string_view spec) {
  const auto state = load_spec("  main: index.js\n" + std::string(spec));
  CHECK(texts(state.diagnostics).empty());
  REQUIRE(state.workers.size() == 1);
  return to_text(Json(state.workers[0].settings));
}

// The errors of one field beside `main`, without the place.
std::string errors_of_field(std::string_view field) {
  return errors_of_spec("  main: index.js\n  " + std::string(field) + "\n");
}

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

TEST_CASE("every error of a manifest is found in one run, with its place and its mend") {
  const auto state = load({{"workers/checkout.yaml", R"(apiVersion: plumbline.dev/v1beta1
kind: Worker
metadata:
  name: 1checkout
  labels: {}
spec:
  main: dist/index.js
  compatability_date: 2026-10-01
  compatibility_date: 2026-02-30
  modules: 12
  compatibility_flags: [nodejs_compat, 7]
  logpush: yes
  limits: {cpu_ms: fast, subrequests: 0.5}
  usage_model: standart
  bindings:
    A-B: {type: plain_text, text: x}
    C: {type: plain_text, text: 12}
    D: {type: kv_namespace}
    E: {name: E, type: service, service: auth}
    F: just-text
    G: {type: plain_txt, text: x}
    H: {text: x}
    I: {type: inherit}
  secrets:
    C: c-key
    J: [a]
    K: {store: "../x", file: /etc/passwd}
  observability: {enabled: true, head_sampling_rate: 2}
  subdomain: {previews_enabled: true}
  tail_consumers: [log-sink]
)"}});
  CHECK(texts(state.diagnostics) ==
        R"x(workers/checkout.yaml:4:9: error: "name" must begin with a letter
workers/checkout.yaml:5:3: error: unknown field "labels"; known here: name, adopt, prune, allow_data_loss
workers/checkout.yaml:7:9: error: there is no file "workers/dist/index.js"; build it and commit it, or mend the path, which is relative to this manifest
workers/checkout.yaml:8:3: error: unknown field "compatability_date"; did you mean "compatibility_date"?
workers/checkout.yaml:9:23: error: "compatibility_date" is a day that does not exist
workers/checkout.yaml:10:12: error: expected a list of strings for "modules", found a number
workers/checkout.yaml:11:40: error: expected a string for "compatibility_flags[1]", found a number; put it in quotes
workers/checkout.yaml:12:12: error: expected true or false for "logpush", found a string
workers/checkout.yaml:13:20: error: expected a whole number for "cpu_ms", found a string
workers/checkout.yaml:13:39: error: expected a whole number for "subrequests", found a number with a fraction
workers/checkout.yaml:14:16: error: "usage_model" must be one of standard, bundled, unbound; did you mean "standard"?
workers/checkout.yaml:16:5: error: "A-B" in "bindings" is no name of a binding: letters, digits, _ and $, no digit first
workers/checkout.yaml:17:33: error: expected a string for "text", found a number; put it in quotes
workers/checkout.yaml:18:8: error: "bindings.D" needs one of the fields namespace_id, title
workers/checkout.yaml:19:9: error: "name" may not stand here; the binding's name is its key in the map
workers/checkout.yaml:20:8: error: expected a binding object such as {type: plain_text, text: hello} for "bindings.F", found a string
workers/checkout.yaml:21:15: warning: unknown type "plain_txt"; did you mean "plain_text"?
workers/checkout.yaml:22:8: error: "bindings.H" lacks the field "type"
workers/checkout.yaml:23:15: error: "bindings.I": type "inherit" may not stand here; "bindings" is the complete set, and what a binding is must stand in git
workers/checkout.yaml:25:5: error: "C" is named in "bindings" and in "secrets"; a name can be one of the two
workers/checkout.yaml:26:8: error: expected a key in a secret store, {store, key}, or {} for "secrets.J", found a list
workers/checkout.yaml:27:16: error: "store" must be the name of a secret store: letters, digits, - and _
workers/checkout.yaml:27:24: error: unknown field "file"; known here: store, key
workers/checkout.yaml:28:54: error: "head_sampling_rate" must be at most 1
workers/checkout.yaml:29:14: error: "subdomain" lacks the field "enabled"; Whether the Worker answers on workers.dev
workers/checkout.yaml:30:20: error: expected a map for "tail_consumers[0]", found a string
)x");
  CHECK(state.workers.empty());
  CHECK(state.broken_names == std::vector<std::string>{"1checkout"});
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
        "a.yaml:3:18: error: the Worker \"w\" is declared at b.yaml:3:18 as well; remove or rename "
        "one of the two; neither is used\n"
        "b.yaml:3:18: error: the Worker \"w\" is declared at a.yaml:3:18 as well; remove or rename "
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

TEST_CASE("a Worker's name follows the rule of the API") {
  const auto errors = [](std::string_view name) {
    return texts(load({{"w.yaml", "apiVersion: plumbline.dev/v1beta1\nkind: Worker\nmetadata: {name: " +
                                      std::string(name) + "}\nspec: {main: i.js}\n"},
                       {"i.js", "x"}})
                     .diagnostics);
  };
  for (const char* good : {"a", "A1", "a-b_c", "a23456789012345678901234567890123456789012345678901234567890123"}) {
    CAPTURE(good);
    CHECK(errors(good).empty());
  }
  CHECK(errors("a-") == "w.yaml:3:18: error: \"name\" must end in a letter or digit\n");
  CHECK(errors("-a") == "w.yaml:3:18: error: \"name\" must begin with a letter\n");
  CHECK(errors("a.b") == "w.yaml:3:18: error: \"name\" may hold only letters, digits, - and _\n");
  CHECK(errors("''") == "w.yaml:3:18: error: \"name\" may not be empty\n");
  CHECK(errors("a234567890123456789012345678901234567890123456789012345678901234") ==
        "w.yaml:3:18: error: \"name\" may have at most 63 characters\n");
  CHECK(errors("12") == "w.yaml:3:18: error: expected a string for \"name\", found a number; put it in quotes\n");
}

TEST_CASE("the value of a secret in a manifest is refused and never repeated") {
  const std::string canary = "canary-4711";
  const std::vector<std::string> specs{"bindings: {A: {type: secret_text, text: " + canary + "}}",
                                       "bindings: {A: {type: secret_key, key_base64: " + canary + ", format: raw}}",
                                       "bindings: {A: {type: plain_text, text: [" + canary + "]}}",
                                       "bindings: {A: {type: service, service: {x: " + canary + "}}}",
                                       "bindings: {A: {type: d1, value: " + canary + "}}",
                                       "bindings: {A: {type: [" + canary + "]}}",
                                       "secrets: {A: {value: " + canary + "}}",
                                       "secrets: {A: \"" + canary + " with a space\"}",
                                       "secrets: {A: {key: \"../" + canary + "\"}}",
                                       "secrets: {A: {store: \"" + canary + "=\"}}",
                                       "annotations: {workers/message: " + canary + "}",
                                       "keep_bindings: [" + canary + "]",
                                       "keep_assets: " + canary,
                                       "keep_anything: " + canary,
                                       "main_module: " + canary,
                                       "body_part: " + canary,
                                       "tags: [\"plumbline=" + canary + "\"]",
                                       "usage_model: " + canary,
                                       "unknown: " + canary,
                                       "limits: {cpu_ms: " + canary + "}",
                                       "compatibility_date: " + canary,
                                       "logpush: " + canary,
                                       "ignore: [" + canary + "]"};
  for (const auto& spec : specs) {
    CAPTURE(spec);
    const auto state = load_spec("  main: index.js\n  " + spec + "\n");
    CHECK(has_errors(state.diagnostics));
    CHECK(state.workers.empty());
    CHECK(texts(state.diagnostics).find(canary) == std::string::npos);
  }
  CHECK(errors_of_field("bindings: {A: {type: secret_text, text: x}}") ==
        "w.yaml:6:24: error: \"bindings.A\": type \"secret_text\" may not stand here; name the "
        "secret under \"secrets\"; its value comes from a secret store, never from git\n");
}

TEST_CASE("fields of the upload that are Plumbline's own are refused with what to write instead") {
  CHECK(errors_of_field("main_module: x") ==
        "w.yaml:6:3: error: \"main_module\" may not stand here; name the file under \"main\"\n");
  CHECK(errors_of_field("body_part: x") ==
        "w.yaml:6:3: error: \"body_part\" may not stand here; name the file under \"script\"\n");
  CHECK(errors_of_field("keep_bindings: []") ==
        "w.yaml:6:3: error: \"keep_bindings\" may not stand here; leave \"bindings\" out to keep "
        "what is live\n");
  CHECK(errors_of_field("annotations: {}") ==
        "w.yaml:6:3: error: \"annotations\" may not stand here; Plumbline writes the annotations of "
        "every version itself\n");
}

TEST_CASE("main and script exclude each other and one is needed") {
  CHECK(errors_of_spec("  main: index.js\n  script: index.js\n") ==
        "w.yaml:6:11: error: \"main\" and \"script\" exclude each other; main is for ES modules, "
        "script for service-worker syntax\n");
  CHECK(errors_of_spec("  logpush: true\n") ==
        "w.yaml:5:3: error: \"spec\" needs one of the fields main, script, assets; main is for ES modules, "
        "script for service-worker syntax\n");
  CHECK(texts(load({{"w.yaml", "apiVersion: plumbline.dev/v1beta1\nkind: Worker\n"}}).diagnostics) ==
        "w.yaml:1:1: error: \"manifest\" lacks the field \"metadata\"; Name and ownership of the "
        "Worker\n"
        "w.yaml:1:1: error: \"manifest\" lacks the field \"spec\"; What the Worker should be\n");
}

TEST_CASE("a compatibility date is a day that exists, in quotes or not") {
  CHECK(settings_of("  compatibility_date: \"2024-02-29\"\n") == R"({"compatibility_date":"2024-02-29"})");
  CHECK(settings_of("  compatibility_date: 2024-02-29\n") == R"({"compatibility_date":"2024-02-29"})");
  for (const char* bad : {"2023-02-29", "2026-13-01", "2026-00-10"}) {
    CHECK(errors_of_field("compatibility_date: " + std::string(bad)) ==
          "w.yaml:6:23: error: \"compatibility_date\" is a day that does not exist\n");
  }
  for (const char* bad : {"2026-1-1", "01-10-2026", "today", "2026-10-01T00:00:00Z", "+026-10-01"}) {
    CHECK(errors_of_field("compatibility_date: " + std::string(bad)) ==
          "w.yaml:6:23: error: \"compatibility_date\" must be a day in the form YYYY-MM-DD\n");
  }
}

TEST_CASE("tags leave room for the one that marks ownership") {
  CHECK(settings_of("  tags: [a, b, c, d, e, f, g, h, i]\n") == R"({"tags":["a","b","c","d","e","f","g","h","i"]})");
  CHECK(errors_of_field("tags: [a, b, c, d, e, f, g, h, i, j]") ==
        "w.yaml:6:9: error: \"tags\" has 10 entries, at most 9 are allowed\n");
  CHECK(errors_of_field("tags: [plumbline=x, \"cf:y\", '']") ==
        "w.yaml:6:10: error: \"tags[0]\" may not begin with plumbline=, which marks ownership\n"
        "w.yaml:6:23: error: \"tags[1]\" may not begin with cf:, which is Cloudflare's own\n"
        "w.yaml:6:31: error: \"tags[2]\" may not be empty\n");
  CHECK(errors_of_field("tags: [" + std::string(1024, 'x') + "]").empty());
  CHECK(errors_of_field("tags: [" + std::string(1025, 'x') + "]") ==
        "w.yaml:6:10: error: \"tags[0]\" may have at most 1024 characters\n");
}

TEST_CASE("placement has the shapes that the API knows") {
  for (const char* good :
       {"{}", "{mode: smart}", "{region: \"aws:us-east-1\"}", "{hostname: a.example}", "{host: \"a.example:5432\"}",
        "{mode: targeted, region: \"gcp:x\"}", "{mode: targeted, hostname: a}", "{mode: targeted, host: a}",
        "{mode: targeted, target: [{region: x}]}"}) {
    CAPTURE(good);
    CHECK(errors_of_field("placement: " + std::string(good)).empty());
  }
  for (const char* bad : {"{mode: off}", "{mode: smart, region: x}", "{region: x, host: y}", "{mode: targeted}",
                          "{target: [{}]}", "{mode: targeted, target: [a, b]}", "smart", "{regions: x}"}) {
    CAPTURE(bad);
    CHECK_FALSE(errors_of_field("placement: " + std::string(bad)).empty());
  }
}

TEST_CASE("adopt is none, unowned or an owner, and prune a boolean") {
  const auto state_of = [](std::string_view metadata) {
    return load({{"w.yaml", "apiVersion: plumbline.dev/v1beta1\nkind: Worker\nmetadata: {name: w, " +
                                std::string(metadata) + "}\nspec: {main: i.js}\n"},
                 {"i.js", "x"}});
  };
  CHECK(state_of("adopt: none").workers.at(0).adopt.kind == AdoptRule::Kind::none);
  CHECK(state_of("adopt: unowned").workers.at(0).adopt.kind == AdoptRule::Kind::unowned);
  CHECK(state_of("adopt: edge/prod").workers.at(0).adopt.from == "edge/prod");
  CHECK(texts(state_of("adopt: all").diagnostics) ==
        "w.yaml:3:28: error: \"adopt\" must be none, unowned, or <instance>/<source>\n");
  CHECK_FALSE(texts(state_of("adopt: a/b/c").diagnostics).empty());
  CHECK_FALSE(texts(state_of("adopt: a/").diagnostics).empty());
  CHECK_FALSE(texts(state_of("prune: no").diagnostics).empty());
}

TEST_CASE("ignore takes JSON pointers but not the whole document") {
  CHECK(errors_of_field("ignore: [/observability/logs, /limits]").empty());
  CHECK(errors_of_field("ignore: ['', limits]") ==
        "w.yaml:6:12: error: \"ignore[0]\" may not be empty: that would ignore all settings\n"
        "w.yaml:6:16: error: \"ignore[1]\" must be a JSON pointer such as /observability/logs\n");
}

TEST_CASE("keys of secrets are names in a store and never paths outside of it") {
  for (const char* good : {"a", "a.b-c_d", "checkout/signing"}) {
    CAPTURE(good);
    CHECK(errors_of_field("secrets: {A: " + std::string(good) + "}").empty());
  }
  for (const char* bad : {"/etc/passwd", "../a", "a/../b", "a//b", "a/b/c", ".hidden", "..data/a", "a/", "\"a b\"",
                          "\"\"", "${A}", "$HOME"}) {
    CAPTURE(bad);
    CHECK_FALSE(errors_of_field("secrets: {A: " + std::string(bad) + "}").empty());
  }
}

TEST_CASE("every type of binding that the API knows is checked by what it needs") {
  const std::vector<std::string> good{"{type: ai}",
                                      "{type: ai_search, instance_name: x}",
                                      "{type: ai_search_namespace, namespace: x}",
                                      "{type: analytics_engine, dataset: x}",
                                      "{type: assets}",
                                      "{type: browser}",
                                      "{type: d1, database_id: x}",
                                      "{type: d1, id: x}",
                                      "{type: data_blob, part: x}",
                                      "{type: dispatch_namespace, namespace: x, outbound: {worker: {service: a}}}",
                                      "{type: durable_object_namespace, class_name: X, script_name: y}",
                                      "{type: durable_object_namespace, namespace_id: x}",
                                      "{type: flagship, app_id: x}",
                                      "{type: hyperdrive, id: x}",
                                      "{type: images}",
                                      "{type: json, json: {a: [1]}}",
                                      "{type: json, json: ~}",
                                      "{type: k2, stream: x}",
                                      "{type: kv_namespace, namespace_id: x}",
                                      "{type: media}",
                                      "{type: messaging, namespace: x}",
                                      "{type: mtls_certificate, certificate_id: x}",
                                      "{type: pipelines, pipeline: x}",
                                      "{type: plain_text, text: x}",
                                      "{type: queue, queue_name: x, delivery_delay: 5}",
                                      "{type: r2_bucket, bucket_name: x, jurisdiction: eu}",
                                      "{type: ratelimit, namespace_id: '1', simple: {limit: 1, period: 60}}",
                                      "{type: secrets_store_secret, store_id: x, secret_name: y}",
                                      "{type: send_email}",
                                      "{type: service, service: x, entrypoint: Y, props: {a: 1}}",
                                      "{type: text_blob, part: x}",
                                      "{type: vectorize, index_name: x}",
                                      "{type: version_metadata}",
                                      "{type: vpc_network, tunnel_id: x}",
                                      "{type: vpc_service, service_id: x}",
                                      "{type: wasm_module, part: x}",
                                      "{type: workflow, workflow_name: x, class_name: Y}",
                                      "{type: never_seen, a: 1}"};
  for (const auto& binding : good) {
    CAPTURE(binding);
    CHECK(errors_of_field("bindings: {A: " + binding + "}").empty());
  }
  const std::vector<std::string> bad{"{type: ai_search}",
                                     "{type: ai_search_namespace}",
                                     "{type: artifacts}",
                                     "{type: analytics_engine}",
                                     "{type: d1}",
                                     "{type: data_blob}",
                                     "{type: dispatch_namespace}",
                                     "{type: durable_object_namespace}",
                                     "{type: flagship}",
                                     "{type: hyperdrive}",
                                     "{type: json}",
                                     "{type: k2}",
                                     "{type: kv_namespace}",
                                     "{type: messaging}",
                                     "{type: mtls_certificate}",
                                     "{type: pipelines}",
                                     "{type: plain_text}",
                                     "{type: queue}",
                                     "{type: r2_bucket}",
                                     "{type: r2_bucket, bucket_name: x, jurisdiction: moon}",
                                     "{type: ratelimit, namespace_id: x}",
                                     "{type: ratelimit, namespace_id: x, simple: {limit: 1}}",
                                     "{type: secrets_store_secret, store_id: x}",
                                     "{type: service}",
                                     "{type: text_blob}",
                                     "{type: vectorize}",
                                     "{type: vpc_network}",
                                     "{type: vpc_service}",
                                     "{type: wasm_module}",
                                     "{type: workflow}",
                                     "{type: service, service: ''}",
                                     "{type: kv_namespace, namespace_id: x, title: y}",
                                     "{type: d1, database_id: x, database_name: y}",
                                     "{type: d1, id: x, database_name: y}",
                                     "{type: hyperdrive, id: x, name: y}",
                                     "{type: pipelines, pipeline: x, stream: y}",
                                     "{type: vpc_network, tunnel_id: x, network_id: y}",
                                     "{type: send_email, destination_address: a, allowed_destination_addresses: []}",
                                     "{type: dispatch_namespace, namespace: x, outbound: {params: []}}",
                                     "{type: dispatch_namespace, namespace: x, outbound: {worker: {}}}",
                                     "{type: queue, queue_name: x, delivery_delay: -1}",
                                     "{type: inherit}",
                                     "{type: secret_text}",
                                     "{type: secret_key}",
                                     "[]",
                                     "~"};
  for (const auto& binding : bad) {
    CAPTURE(binding);
    CHECK_FALSE(errors_of_field("bindings: {A: " + binding + "}").empty());
  }
}

TEST_CASE("a binding may name what it binds instead of its id, which stays a name") {
  const auto load_bindings = [](std::string_view bindings) {
    return load({{"w.yaml",
                  "apiVersion: plumbline.dev/v1beta1\nkind: Worker\nmetadata: {name: w}\n"
                  "spec: {main: i.js, bindings: " +
                      std::string(bindings) + "}\n"},
                 {"i.js", "x"}});
  };
  const auto state = load_bindings(
      "{A: {type: kv_namespace, title: cache}, B: {type: d1, database_name: shop}, C: {type: hyperdrive, name: pg}}");
  CHECK(texts(state.diagnostics).empty());
  REQUIRE(state.workers.size() == 1);
  CHECK(to_text(Json(state.workers[0].settings)) ==
        R"({"bindings":{"A":{"type":"kv_namespace","title":"cache"},"B":{"type":"d1","database_name":"shop"},)"
        R"("C":{"type":"hyperdrive","name":"pg"}}})");
  CHECK(texts(load_bindings("{A: {type: kv_namespace, namespace_id: x, title: cache}}").diagnostics) ==
        "w.yaml:4:79: error: \"namespace_id\" and \"title\" exclude each other; give the id or the name\n");
  CHECK(texts(load_bindings("{A: {type: d1, database_id: ''}}").diagnostics) ==
        "w.yaml:4:58: error: \"database_id\" may not be empty\n");
}

TEST_CASE("a slip in a field that the API owns is a warning and passes") {
  const auto state = load_spec("  main: index.js\n  observability: {enabled: true, hed_sampling_rate: 1, new: 2}\n");
  CHECK(texts(state.diagnostics) ==
        "w.yaml:6:34: warning: unknown field \"hed_sampling_rate\"; did you mean "
        "\"head_sampling_rate\"?\n");
  REQUIRE(state.workers.size() == 1);
  CHECK(to_text(Json(state.workers[0].settings)) ==
        R"({"observability":{"enabled":true,"hed_sampling_rate":1,"new":2}})");
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
