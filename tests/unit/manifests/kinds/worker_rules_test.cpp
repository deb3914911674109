#include <doctest/doctest.h>

#include "tests/unit/manifests/support.h"

// What a manifest may not say, and how that is told.
namespace plumbline::manifests {
namespace {

using test::errors_of_field;
using test::errors_of_spec;
using test::load;
using test::load_spec;
using test::settings_of;
using test::texts;

}  // namespace

TEST_CASE("a Worker's name follows the rule of the API or of wrangler, and who of the two would refuse it is told") {
  const auto errors = [](std::string_view name) {
    return texts(load({{"w.yaml", "apiVersion: plumbline.dev/v1beta1\nkind: Worker\nmetadata: {name: " +
                                      std::string(name) + "}\nspec: {main: i.js}\n"},
                       {"i.js", "x"}})
                     .diagnostics);
  };
  for (const char* good : {"a", "a1", "a-b_c", "a23456789012345678901234567890123456789012345678901234567890123"}) {
    CAPTURE(good);
    CHECK(errors(good).empty());
  }
  const std::string mend = "; a Worker that has it can be managed; for a new one the service decides\n";
  const std::string documented = "w.yaml:3:18: warning: the API's documentation does not allow this name: it ";
  CHECK(errors("a-") == documented + "must end in a letter or digit" + mend);
  CHECK(errors("404-page") == documented + "must begin with a letter" + mend);
  CHECK(errors("_internal") == documented + "must begin with a letter" + mend);
  CHECK(errors("My-App") ==
        "w.yaml:3:18: warning: wrangler does not allow this name: it may hold no capital letters" + mend);
  CHECK(errors("-a") == "w.yaml:3:18: error: \"name\" may not begin with -\n");
  CHECK(errors("7Up") ==
        "w.yaml:3:18: error: \"name\" may hold capital letters only if it begins with a letter and ends in a letter or "
        "digit\n");
  CHECK(errors("a.b") == "w.yaml:3:18: error: \"name\" may hold only letters, digits, - and _\n");
  CHECK(errors("''") == "w.yaml:3:18: error: \"name\" may not be empty\n");
  CHECK(errors("a234567890123456789012345678901234567890123456789012345678901234") ==
        "w.yaml:3:18: error: \"name\" may have at most 63 characters\n");
  CHECK(errors("12") == "w.yaml:3:18: error: expected a string for \"name\", found a number; put it in quotes\n");
}

TEST_CASE("a Worker of any name can be referred to, without a word") {
  CHECK(errors_of_field("depends_on: [404-page, _internal, My-App, worker-]").empty());
  CHECK(errors_of_field("bindings: {A: {type: service, service: 2fa-worker}}").empty());
  CHECK(errors_of_field("tail_consumers: [{service: _internal}]").empty());
  CHECK(errors_of_field("depends_on: [-a]").find("\"depends_on[0]\" may not begin with -") != std::string::npos);
}

TEST_CASE("a word of wrangler's config is refused in a manifest with what to write in its place") {
  const auto said = [](std::string_view field) {
    const auto text = errors_of_field(field);
    return text.substr(text.find("error: "));
  };
  CHECK(said("vars: {A: b}") ==
        "error: \"vars\" is not allowed here; write each under \"bindings\": NAME: {type: plain_text, text: hello}, or "
        "{type: json, json: [1, 2]}\n");
  CHECK(said("kv_namespaces: []") ==
        "error: \"kv_namespaces\" is not allowed here; write each under \"bindings\", by its name: NAME: {type: "
        "kv_namespace, namespace_id: ...}\n");
  CHECK(said("durable_objects: {}").ends_with("NAME: {type: durable_object_namespace, class_name: ...}\n"));
  CHECK(said("browser: {}").ends_with("NAME: {type: browser}\n"));
  CHECK(said("triggers: {crons: []}") ==
        "error: \"triggers\" is not allowed here; write its crons as \"schedules\": [\"*/5 * * * *\"]\n");
  CHECK(said("route: a.com/*").ends_with("write \"routes\": [{pattern: shop.example.com/*, zone: example.com}]\n"));
  CHECK(said("workers_dev: true").ends_with("write \"subdomain\": {enabled: true}\n"));
  CHECK(said("env: {}").contains("write \"environments\""));
  CHECK(said("name: w").ends_with("write it under metadata: {name: checkout}\n"));
  CHECK(said("routes: [{pattern: a.com, zone_name: a.com, zone: a.com}]").ends_with("not allowed here; write zone\n"));
  CHECK(said("environments: {staging: {vars: {}}}").starts_with("error: \"vars\" is not allowed here; write each"));
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
        "w.yaml:6:24: error: \"bindings.A\": type \"secret_text\" is not allowed here; name the "
        "secret under \"secrets\"; its value comes from a secret store, never from git\n");
}

