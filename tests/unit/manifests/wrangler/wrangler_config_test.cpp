#include "manifests/wrangler/wrangler_config.h"

#include <doctest/doctest.h>

#include "tests/unit/manifests/support.h"

namespace plumbline::manifests {
namespace {

using test::texts;

constexpr std::string_view kHead =
    R"("name": "w", "main": "index.js", "no_bundle": true, "compatibility_date": "2026-01-01")";

ManifestFile parse(const std::string& members, const std::string& environment = {}) {
  return parse_wrangler_config("app/wrangler.jsonc", "{" + members + "}", environment);
}

// A config that lacks nothing, and these members. They stand in the second line.
ManifestFile parse_more(const std::string& members) {
  return parse(std::string(kHead) + ",\n" + members);
}

std::string complaints(const std::string& members) {
  return texts(parse_more(members).diagnostics);
}

Json setting(const ManifestFile& file, std::string_view key) {
  REQUIRE_MESSAGE(!has_errors(file.diagnostics), texts(file.diagnostics));
  const Json* value = member(file.workers.at(0).worker.settings, key);
  return value != nullptr ? *value : Json("absent");
}

Json bindings(const std::string& members) {
  return setting(parse_more(members), "bindings");
}

// The one binding that `members` make.
std::string binding(const std::string& members) {
  const Json all = bindings(members);
  REQUIRE(all.get_object().size() == 1);
  return to_text(all);
}

const DesiredWorker& worker_of(const ManifestFile& file) {
  REQUIRE_MESSAGE(!has_errors(file.diagnostics), texts(file.diagnostics));
  return file.workers.at(0).worker;
}

}  // namespace

TEST_CASE("a plain wrangler config is a Worker with no bindings, no flags and an address on workers.dev") {
  const ManifestFile file = parse(std::string(kHead));
  CHECK(file.is_manifest);
  CHECK(file.diagnostics.empty());
  const DesiredWorker& worker = worker_of(file);
  CHECK(worker.name == "w");
  CHECK(worker.where == SourceLocation{"app/wrangler.jsonc", 1, 10});
  CHECK(to_text(worker.settings) == R"({"compatibility_date":"2026-01-01","compatibility_flags":[],"bindings":{}})");
  REQUIRE(worker.subdomain);
  CHECK(to_text(*worker.subdomain) == R"({"enabled":true})");
  CHECK_FALSE(worker.routes);
  CHECK_FALSE(worker.schedules);
  REQUIRE(file.workers[0].wrangler);
  CHECK(file.workers[0].wrangler->main.text == "index.js");
  CHECK(file.workers[0].wrangler->build == WranglerCode::Build::none);
}

TEST_CASE("wrangler.toml says the same as wrangler.json") {
  const auto toml = parse_wrangler_config("wrangler.toml", R"(
name = "w"
main = "index.js"
compatibility_date = "2026-01-01"
kv_namespaces = [{ binding = "KV", id = "abc" }]
[vars]
N = 1
)",
                                          "");
  CHECK(toml.diagnostics.empty());
  CHECK(to_text(setting(toml, "bindings")) ==
        R"({"N":{"type":"json","json":1},"KV":{"type":"kv_namespace","namespace_id":"abc"}})");
  CHECK(toml.workers[0].wrangler->build == WranglerCode::Build::bundle);
}

TEST_CASE("vars are text where they are strings, and JSON otherwise") {
  CHECK(to_text(bindings(R"("vars": {"A": "x", "B": "", "C": 1, "D": null, "E": {"f": [true]}, "G": "${H}"})")) ==
        R"({"A":{"type":"plain_text","text":"x"},"B":{"type":"plain_text","text":""},"C":{"type":"json","json":1},)"
        R"("D":{"type":"json","json":null},"E":{"type":"json","json":{"f":[true]}},)"
        R"("G":{"type":"plain_text","text":"${H}"}})");
}

