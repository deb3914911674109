#include <doctest/doctest.h>

#include "manifests/desired_json.h"
#include "manifests/worker.h"
#include "manifests/wrangler/output_paths.h"
#include "tests/unit/manifests/support.h"

namespace plumbline::manifests {
namespace {

using test::load;
using test::texts;
using Files = std::map<std::string, std::string>;

constexpr std::string_view kOutput = ".cloudflare/output/v1/";
constexpr std::string_view kWorker = ".cloudflare/output/v1/workers/default/";
constexpr std::string_view kModule = "export default {}";
constexpr std::string_view kManifest =
    R"("manifest": {"type": "complete", "mainModule": "index.js", "modules": {"index.js": {"type": "esm"}}})";

std::string config(const std::string& more = {}, std::string_view manifest = kManifest) {
  return R"({"name": "w", "compatibilityDate": "2026-01-01", )" + std::string(manifest) +
         (more.empty() ? "" : ", " + more) + "}";
}

// A project with such a Worker, and these files besides; those of the Worker are named from its folder.
Files project(const std::string& worker, const Files& files = {}, const std::string& root = R"({"buildContext": {}})") {
  Files out{{std::string(kOutput) + "config.json", root},
            {std::string(kWorker) + "worker.config.json", worker},
            {std::string(kWorker) + "bundle/index.js", std::string(kModule)}};
  for (const auto& [path, text] : files) out.insert_or_assign(std::string(kWorker) + path, text);
  return out;
}

DesiredWorker only(const DesiredState& state) {
  REQUIRE_MESSAGE(state.workers.size() == 1, texts(state.diagnostics));
  CHECK_MESSAGE(!has_errors(state.diagnostics), texts(state.diagnostics));
  return state.workers[0];
}

std::string complaints(const std::string& more, const Files& files = {}) {
  return texts(load(project(config(more), files)).diagnostics);
}

// What the two ask for, without the names of their files.
void check_same(const std::string& output, const std::string& wrangler) {
  auto built = only(load(project(config(output), {{"assets/a.html", "a"}})));
  auto written = only(load({{"wrangler.json",
                             R"({"name": "w", "main": "bundle/index.js", "no_bundle": true,
                                 "compatibility_date": "2026-01-01", )" +
                                 wrangler + "}"},
                            {"bundle/index.js", std::string(kModule)},
                            {"assets/a.html", "a"}}));
  REQUIRE(built.assets);
  built.assets.reset();
  built.modules.clear();
  written.modules.clear();
  CHECK(to_canonical_text(to_json(built)) == to_canonical_text(to_json(written)));
}

}  // namespace