TEST_CASE("fields of the upload that are Plumbline's own are refused with what to write instead") {
  CHECK(errors_of_field("main_module: x") ==
        "w.yaml:6:3: error: \"main_module\" is not allowed here; name the file under \"main\"\n");
  CHECK(errors_of_field("body_part: x") ==
        "w.yaml:6:3: error: \"body_part\" is not allowed here; name the file under \"script\"\n");
  CHECK(errors_of_field("keep_bindings: []") ==
        "w.yaml:6:3: error: \"keep_bindings\" is not allowed here; leave \"bindings\" out to keep "
        "what is live\n");
  CHECK(errors_of_field("annotations: {}") ==
        "w.yaml:6:3: error: \"annotations\" is not allowed here; Plumbline writes the annotations of "
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

TEST_CASE("what is ignored is a setting, and a list is one value") {
  CHECK(errors_of_field("ignore: [/observability/logs, /bindings/LEVEL/text, /limits]").empty());
  const std::string mend =
      "; a pointer begins with a setting, as in /observability/logs. To leave anything else alone, leave it out of the "
      "manifest\n";
  CHECK(errors_of_field("ignore: [/secrets/KEY]") ==
        "w.yaml:6:12: error: \"/secrets/KEY\" does not name a setting" + mend);
  CHECK(errors_of_field("ignore: [/limits, /observabilty]") ==
        "w.yaml:6:21: error: \"/observabilty\" does not name a setting" + mend);
  CHECK(errors_of_field("compatibility_flags: [a]\n  ignore: [/compatibility_flags/0]") ==
        "w.yaml:7:12: error: \"/compatibility_flags/0\" leads into a list; a list is compared as a whole: name the "
        "list\n");
  CHECK(
      errors_of_field("secrets: {KEY: key}\n  ignore: [/bindings/KEY]") ==
      "w.yaml:7:12: error: \"/bindings/KEY\" is a secret that the manifest states; take it out of \"secrets\" to leave "
      "it to others\n");
  CHECK(errors_of_field("ignore: [observability]") ==
        "w.yaml:6:12: error: \"ignore[0]\" must be a JSON pointer such as /observability/logs\n");
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
       {"{}", "{mode: smart}", "{mode: off}", "{region: \"aws:us-east-1\"}", "{hostname: a.example}",
        "{host: \"a.example:5432\"}", "{mode: targeted, region: \"gcp:x\"}", "{mode: targeted, hostname: a}",
        "{mode: targeted, host: a}", "{mode: targeted, target: [{region: x}]}"}) {
    CAPTURE(good);
    CHECK(errors_of_field("placement: " + std::string(good)).empty());
  }
  for (const char* bad :
       {"{mode: never}", "{mode: off, region: x}", "{mode: smart, region: x}", "{region: x, host: y}",
        "{mode: targeted}", "{target: [{}]}", "{mode: targeted, target: [a, b]}", "smart", "{regions: x}"}) {
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

TEST_CASE("a slip in a field that the API owns is a warning and passes") {
  const auto state = load_spec("  main: index.js\n  observability: {enabled: true, hed_sampling_rate: 1, new: 2}\n");
  CHECK(texts(state.diagnostics) ==
        "w.yaml:6:34: warning: unknown field \"hed_sampling_rate\"; did you mean "
        "\"head_sampling_rate\"?\n");
  REQUIRE(state.workers.size() == 1);
  CHECK(to_text(Json(state.workers[0].settings)) ==
        R"({"observability":{"enabled":true,"hed_sampling_rate":1,"new":2}})");
}

TEST_CASE("every error of a manifest is found in one run, with its place and its mend") {
  const auto state = load({{"workers/checkout.yaml", R"(apiVersion: plumbline.dev/v1beta1
kind: Worker
metadata:
  name: check.out
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
        R"x(workers/checkout.yaml:4:9: error: "name" may hold only letters, digits, - and _
workers/checkout.yaml:5:3: error: unknown field "labels"; known here: name, adopt, prune, allow_data_loss
workers/checkout.yaml:7:9: error: there is no file "workers/dist/index.js"; build it and commit it, or correct the path, which is relative to this manifest
workers/checkout.yaml:8:3: error: unknown field "compatability_date"; did you mean "compatibility_date"?
workers/checkout.yaml:9:23: error: "compatibility_date" is a day that does not exist
workers/checkout.yaml:10:12: error: expected a list of strings for "modules", found a number
workers/checkout.yaml:11:40: error: expected a string for "compatibility_flags[1]", found a number; put it in quotes
workers/checkout.yaml:12:12: error: expected true or false for "logpush", found a string
workers/checkout.yaml:13:20: error: expected a whole number for "cpu_ms", found a string
workers/checkout.yaml:13:39: error: expected a whole number for "subrequests", found a number with a fraction
workers/checkout.yaml:14:16: error: "usage_model" must be one of standard, bundled, unbound; did you mean "standard"?
workers/checkout.yaml:16:5: error: "A-B" in "bindings" is not a name of a binding: it may hold letters, digits, _ and $, and may not begin with a digit
workers/checkout.yaml:17:33: error: expected a string for "text", found a number; put it in quotes
workers/checkout.yaml:18:8: error: "bindings.D" needs one of the fields namespace_id, title
workers/checkout.yaml:19:9: error: "name" is not allowed here; the binding's name is its key in the map
workers/checkout.yaml:20:8: error: expected a binding object such as {type: plain_text, text: hello} for "bindings.F", found a string
workers/checkout.yaml:21:15: warning: unknown type "plain_txt"; did you mean "plain_text"?
workers/checkout.yaml:22:8: error: "bindings.H" lacks the field "type"
workers/checkout.yaml:23:15: error: "bindings.I": type "inherit" is not allowed here; "bindings" is the complete set, so git has to say what each binding is
workers/checkout.yaml:25:5: error: "C" is named in "bindings" and in "secrets"; use the name for one of the two
workers/checkout.yaml:26:8: error: expected a key in a secret store, {store, key}, or {} for "secrets.J", found a list
workers/checkout.yaml:27:16: error: "store" must be the name of a secret store: letters, digits, - and _
workers/checkout.yaml:27:24: error: unknown field "file"; known here: store, key
workers/checkout.yaml:28:54: error: "head_sampling_rate" must be at most 1
workers/checkout.yaml:29:14: error: "subdomain" lacks the field "enabled"; Whether the Worker answers on workers.dev
workers/checkout.yaml:30:20: error: expected a map for "tail_consumers[0]", found a string
)x");
  CHECK(state.workers.empty());
  CHECK(state.broken_names == std::vector<std::string>{"check.out"});
}

}  // namespace plumbline::manifests