TEST_CASE("each kind of binding becomes the API's") {
  CHECK(binding(R"("kv_namespaces": [{"binding": "B", "id": "i", "preview_id": "p", "remote": true}])") ==
        R"({"B":{"type":"kv_namespace","namespace_id":"i"}})");
  CHECK(binding(R"("r2_buckets": [{"binding": "B", "bucket_name": "b", "jurisdiction": "eu"}])") ==
        R"({"B":{"type":"r2_bucket","bucket_name":"b","jurisdiction":"eu"}})");
  CHECK(binding(R"("d1_databases": [{"binding": "B", "database_id": "i", "database_name": "n"}])") ==
        R"({"B":{"type":"d1","database_id":"i"}})");
  CHECK(binding(R"("durable_objects": {"bindings": [{"name": "B", "class_name": "C", "script_name": ""}]})") ==
        R"({"B":{"type":"durable_object_namespace","class_name":"C"}})");
  CHECK(binding(R"("queues": {"producers": [{"binding": "B", "queue": "q", "delivery_delay": 5}]})") ==
        R"({"B":{"type":"queue","queue_name":"q","delivery_delay":5}})");
  CHECK(binding(R"("services": [{"binding": "B", "service": "s", "entrypoint": "", "props": {"k": 1}}])") ==
        R"({"B":{"type":"service","service":"s","props":{"k":1}}})");
  CHECK(binding(R"("analytics_engine_datasets": [{"binding": "B"}])") == R"({"B":{"type":"analytics_engine"}})");
  CHECK(binding(R"("pipelines": [{"binding": "B", "pipeline": "p"}])") ==
        R"({"B":{"type":"pipelines","pipeline":"p"}})");
  CHECK(binding(R"("pipelines": [{"binding": "B", "stream": "s", "pipeline": "p"}])") ==
        R"({"B":{"type":"pipelines","stream":"s"}})");
  CHECK(binding(R"("k2": [{"binding": "B", "stream": "s"}])") == R"({"B":{"type":"k2","stream":"s"}})");
  CHECK(binding(R"("agent_memory": [{"binding": "B", "namespace": "n"}])") ==
        R"({"B":{"type":"agent_memory","namespace":"n"}})");
  CHECK(binding(R"("analytics": {"binding": "B"})") == R"({"B":{"type":"analytics"}})");
  CHECK(binding(R"("ratelimits": [{"name": "B", "namespace_id": "1", "simple": {"limit": 1, "period": 60}}])") ==
        R"({"B":{"type":"ratelimit","namespace_id":"1","simple":{"limit":1,"period":60}}})");
  CHECK(binding(R"("ai": {"binding": "B", "staging": true})") == R"({"B":{"type":"ai","staging":true}})");
  CHECK(binding(R"("browser": {"binding": "B", "remote": true})") == R"({"B":{"type":"browser"}})");
  CHECK(binding(R"("worker_loaders": [{"binding": "B"}])") == R"({"B":{"type":"worker_loader"}})");
  CHECK(binding(R"("vpc_networks": [{"binding": "B", "network_id": "n"}])") ==
        R"({"B":{"type":"vpc_network","network_id":"n"}})");
  CHECK(binding(R"("send_email": [{"name": "B", "allowed_destination_addresses": ["a"]}])") ==
        R"({"B":{"type":"send_email","allowed_destination_addresses":["a"]}})");
  CHECK(binding(R"("dispatch_namespaces": [{"binding": "B", "namespace": "n",
                   "outbound": {"service": "s", "parameters": ["p"]}}])") ==
        R"({"B":{"type":"dispatch_namespace","namespace":"n",)"
        R"("outbound":{"worker":{"service":"s"},"params":[{"name":"p"}]}}})");
  CHECK(binding(R"("workflows": [{"binding": "B", "name": "w", "class_name": "C", "script_name": "other"}])") ==
        R"({"B":{"type":"workflow","workflow_name":"w","class_name":"C","script_name":"other"}})");
  CHECK(binding(R"("logfwdr": {"bindings": [{"name": "B", "destination": "d"}]})") ==
        R"({"B":{"type":"logfwdr","destination":"d"}})");
  CHECK(binding(R"("unsafe": {"bindings": [{"name": "B", "type": "new", "x": [1]}]})") ==
        R"({"B":{"x":[1],"type":"new"}})");
}

TEST_CASE("a database without an id is known by its name") {
  const ManifestFile file = parse_more(R"("d1_databases": [{"binding": "B", "database_name": "n"}])");
  CHECK_FALSE(has_errors(file.diagnostics));
  CHECK(to_text(file.workers[0].worker.settings.at("bindings")) == R"({"B":{"type":"d1","database_name":"n"}})");
}

TEST_CASE("resources that wrangler would make are errors, because nothing is made here") {
  CHECK(complaints(R"("kv_namespaces": [{"binding": "KV"}])") ==
        "app/wrangler.jsonc:2:19: error: \"KV\" of \"kv_namespaces\" has no \"id\"; wrangler would create the "
        "resource; create it once, and write its id or name here\n");
  CHECK(complaints(R"("r2_buckets": [{"binding": "R"}])").contains("\"R\" of \"r2_buckets\" has no \"bucket_name\""));
  CHECK(complaints(R"("queues": {"producers": [{"binding": "Q"}]})").contains("\"Q\" of \"queues\" has no \"queue\""));
  CHECK(complaints(R"("agent_memory": [{"binding": "M"}])").contains("\"M\" of \"agent_memory\" has no \"namespace\""));
  CHECK(
      complaints(R"("pipelines": [{"binding": "P"}])") ==
      "app/wrangler.jsonc:2:15: error: \"pipelines\" lacks the field \"stream\"; the id of the stream that records go "
      "to\n");
  CHECK(complaints(R"("d1_databases": [{"binding": "D"}])") ==
        "app/wrangler.jsonc:2:18: error: \"D\" of \"d1_databases\" has no \"database_id\"; write the id or the name of "
        "the database\n");
}

TEST_CASE("a name of two bindings, or of a binding and a secret, is an error") {
  CHECK(complaints(R"("vars": {"A": "x"}, "kv_namespaces": [{"binding": "A", "id": "i"}])") ==
        "app/wrangler.jsonc:2:51: error: the name \"A\" is given to two bindings; use the name for one of the two\n");
  CHECK(complaints(R"("vars": {"A": "x"}, "secrets": {"required": ["A"]})") ==
        "app/wrangler.jsonc:2:46: error: \"A\" is a binding and a secret; use the name for one of the two\n");
}

TEST_CASE("values of secrets may not stand in unsafe bindings, and are not repeated") {
  const auto text = complaints(R"("unsafe": {"bindings": [{"name": "K", "type": "secret_text", "text": "hush"}]})");
  CHECK(text ==
        "app/wrangler.jsonc:2:47: error: a binding of this type is not allowed in \"unsafe\"; name the secret under "
        "secrets.required; its value comes from a secret store, never from git\n");
}