TEST_SUITE("Build Output") {
  TEST_CASE("its paths are told from others") {
    CHECK(is_output_worker("app/.cloudflare/output/v1/workers/api/worker.config.json"));
    CHECK(is_output_worker(".cloudflare/output/v0/workers/default/config.json"));
    CHECK_FALSE(is_output_worker(".cloudflare/output/v1/workers/default/config.json"));
    CHECK_FALSE(is_output_worker(".cloudflare/output/v2/workers/default/worker.config.json"));
    CHECK_FALSE(is_output_worker("x.cloudflare/output/v1/workers/default/worker.config.json"));
    CHECK_FALSE(is_output_worker(".cloudflare/output/v1/workers/default/bundle/worker.config.json"));
    CHECK(is_output_container(".cloudflare/output/v1/containers/c/container.config.json"));
    CHECK(project_of_output("app/.cloudflare/output/v1/workers/a/worker.config.json") == "app");
    CHECK(project_of_output(".cloudflare/output/v1/workers/a/worker.config.json").empty());
    CHECK(root_of_output("app/.cloudflare/output/v1/workers/a/worker.config.json") ==
          "app/.cloudflare/output/v1/config.json");
  }

  TEST_CASE("a Worker of it is the Worker of the config that wrangler makes of it") {
    check_same(R"("compatibilityFlags": ["nodejs_compat"], "workersDev": false, "previewUrls": true, "logpush": true,
        "placement": {"mode": "smart"}, "limits": {"cpuMs": 50, "subrequests": 9},
        "observability": {"enabled": true, "headSamplingRate": 0.5, "redactQueryString": true,
          "logs": {"enabled": true, "invocationLogs": false, "destinations": ["sinkOne"]}},
        "cache": {"enabled": true, "crossVersionCache": true}, "tailConsumers": [{"worker": "tail"}],
        "experimental": {"streamingTailConsumers": [{"worker": "stream"}]},
        "unsafe": {"metadata": {"someKey": {"innerKey": 1}}})",
               R"("compatibility_flags": ["nodejs_compat"], "workers_dev": false, "preview_urls": true, "logpush": true,
        "placement": {"mode": "smart"}, "limits": {"cpu_ms": 50, "subrequests": 9},
        "observability": {"enabled": true, "head_sampling_rate": 0.5, "redact_query_string": true,
          "logs": {"enabled": true, "invocation_logs": false, "destinations": ["sinkOne"]}},
        "cache": {"enabled": true, "cross_version_cache": true}, "tail_consumers": [{"service": "tail"}],
        "streaming_tail_consumers": [{"service": "stream"}],
        "unsafe": {"metadata": {"someKey": {"innerKey": 1}}})");
    check_same(
        R"("env": {"KV": {"type": "kv", "id": "i", "dev": {"remote": true}}, "R2": {"type": "r2", "name": "b"},
        "D1": {"type": "d1", "id": "i", "name": "n"}, "Q": {"type": "queue", "name": "q", "deliveryDelay": 5},
        "ROOM": {"type": "durable-object", "exportName": "Room", "worker": "rooms"},
        "RPC": {"type": "worker", "worker": "other", "exportName": "Entry", "props": {"camelCase": 1}},
        "WF": {"type": "workflow", "name": "fulfil", "exportName": "Fulfil", "worker": "other"},
        "AI": {"type": "ai"}, "SQL": {"type": "analytics-sql"}, "K2": {"type": "k2", "id": "s"},
        "MEM": {"type": "agent-memory", "namespace": "n"}, "P": {"type": "pipeline", "streamId": "s"},
        "D": {"type": "dispatch-namespace", "namespace": "n", "outbound": {"worker": "out", "parameters": ["p"]}},
        "NET": {"type": "vpc-network", "tunnelId": "t"}, "SVC": {"type": "vpc-service", "id": "s"},
        "RATE": {"type": "rate-limit", "namespace": "1", "simple": {"limit": 1, "period": 10}},
        "MAIL": {"type": "send-email", "allowedDestinationAddresses": ["a@b.c"]},
        "CERT": {"type": "mtls-certificate", "id": "c"}, "V": {"type": "version-metadata"},
        "STORE": {"type": "secrets-store-secret", "storeId": "s", "secretName": "n"},
        "SEARCH": {"type": "ai-search", "name": "i"}, "SET": {"type": "analytics-engine-dataset", "name": "d"},
        "TEXT": {"type": "text", "value": "hello"}, "JSON": {"type": "json", "value": {"camelCase": [1]}},
        "KEY": {"type": "secret"}, "ODD": {"type": "unsafe:odd", "someKey": 1}})",
        R"("kv_namespaces": [{"binding": "KV", "id": "i"}], "r2_buckets": [{"binding": "R2", "bucket_name": "b"}],
        "d1_databases": [{"binding": "D1", "database_id": "i"}],
        "queues": {"producers": [{"binding": "Q", "queue": "q", "delivery_delay": 5}]},
        "durable_objects": {"bindings": [{"name": "ROOM", "class_name": "Room", "script_name": "rooms"}]},
        "services": [{"binding": "RPC", "service": "other", "entrypoint": "Entry", "props": {"camelCase": 1}}],
        "workflows": [{"binding": "WF", "name": "fulfil", "class_name": "Fulfil", "script_name": "other"}],
        "ai": {"binding": "AI"}, "analytics": {"binding": "SQL"}, "k2": [{"binding": "K2", "stream": "s"}],
        "agent_memory": [{"binding": "MEM", "namespace": "n"}], "pipelines": [{"binding": "P", "stream": "s"}],
        "dispatch_namespaces": [{"binding": "D", "namespace": "n", "outbound": {"service": "out", "parameters": ["p"]}}],
        "vpc_networks": [{"binding": "NET", "tunnel_id": "t"}], "vpc_services": [{"binding": "SVC", "service_id": "s"}],
        "ratelimits": [{"name": "RATE", "namespace_id": "1", "simple": {"limit": 1, "period": 10}}],
        "send_email": [{"name": "MAIL", "allowed_destination_addresses": ["a@b.c"]}],
        "mtls_certificates": [{"binding": "CERT", "certificate_id": "c"}], "version_metadata": {"binding": "V"},
        "secrets_store_secrets": [{"binding": "STORE", "store_id": "s", "secret_name": "n"}],
        "ai_search": [{"binding": "SEARCH", "instance_name": "i"}],
        "analytics_engine_datasets": [{"binding": "SET", "dataset": "d"}],
        "vars": {"TEXT": "hello", "JSON": {"camelCase": [1]}}, "secrets": {"required": ["KEY"]},
        "unsafe": {"bindings": [{"name": "ODD", "type": "odd", "someKey": 1}]})");
    check_same(R"("exports": {"Room": {"type": "durable-object", "storage": "sqlite"},
          "Old": {"type": "durable-object", "state": "renamed", "renamedTo": "Room2"},
          "Fulfil": {"type": "workflow", "name": "fulfil", "schedules": "0 * * * *",
            "defaultRetention": {"errorRetention": "3 days"}}},
        "domains": ["shop.example.com", {"hostname": "www.example.com", "production": true, "previews": false}],
        "triggers": [{"type": "scheduled", "schedule": "0 * * * *"}, {"type": "scheduled", "schedule": "5 * * * *"},
          {"type": "fetch", "pattern": "a.example.com/*"}, {"type": "fetch", "pattern": "b.example.com/*", "zone": "example.com"},
          {"type": "fetch", "pattern": "c.example.com/*", "zone": "023e105f4ecef8ad9ca31a8372d0c353"},
          {"type": "queue", "name": "orders", "maxBatchSize": 5, "deadLetterQueue": "dead"},
          {"type": "connect", "protocol": "tcp", "port": 25}])",
               R"("exports": {"Room": {"type": "durable-object", "storage": "sqlite"},
          "Old": {"type": "durable-object", "state": "renamed", "renamed_to": "Room2"},
          "Fulfil": {"type": "workflow", "name": "fulfil", "schedules": "0 * * * *",
            "default_retention": {"error_retention": "3 days"}}},
        "triggers": {"crons": ["0 * * * *", "5 * * * *"]},
        "routes": [{"pattern": "shop.example.com", "custom_domain": true}, {"pattern": "www.example.com", "custom_domain": true},
          "a.example.com/*", {"pattern": "b.example.com/*", "zone_name": "example.com"},
          {"pattern": "c.example.com/*", "zone_id": "023e105f4ecef8ad9ca31a8372d0c353"}],
        "queues": {"consumers": [{"queue": "orders", "max_batch_size": 5, "dead_letter_queue": "dead"}]})");
  }

  TEST_CASE("modules are those of its manifest, and of a partial one the JavaScript beside them") {
    const auto modules = [](std::string_view manifest, const Files& files) {
      std::string out;
      for (const auto& module : only(load(project(config({}, manifest), files))).modules) {
        out += module.name + ' ' + module.content_type + '\n';
      }
      return out;
    };
    CHECK(modules(
              R"("manifest": {"type": "complete", "mainModule": "main.mjs", "modules": {"lib/a.wasm": {"type": "wasm"},
              "main.mjs": {"type": "esm"}, "main.mjs.map": {"type": "sourcemap"}}})",
              {{"bundle/main.mjs", "export default {}"},
               {"bundle/lib/a.wasm", "a"},
               {"bundle/main.mjs.map", "{}"},
               {"bundle/left.js", "l"}}) ==
          "main.mjs application/javascript+module\nlib/a.wasm application/wasm\nmain.mjs.map application/source-map\n");
    CHECK(
        modules(R"("manifest": {"type": "partial", "mainModule": "index.js", "modules": {"t.txt": {"type": "text"}}})",
                {{"bundle/t.txt", "t"}, {"bundle/deep/b.mjs", "b"}, {"bundle/x.css", "x"}, {"bundle/b.map", "{}"}}) ==
        "index.js application/javascript+module\nt.txt text/plain\nb.map application/source-map\n"
        "deep/b.mjs application/javascript+module\n");
  }

  TEST_CASE("assets are its folder of that name, with or without code") {
    const auto served = only(load(project(
        config(
            R"("assets": {"notFoundHandling": "404-page", "basePath": "/docs"}, "env": {"ASSETS": {"type": "assets"}})"),
        {{"assets/a.html", "a"}})));
    CHECK(served.assets->directory == std::string(kWorker) + "assets");
    CHECK(served.assets->binding == "ASSETS");
    CHECK(to_text(served.assets->config) == R"({"not_found_handling":"404-page","base_path":"/docs"})");
    const auto alone =
        only(load(project(R"({"name": "w", "compatibilityDate": "2026-01-01"})", {{"assets/a.html", "a"}})));
    CHECK(alone.assets);
    CHECK(alone.modules.empty());
  }

  TEST_CASE("an older one is read as well") {
    const std::string at = "app/.cloudflare/output/v0/workers/default/";
    CHECK(only(load({{at + "config.json", config()}, {at + "bundle/index.js", std::string(kModule)}})).name == "w");
  }

  TEST_CASE("what cannot be mapped is an error at its place, which names it") {
    CHECK(complaints(R"("env": {"A": {"type": "quantum"}})")
              .contains("worker.config.json:1:165: error: the binding \"A\" is of an unknown type"));
    CHECK(complaints(R"("env": {"A": {"type": "kv", "id": "i", "replicaCount": 1}})")
              .contains("error: unknown field \"replica_count\""));
    CHECK(complaints(R"("triggers": {"type": "scheduled"})")
              .contains("error: expected a list for \"triggers\", found a map"));
    CHECK(complaints(R"("env": [])").contains("error: expected a map for \"env\", found a list"));
    CHECK(
        complaints(R"("domains": "a.example.com")").contains("error: expected a list for \"domains\", found a string"));
    CHECK(complaints(R"("tailConsumers": null)").contains("error: expected a list for \"tailConsumers\""));
    CHECK(complaints(R"("warmPool": {"size": 1})").contains("error: unknown field \"warmPool\"; this version"));
    CHECK(complaints(R"("kv_namespaces": [])").contains("error: unknown field \"kv_namespaces\""));
    CHECK(complaints(R"("experimental": {"warp": true})").contains("error: unknown field \"warp\""));
    CHECK(complaints(R"("triggers": [{"type": "tide"}])").contains("error: this trigger is of an unknown type"));
    CHECK(complaints(R"("triggers": [{"type": "email", "addresses": ["a@b.c"]}])")
              .contains("error: \"addresses\" are not supported"));
    CHECK(complaints(R"("exports": {"A": {"type": "workflow", "name": "a", "events": [{"type": "x"}]}})")
              .contains("error: \"triggers.events\" are not supported"));
    CHECK(complaints(R"("exports": {"A": {"type": "durable-object", "storage": "sqlite", "container": "c"}})")
              .contains("error: \"container\" is not allowed here"));
    CHECK(complaints(R"("domains": [{"hostname": "a.example.com", "production": false, "previews": true}])")
              .contains("error: a custom domain that is switched off is not supported"));
    CHECK(complaints(R"("env": {"A": {"type": "kv"}})").contains("\"A\" of \"kv_namespaces\" has no \"id\""));
    CHECK(complaints(R"("env": {"A": {"type": "ai"}, "B": {"type": "ai"}})")
              .contains("takes one binding of the type \"ai\""));
    const auto of = [](std::string_view manifest) { return texts(load(project(config({}, manifest))).diagnostics); };
    CHECK(of(R"("manifest": {"type": "complete", "mainModule": "index.js",
        "modules": {"index.js": {"type": "esm"}, "a.json": {"type": "json"}}})")
              .contains("error: the module \"a.json\" is of a type that is not uploaded"));
    CHECK(of(R"("manifest": {"type": "complete", "mainModule": "other.js", "modules": {"other.js": {"type": "esm"}}})")
              .contains("bundle/other.js\"; build again, and commit all of .cloudflare/output"));
    CHECK(of(R"("manifest": {"type": "complete", "mainModule": "../../x.js", "modules": {}})")
              .contains("the manifest lists no module"));
    CHECK(of(R"("manifest": {"type": "lazy", "mainModule": "index.js", "modules": {"index.js": {"type": "esm"}}})")
              .contains("must be complete or partial"));
    CHECK(texts(load(project("[1]")).diagnostics).contains("a Worker of a Build Output is a map"));
    CHECK(texts(load(project("{")).diagnostics).contains("error"));
  }

  TEST_CASE("its config.json says whose it is and what it was built for") {
    const auto state = [](const std::string& root, const LoadOptions& options = {}) {
      return texts(load(project(config(), {}, root), options).diagnostics);
    };
    CHECK(state(R"({"buildContext": {"isPreview": true}})")
              .contains("v1/config.json:1:32: error: this was built for a preview"));
    CHECK(state(R"({"settings": {"complianceRegion": "fedramp-high"}, "buildContext": {}})")
              .contains("\"compliance_region\" must be \"public\""));
    CHECK(state(R"({"buildContext": {"mode": "staging"}})", {.environment = "staging"}).empty());
    CHECK(state(R"({"buildContext": {"mode": "staging"}})", {.environment = "production"})
              .contains("error: this was built in mode \"staging\", not for the environment \"production\""));
    CHECK(state("{").contains("config.json"));
  }

  TEST_CASE("a project that has none yet is an error that says how to build it") {
    const Files source{{"app/cloudflare.config.ts", "export default {}"}, {"app/src/index.ts", "export default {}"}};
    CHECK(texts(load(source).diagnostics) ==
          "app/cloudflare.config.ts: error: this project is not built, and only its build can read this file; run `npx "
          "cf build` in \"app\" beforehand and commit .cloudflare/output, or plan the folder in which it was built. If "
          "it is not to be deployed, name it in .plumblineignore\n");
    Files built = source;
    for (const auto& [path, text] : project(config())) built.emplace("app/" + path, text);
    CHECK(only(load(built)).name == "w");
    Files redirected = source;
    redirected["app/wrangler.json"] =
        R"({"name": "w", "main": "i.js", "no_bundle": true, "compatibility_date": "2026-01-01"})";
    redirected["app/i.js"] = kModule;
    CHECK(only(load(redirected)).name == "w");
  }

  TEST_CASE("a config beside it is an error, as with wrangler, and a container a warning") {
    auto files = project(config());
    files["wrangler.json"] = R"({"name": "v", "compatibility_date": "2026-01-01"})";
    files[std::string(kOutput) + "containers/c/container.config.json"] = "{}";
    const auto said = texts(load(files).diagnostics);
    CHECK(said.contains("wrangler.json: error: this folder has a config and a Build Output"));
    CHECK(said.contains("containers/c/container.config.json: warning: this container is not deployed"));
  }
}

}  // namespace plumbline::manifests