TEST_CASE("settings are uploaded under the API's names") {
  const ManifestFile file = parse_more(R"("logpush": false, "limits": {"cpu_ms": 50}, "cache": {"enabled": true},
      "observability": {"enabled": true, "logs": {"persist": true}}, "compatibility_flags": ["nodejs_compat"],
      "tail_consumers": [{"service": "t"}], "streaming_tail_consumers": [{"service": "s"}],
      "unsafe": {"metadata": {"extra": {"a": 1}}})");
  CHECK(to_text(worker_of(file).settings) ==
        R"({"compatibility_date":"2026-01-01","compatibility_flags":["nodejs_compat"],"logpush":false,)"
        R"("limits":{"cpu_ms":50},"observability":{"enabled":true,"logs":{"persist":true}},)"
        R"("cache_options":{"enabled":true},"tail_consumers":[{"service":"t"}],)"
        R"("streaming_tail_consumers":[{"service":"s"}],"extra":{"a":1},"bindings":{}})");
}

TEST_CASE("placement is written as wrangler writes it") {
  const auto placement = [](const std::string& value) {
    return to_text(setting(parse_more("\"placement\": " + value), "placement"));
  };
  CHECK(placement(R"({"mode": "smart"})") == R"({"mode":"smart"})");
  CHECK(placement(R"({"mode": "smart", "hint": "enam"})") == R"({"mode":"smart","hint":"enam"})");
  CHECK(placement(R"({"region": "aws:us-east-1"})") == R"({"mode":"targeted","region":"aws:us-east-1"})");
  CHECK(placement(R"({"mode": "targeted", "hostname": "h"})") == R"({"mode":"targeted","hostname":"h"})");
  CHECK(placement(R"({"mode": "off"})") == "{}");
  CHECK(complaints(R"("placement": {})") ==
        "app/wrangler.jsonc:2:14: error: \"placement\" lacks the field \"mode\"; off, smart or targeted\n");
  CHECK(complaints(R"("placement": {"mode": "off", "hint": "x"})").contains("only in mode smart"));
  CHECK(complaints(R"("placement": {"region": "a", "host": "b"})").contains("takes one of region, host, hostname"));
}

TEST_CASE("what Plumbline decides itself may not stand in unsafe metadata") {
  CHECK(complaints(R"("unsafe": {"metadata": {"keep_bindings": []}})") ==
        "app/wrangler.jsonc:2:25: error: \"keep_bindings\" is not allowed in \"unsafe.metadata\"; use the field of "
        "wrangler's config for it\n");
}

TEST_CASE("a Worker has an address on workers.dev by default only where it has no routes") {
  const auto subdomain = [](const std::string& members) { return to_text(*worker_of(parse_more(members)).subdomain); };
  CHECK(subdomain(R"("routes": ["example.com/*"])") == R"({"enabled":false})");
  CHECK(subdomain(R"("routes": [])") == R"({"enabled":true})");
  CHECK(subdomain(R"("route": "example.com/*", "workers_dev": true)") == R"({"enabled":true})");
  CHECK(subdomain(R"("routes": [{"pattern": "example.com", "custom_domain": true}])") == R"({"enabled":false})");
  CHECK(subdomain(R"("workers_dev": false, "preview_urls": true)") == R"({"enabled":false,"previews_enabled":true})");
}

TEST_CASE("routes and custom domains are told apart") {
  const ManifestFile file = parse_more(R"("routes": ["a.com/*", {"pattern": "b.com/x", "zone_name": "b.com"},
      {"pattern": "c.com/*", "zone_id": "0123456789abcdef0123456789abcdef"}, {"pattern": "d.com", "custom_domain": true},
      {"pattern": "e.com/*", "zone_name": "e.com", "custom_domain": false}])");
  const DesiredWorker& worker = worker_of(file);
  REQUIRE(worker.routes);
  REQUIRE(worker.routes->size() == 4);
  CHECK(worker.routes->at(0).pattern == "a.com/*");
  CHECK(worker.routes->at(1).zone == "b.com");
  CHECK(worker.routes->at(2).zone_id == "0123456789abcdef0123456789abcdef");
  CHECK(worker.routes->at(2).where.line == 3);
  CHECK(worker.routes->at(3).pattern == "e.com/*");
  REQUIRE(worker.domains);
  CHECK(worker.domains->at(0).hostname == "d.com");
  CHECK_FALSE(worker_of(parse_more(R"("routes": ["a.com/*"])")).domains);
}

TEST_CASE("routes that wrangler refuses are errors") {
  CHECK(complaints(R"("routes": [{"pattern": "a.com/*"}])") ==
        "app/wrangler.jsonc:2:12: error: a route with \"pattern\" alone is written as a string; write the pattern "
        "itself, or add zone_name, zone_id or custom_domain\n");
  CHECK(complaints(R"("routes": [1])") ==
        "app/wrangler.jsonc:2:12: error: expected a string, or a map with pattern and zone_name, zone_id or "
        "custom_domain for \"routes[0]\", found a number\n");
  CHECK(complaints(R"("routes": [{"pattern": "a.com", "zone_id": "z", "zone_name": "n"}])").contains("not both"));
  CHECK(complaints(R"("routes": [{"pattern": "a.com/x", "custom_domain": true}])") ==
        "app/wrangler.jsonc:2:24: error: \"pattern\" must be a host name such as shop.example.com, without wildcard, "
        "scheme, port or path\n");
  CHECK(complaints(R"("route": "")") ==
        "app/wrangler.jsonc:2:10: warning: an empty \"route\" is ignored; remove the field\n");
}

TEST_CASE("cron triggers are set, cleared or left alone") {
  CHECK(worker_of(parse_more(R"("triggers": {"crons": ["* * * * *"]})")).schedules->size() == 1);
  CHECK(worker_of(parse_more(R"("triggers": {"crons": []})")).schedules->empty());
  CHECK_FALSE(worker_of(parse_more(R"("triggers": {})")).schedules);
}

TEST_CASE("queue consumers are written as the API writes them") {
  const ManifestFile file = parse_more(
      R"("queues": {"consumers": [{"queue": "q", "max_batch_size": 10, "max_batch_timeout": 5, "max_retries": 3,
      "dead_letter_queue": "d", "max_concurrency": 2, "retry_delay": 60}]})");
  const auto& consumer = worker_of(file).queue_consumers->at(0);
  CHECK(consumer.queue == "q");
  CHECK(consumer.dead_letter_queue == "d");
  CHECK(equal(Json(consumer.settings), parse_json(R"({"batch_size": 10, "max_retries": 3, "max_wait_time_ms": 5000,
      "max_concurrency": 2, "retry_delay": 60})")
                                           .value()));
}

TEST_CASE("a workflow is the Worker's own unless another Worker is named") {
  const ManifestFile file = parse_more(
      R"("workflows": [{"binding": "A", "name": "a", "class_name": "A", "limits": {"steps": 9}},
                       {"binding": "B", "name": "b", "class_name": "B", "script_name": "other"},
                       {"binding": "C", "name": "c", "class_name": "C", "script_name": "w"}])");
  const auto& workflows = *worker_of(file).workflows;
  REQUIRE(workflows.size() == 2);
  CHECK(workflows[0].name == "a");
  CHECK(to_text(workflows[0].settings) == R"({"limits":{"steps":9}})");
  CHECK(workflows[1].name == "c");
}

TEST_CASE("what a workflow states is told to the Worker that defines it, in the API's form") {
  const ManifestFile file = parse_more(
      R"("workflows": [{"binding": "A", "name": "a", "class_name": "A", "schedules": "0 * * * *", "jurisdiction": "eu",
         "concurrency": {"limit": 2}, "default_retention": {"success_retention": 1000, "error_retention": "3 days"}},
        {"binding": "B", "name": "b", "class_name": "B", "schedules": ["0 1 * * *", "0 2 * * *"]}])");
  const auto& workflows = *worker_of(file).workflows;
  CHECK(equal(Json(workflows[0].settings), parse_json(R"({"schedules": [{"cron": "0 * * * *"}], "jurisdiction": "eu",
      "concurrency": {"limit": 2}, "default_retention": {"success_retention": 1000, "error_retention": "3 days"}})")
                                               .value()));
  CHECK(to_text(workflows[1].settings) == R"({"schedules":[{"cron":"0 1 * * *"},{"cron":"0 2 * * *"}]})");

  const auto workflow = [](const std::string& more) {
    return complaints(R"("workflows": [{"binding": "A", "name": "a", "class_name": "A", )" + more + "}]");
  };
  CHECK(workflow(R"("schedules": [])").contains("error: \"schedules\" may not be empty"));
  CHECK(workflow(R"("schedules": "@daily")").contains("must be a cron expression of five fields"));
  CHECK(workflow(R"("default_retention": {"error_retention": 0})").contains("\"error_retention\" must be at least 1"));
  CHECK(workflow(R"("default_retention": {"error_retention": ""})").contains("\"error_retention\" may not be empty"));
  CHECK(workflow(R"("default_retention": {"error_retention": [1]})")
            .contains(
                "expected whole milliseconds, or a duration such as \"3 days\" for \"error_retention\", found a list"));
  CHECK(workflow(R"("jurisdiction": "mars")").contains("\"jurisdiction\" must be one of eu, fedramp, us"));
  CHECK(workflow(R"("script_name": "other", "concurrency": {"limit": 1})")
            .contains("\"concurrency\" of a workflow belongs to the Worker that defines the workflow"));
}

TEST_CASE("exports describe classes, entrypoints and workflows, and go up as they stand") {
  const ManifestFile file = parse_more(R"("exports": {"Room": {"type": "durable-object", "storage": "sqlite"},
      "Admin": {"type": "worker", "cache": {"enabled": true}},
      "Fulfil": {"type": "workflow", "name": "fulfil", "limits": {"steps": 5}, "schedules": ["0 * * * *"]}},
      "durable_objects": {"bindings": [{"name": "ROOM", "class_name": "Room"}]},
      "workflows": [{"binding": "FULFIL", "name": "fulfil", "class_name": "Fulfil"}])");
  CHECK(equal(setting(file, "exports"), parse_json(R"({"Room": {"type": "durable-object", "storage": "sqlite"},
      "Admin": {"type": "worker", "cache": {"enabled": true}},
      "Fulfil": {"type": "workflow", "name": "fulfil", "limits": {"steps": 5}, "schedules": ["0 * * * *"]}})")
                                            .value()));
  const auto& workflows = *worker_of(file).workflows;
  REQUIRE(workflows.size() == 1);
  CHECK(workflows[0].class_name == "Fulfil");
  CHECK(to_text(workflows[0].settings) == R"({"limits":{"steps":5},"schedules":[{"cron":"0 * * * *"}]})");
  // A build tool lists it, stated or not.
  CHECK(setting(parse_more(R"("exports": {}, "migrations": [{"tag": "v1", "new_classes": ["A"]}])"), "exports") ==
        "absent");
}

TEST_CASE("exports are judged as wrangler judges them") {
  const auto one = [](const std::string& entry) { return complaints(R"("exports": {"A": )" + entry + "}"); };
  CHECK(one(R"({"type": "durable-object"})") ==
        "app/wrangler.jsonc:2:18: error: a class in state \"created\" lacks the field \"storage\"\n");
  CHECK(one(R"({"type": "durable-object", "state": "renamed"})").contains("lacks the field \"renamed_to\""));
  CHECK(one(R"({"type": "durable-object", "state": "deleted", "storage": "sqlite"})")
            .contains("\"storage\" does not belong to a class in state \"deleted\""));
  CHECK(one(R"({"type": "durable-object", "state": "expecting-transfer", "storage": "sqlite"})")
            .contains("lacks the field \"transfer_from\""));
  CHECK(one(R"({"type": "durable-object", "state": "lost"})").contains("\"state\" must be one of"));
  CHECK(one(R"({"type": "durable-object", "storage": "sqlite", "container": "c"})")
            .contains("\"container\" is not allowed here; images are built and rolled out by wrangler"));
  CHECK(one(R"({"type": "queue"})")
            .contains("\"type\" of an export must be durable-object, worker or workflow; wrangler 4.164"));
  CHECK(one(R"({"type": "worker", "cache": {"enabled": true, "ttl": 5}})").contains("unknown field \"ttl\""));
  CHECK(one(R"({"type": "workflow"})").contains("\"exports.A\" lacks the field \"name\""));
  CHECK(complaints(R"("exports": {"A": {"type": "workflow", "name": "w"}, "B": {"type": "workflow", "name": "w"}})")
            .contains("error: \"A\" and \"B\" are both the workflow \"w\""));
  CHECK(complaints(R"("exports": {"A": {"type": "durable-object", "storage": "sqlite"}},
      "migrations": [{"tag": "v1", "new_classes": ["A"]}])")
            .contains("error: \"exports\" and \"migrations\" both describe Durable Object classes"));
  const auto bound = [](const std::string& more) {
    return complaints(R"("exports": {"A": {"type": "workflow", "name": "w"}},
        "workflows": [{"binding": "W", "name": "w", )" +
                      more + "}]");
  };
  CHECK(bound(R"("class_name": "A")").empty());
  CHECK(bound(R"("class_name": "B")").contains("\"exports.A\" declares the workflow \"w\" with another class"));
  CHECK(bound(R"("class_name": "A", "script_name": "other")").contains("remove \"script_name\""));
  CHECK(bound(R"("class_name": "A", "limits": {"steps": 1})")
            .contains("\"limits\" of a workflow is set at \"exports.A\""));
}

TEST_CASE("when objects that run get new code is uploaded where it is stated") {
  const auto strategy = [](const std::string& stated) {
    return to_text(
        setting(parse_more(R"("durable_objects": {"code_update_strategy": )" + stated + "}"), "code_update_strategy"));
  };
  CHECK(strategy(R"({"mode": "immediate"})") == R"({"mode":"immediate"})");
  CHECK(strategy(R"({"mode": "deferred"})") == R"({"mode":"deferred","max_delay":300})");
  CHECK(strategy(R"({"mode": "deferred", "max_delay": 1.5})") == R"({"mode":"deferred","max_delay":1.5})");
  CHECK(setting(parse_more(R"("durable_objects": {"bindings": []})"), "code_update_strategy") == "absent");
  CHECK(complaints(R"("durable_objects": {"code_update_strategy": {"mode": "deferred", "max_delay": 86401}})")
            .contains("\"max_delay\" must be at most 86400"));
  CHECK(complaints(R"("durable_objects": {"code_update_strategy": {"mode": "deferred", "max_delay": 0.0001}})")
            .contains("only whole milliseconds can be waited for"));
}

TEST_CASE("a custom domain that is switched off is an error, and one with previews a warning") {
  const auto domain = [](const std::string& more) {
    return complaints(R"("routes": [{"pattern": "d.com", "custom_domain": true, )" + more + "}]");
  };
  CHECK(domain(R"("enabled": true, "previews_enabled": false)").empty());
  CHECK(domain(R"("enabled": false)").contains("error: a custom domain that is switched off is not supported"));
  CHECK(domain(R"("previews_enabled": true)")
            .contains("warning: \"previews_enabled\" of a custom domain is not applied"));
}

TEST_CASE("assets are a folder beside the config, with their binding and their rules") {
  const ManifestFile file = parse_more(
      R"("assets": {"directory": "./public/", "binding": "ASSETS", "not_found_handling": "404-page", "base_path": "/docs",
         "run_worker_first": ["/api/*"]})");
  const auto& worker = worker_of(file);
  REQUIRE(worker.assets);
  CHECK(worker.assets->directory == "app/public");
  CHECK(worker.assets->binding == "ASSETS");
  CHECK(to_text(worker.assets->config) ==
        R"({"not_found_handling":"404-page","base_path":"/docs","run_worker_first":["/api/*"]})");
  CHECK(to_text(worker.settings.at("bindings")) == R"({"ASSETS":{"type":"assets"}})");
  CHECK(complaints(R"("assets": {"binding": "A"})").contains("\"assets\" lacks the field \"directory\""));
  CHECK(complaints(R"("assets": {"directory": "../../x"})") ==
        "app/wrangler.jsonc:2:25: error: the path leaves the source\n");
}

TEST_CASE("a Worker of assets alone has neither code nor bindings") {
  const ManifestFile file = parse(
      R"("name": "w", "compatibility_date": "2026-01-01", "assets": {"directory": "public"}, "vars": {"A": "x"})");
  CHECK(to_text(worker_of(file).settings) == R"({"compatibility_date":"2026-01-01","compatibility_flags":[]})");
  CHECK(file.workers[0].wrangler->main.text.empty());
  const auto wrong = parse(
      R"("name": "w", "compatibility_date": "2026-01-01", "assets": {"directory": "p", "binding": "A", "run_worker_first": true})");
  CHECK(texts(wrong.diagnostics) ==
        "app/wrangler.jsonc:1:91: error: \"assets.binding\" needs a Worker; add main, or remove the binding\n"
        "app/wrangler.jsonc:1:116: error: \"assets.run_worker_first\" needs a Worker; add main, or remove the field\n");
}

TEST_CASE("migrations keep their order and their steps") {
  const ManifestFile file = parse_more(
      R"("migrations": [{"tag": "v1", "new_sqlite_classes": ["A"]}, {"tag": "v2", "renamed_classes": [{"from": "A", "to": "B"}]}])");
  const auto& migrations = *worker_of(file).migrations;
  REQUIRE(migrations.size() == 2);
  CHECK(migrations[0].tag == "v1");
  CHECK(to_text(migrations[1].steps) == R"({"renamed_classes":[{"from":"A","to":"B"}]})");
}

TEST_CASE("required secrets are read from the source's store under their default key") {
  const ManifestFile file = parse_more(R"("secrets": {"required": ["API_KEY"]})");
  REQUIRE(file.workers[0].secrets.size() == 1);
  CHECK(file.workers[0].secrets[0].name == "API_KEY");
  CHECK_FALSE(file.workers[0].secrets[0].key);
  CHECK(complaints(R"("secrets": {"required": ["not a name"]})").contains("is not a name of a binding"));
}

TEST_CASE("what a config lacks is an error at its beginning") {
  CHECK(texts(parse("").diagnostics) ==
        "app/wrangler.jsonc:1:1: error: the config has no \"name\"; name the Worker\n"
        "app/wrangler.jsonc:1:1: error: the config has neither \"main\" nor \"assets\"; name the entry of the Worker "
        "under main, or a folder of files under assets.directory\n");
  CHECK(
      texts(parse(R"("name": "w", "main": "i.js")").diagnostics) ==
      "app/wrangler.jsonc:1:1: error: the config has no \"compatibility_date\"; wrangler deploys nothing without it\n");
}

TEST_CASE("a config's name is judged as wrangler judges it") {
  const auto said = [](const std::string& name, const std::string& environment = {}) {
    return texts(
        parse(R"("main": "i.js", "compatibility_date": "2026-01-01", "env": {"Prod": {}}, "name": ")" + name + "\"",
              environment)
            .diagnostics);
  };
  for (const char* good : {"404-page", "2fa-worker", "_internal", "404", "worker-", "w"}) {
    CHECK_MESSAGE(said(good).empty(), good);
  }
  CHECK(said("My-App").ends_with(
      "error: the name \"My-App\" may hold no capital letters; wrangler refuses it as well\n"));
  CHECK(said("-w").ends_with("error: the name \"-w\" may not begin with -; wrangler refuses it as well\n"));
  CHECK(said("a.b").ends_with("may hold only letters, digits, - and _; wrangler refuses it as well\n"));
  // What wrangler sends without a check of its own, the service judges.
  CHECK(said("w", "Prod").ends_with("warning: the name \"w-Prod\" holds capital letters; the service may refuse it\n"));
  CHECK(said("404", "Prod").contains("error: the name \"404-Prod\" may hold capital letters only if it begins"));
  CHECK(said(std::string(64, 'a')).contains("may have at most 63 characters; the service may refuse it\n"));
}

TEST_CASE("a value of the wrong type is an error at its place") {
  CHECK(complaints(R"("compatibility_flags": "nodejs_compat")") ==
        "app/wrangler.jsonc:2:24: error: expected a list of strings for \"compatibility_flags\", found a string\n");
  CHECK(complaints(R"("workers_dev": "yes")") ==
        "app/wrangler.jsonc:2:16: error: expected true or false for \"workers_dev\", found a string\n");
  CHECK(complaints(R"("kv_namespaces": {"binding": "A"})") ==
        "app/wrangler.jsonc:2:18: error: expected a list of maps for \"kv_namespaces\", found a map\n");
  CHECK(complaints(R"("kv_namespaces": [{"id": "i"}])") ==
        "app/wrangler.jsonc:2:19: error: \"kv_namespaces[0]\" lacks the field \"binding\"; Name of the binding\n");
  CHECK(complaints(R"("limits": {"cpu_ms": "50"})") ==
        "app/wrangler.jsonc:2:22: error: expected a whole number for \"cpu_ms\", found a string\n");
  CHECK(complaints(R"("observability": {"enabled": true, "head_sampling_rate": 2})") ==
        "app/wrangler.jsonc:2:58: error: \"head_sampling_rate\" must be at most 1\n");
  CHECK(complaints(R"("rules": [{"type": "Txt", "globs": []}])").contains("did you mean \"Text\"?"));
  CHECK(texts(parse_wrangler_config("wrangler.json", "[]", "").diagnostics) ==
        "wrangler.json:1:1: error: expected a map for \"wrangler config\", found a list\n");
}

TEST_CASE("a field that the known wrangler does not have is an error, which names that wrangler and how to mend it") {
  constexpr const char* kMend =
      "wrangler 4.164 does not have this field, and this version of Plumbline knows no newer one. The live Worker "
      "stays "
      "as it is, so that it does not lose what the field states. Remove the field, update Plumbline, or write the "
      "Worker as a Plumbline manifest\n";
  CHECK(complaints(R"("compatability_date": "2026-01-01")") ==
        std::string("app/wrangler.jsonc:2:1: error: unknown field \"compatability_date\"; did you mean "
                    "\"compatibility_date\"?; ") +
            kMend);
  CHECK(complaints(R"("quartz": [{"binding": "K", "stream": "s"}])") ==
        std::string("app/wrangler.jsonc:2:1: error: unknown field \"quartz\"; ") + kMend);
  CHECK(complaints(R"("kv_namespaces": [{"binding": "A", "id": "i", "x": 1}])") ==
        std::string(
            "app/wrangler.jsonc:2:47: error: unknown field \"x\"; known here: binding, remote, id, preview_id; ") +
            kMend);
}

TEST_CASE("an unknown field breaks its Worker at every depth and in every format") {
  for (const auto* field :
       {R"("agent_memory": [{"binding": "A", "namespace": "n", "region": "eu"}])",
        R"("analytics": {"binding": "A", "dataset": "d"})",
        R"("exports": {"Cart": {"type": "durable-object", "storage": "sqlite", "region": "eu"}})",
        R"("dependencies_instrumentation": {"level": 2})",
        R"("future": true)",
        R"("future": "")",
        R"("triggers": {"queues": [{"type": "x"}]})",
        R"("assets": {"directory": "public", "headers": "/docs"})",
        R"("observability": {"enabled": true, "metrics": {"enabled": true}})",
        R"("observability": {"enabled": true, "logs": {"enabled": true, "sink": "s"}})",
        R"("observability": {"enabled": true, "traces": {"sink": 1}})",
        R"("durable_objects": {"bindings": [], "code_update_strategy": {"mode": "immediate", "jitter": 1}})",
        R"("durable_objects": {"bindings": [{"name": "A", "class_name": "B", "region": "eu"}]})",
        R"("workflows": [{"binding": "W", "name": "w", "class_name": "W", "concurrency": {"limit": 1, "per": "day"}}])",
        R"("workflows": [{"binding": "W", "name": "w", "class_name": "W", "limits": {"steps": 1, "time": 2}}])",
        R"("placement": {"mode": "smart", "zone": "z"})",
        R"("limits": {"cpu_ms": 1, "memory_mb": 2})",
        R"("queues": {"producers": [], "dead": [1]})",
        R"("queues": {"consumers": [{"queue": "q", "ordered": true}]})",
        R"("queues": {"producers": [{"binding": "Q", "queue": "q", "fifo": true}]})",
        R"("cache": {"enabled": true, "ttl": 5})",
        R"("unsafe": {"secrets": [{"name": "A"}]})",
        R"("migrations": [{"tag": "v1", "archived_classes": ["A"]}])",
        R"("migrations": [{"tag": "v1", "renamed_classes": [{"from": "A", "to": "B", "keep": true}]}])",
        R"("routes": [{"pattern": "a.com/*", "zone_name": "a.com", "failover": true}])",
        R"("tail_consumers": [{"service": "a", "sample": 1}])",
        R"("secrets": {"optional": ["A"]})",
        R"("rules": [{"type": "Text", "globs": ["*"], "inline": true}])",
        R"("python_modules": {"include": ["a"]})",
        R"("dispatch_namespaces": [{"binding": "D", "namespace": "n", "outbound": {"service": "s", "trust": 1}}])",
        R"("ratelimits": [{"name": "R", "namespace_id": "1", "simple": {"limit": 1, "period": 10, "burst": 2}}])"}) {
    CAPTURE(field);
    const ManifestFile file = parse_more(field);
    CHECK(texts(file.diagnostics).contains("error: unknown field"));
    REQUIRE(file.workers.size() == 1);
    CHECK(file.workers[0].broken);
    CHECK(file.workers[0].worker.name == "w");
  }
  const auto of = [](const char* path, std::string_view text) { return parse_wrangler_config(path, text, ""); };
  CHECK(of("wrangler.toml",
           "name = \"w\"\nmain = \"i.js\"\ncompatibility_date = \"2026-01-01\"\n[[k9]]\nbinding = "
           "\"K\"\n")
            .workers[0]
            .broken);
  CHECK(of("wrangler.json", R"({"name": "w", "main": "i.js", "compatibility_date": "2026-01-01", "k9": [1]})")
            .workers[0]
            .broken);
}

TEST_CASE("an unknown field that states nothing is a warning: build tools write all that they know") {
  for (const auto* field :
       {R"("k9": [])", R"("outputs": {})", R"("future": null)", R"("sockets": {"bindings": []})", R"("//": "a note")",
        R"("// k2": [1])", R"("_comment": "x")", R"("observability": {"enabled": true, "sinks": []})"}) {
    CAPTURE(field);
    const std::string said = complaints(field);
    CHECK(said.contains("it states nothing, and is passed over"));
    CHECK_FALSE(said.contains("error"));
  }
}

TEST_CASE("what only older versions of wrangler have read decides nothing, and a warning says so") {
  for (const auto* field :
       {R"("usage_model": "standard")", R"("zone_id": "z")", R"("type": "javascript")", R"("webpack_config": "w.js")",
        R"("miniflare": {"kv_persist": true})", R"("ai": {"binding": "AI", "experimental_remote": true})",
        R"("services": [{"binding": "S", "service": "s", "experimental_remote": true}])"}) {
    CAPTURE(field);
    const std::string said = complaints(field);
    CHECK(said.contains("has no effect here; "));
    CHECK_FALSE(said.contains("error"));
  }
  CHECK(complaints(R"("node_compat": true)")
            .contains("error: \"node_compat\" is not allowed here; wrangler 4 refuses it"));
}

TEST_CASE("newer settings that go up as they stand are known") {
  const ManifestFile file = parse_more(
      R"("observability": {"enabled": true, "issues": {"enabled": true}, "redact_query_string": true,
         "traces": {"enabled": true, "propagation_policy": "always"}}, "cache": {"enabled": true, "cross_version_cache": true})");
  CHECK(texts(file.diagnostics).empty());
  const JsonObject& settings = file.workers[0].worker.settings;
  CHECK(settings.at("observability").at("issues").at("enabled").as_bool());
  CHECK(settings.at("observability").at("redact_query_string").as_bool());
  CHECK(settings.at("observability").at("traces").at("propagation_policy").as_string() == "always");
  CHECK(settings.at("cache_options").at("cross_version_cache").as_bool());
}

TEST_CASE("another region of Cloudflare is another API, which is not spoken here") {
  CHECK(complaints(R"("compliance_region": "fedramp_high")") ==
        "app/wrangler.jsonc:2:22: error: \"compliance_region\" must be \"public\": the API of another region is not "
        "spoken here\n");
}

TEST_CASE("fields for wrangler's own use are passed over") {
  CHECK(complaints(R"("$schema": "x", "dev": {"port": 1}, "send_metrics": false, "account_id": "a", "minify": true,
      "tsconfig": "t", "define": {"A": "1"}, "alias": {"a": "b"}, "keep_names": true, "jsx_factory": "h",
      "build": {"command": "make", "upload": {"format": "modules"}}, "access": {"dev": {"aud": "a"}}, "previews": {},
      "connect": [{"protocol": "tcp", "port": 25}], "dependencies_instrumentation": {"enabled": false}, "addresses": [],
      "compliance_region": "public", "legacy_env": true)")
            .empty());
}

TEST_CASE("what cannot be done is an error that says so") {
  CHECK(complaints(R"("site": {"bucket": "x"})")
            .contains("Workers Sites (\"site\") are not supported; use static assets"));
  CHECK(complaints(R"("containers": [], "cloudchamber": {}, "site": {})").empty());
  CHECK(complaints(R"("containers": [{"class_name": "C"}])").contains("\"containers\" are not supported"));
  CHECK(
      complaints(R"("legacy_env": false)").contains("service environments (\"legacy_env\": false) are not supported"));
  CHECK(complaints(R"("triggers": {"events": []})").empty());
  CHECK(complaints(R"("triggers": {"events": [{"type": "cf.artifacts.repo.pushed"}]})")
            .contains("\"triggers.events\" are not supported; nothing reads them back"));
  CHECK(complaints(R"("addresses": ["a@example.com"])").contains("\"addresses\" are not supported"));
  CHECK(complaints(R"("unsafe": {"capnp": {}})").contains("\"unsafe.capnp\" is not supported"));
}

TEST_CASE("keep_vars keeps the variables that the config does not name") {
  CHECK(parse(R"("name": "w", "main": "a.js", "keep_vars": true)").workers.front().worker.vars_policy ==
        VarsPolicy::keep);
  CHECK(parse(R"("name": "w", "main": "a.js", "keep_vars": false)").workers.front().worker.vars_policy ==
        VarsPolicy::exact);
  CHECK(complaints(R"("keep_vars": true)").empty());
}

TEST_CASE("a project of Pages is none of ours") {
  const ManifestFile file = parse(R"("name": "p", "pages_build_output_dir": "./dist")");
  CHECK(file.workers.empty());
  CHECK(texts(file.diagnostics) ==
        "app/wrangler.jsonc:1:41: note: this is a project of Pages, which is not managed here\n");
}

TEST_CASE("a config that cannot be read is an error, and its Worker is broken") {
  const ManifestFile file = parse_wrangler_config("wrangler.toml", "name = ", "");
  CHECK(has_errors(file.diagnostics));
  REQUIRE(file.workers.size() == 1);
  CHECK(file.workers[0].broken);
}

TEST_CASE("a Worker in Python is taken as it stands") {
  const ManifestFile file = parse(
      R"("name": "p", "main": "src/entry.py", "compatibility_date": "2026-01-01", "compatibility_flags": ["python_workers"])");
  CHECK(file.workers[0].wrangler->build == WranglerCode::Build::python);
  CHECK(file.workers[0].wrangler->rules == std::vector<WranglerRule>{{.type = "PythonModule", .globs = {"**/*.py"}}});
  CHECK(texts(parse(R"("name": "p", "main": "e.py", "compatibility_date": "2026-01-01")").diagnostics) ==
        "app/wrangler.jsonc:1:23: error: a Worker in Python needs the compatibility flag python_workers\n");
}

}  // namespace plumbline::manifests
