#include <doctest/doctest.h>

#include <set>

#include "manifests/kinds/binding_facts.h"
#include "manifests/kinds/setting_facts.h"
#include "manifests/kinds/worker_schema.h"
#include "rig.h"
#include "share.h"

using namespace plumbline;
using namespace plumbline::property;
using reconciler::Refresh;

/// Everything that a manifest or a wrangler config can say is applied, and then nothing is left to do: whatever the
/// service shows of it, on this machine and on another one.
namespace {

using Files = std::map<std::string, std::string>;

/// One thing that can be said of a Worker.
struct Said {
  std::string key;   ///< field of spec, or type of a binding
  std::string text;  ///< YAML below `spec:`, or members of a wrangler config in JSON
};

constexpr std::string_view kCode = "export default { fetch() {} }\nexport class Cart {}\nexport class Flow {}\n";

Files with_neighbours(Files files) {
  files["w/index.js"] = kCode;
  files["w/worker.js"] = "addEventListener('fetch', () => {});\n";
  files["w/data.bin"] = "data";
  files["w/note.txt"] = "note";
  files["w/lib.wasm"] = std::string("\0asm\1\0\0\0", 8);
  files["w/public/index.html"] = "<p>";
  files["auth.yaml"] =
      "{apiVersion: plumbline.dev/v1beta1, kind: Worker, metadata: {name: auth}, spec: {main: w/index.js, migrations: "
      "[{tag: v1, new_sqlite_classes: [Cart]}], workflows: [{name: theirs, class_name: Flow}]}}\n";
  return files;
}

Files native(const std::string& spec, const std::string& code = "main: index.js") {
  return with_neighbours(
      {{"w/w.yaml", "apiVersion: plumbline.dev/v1beta1\nkind: Worker\nmetadata: {name: w}\nspec:\n  " + code + "\n  " +
                        spec + "\n"}});
}

Files wrangler(const std::string& members) {
  return with_neighbours({{"w/wrangler.jsonc", R"({"name": "w", "main": "index.js", "no_bundle": true,
    "compatibility_date": "2026-01-01")" + (members.empty() ? "" : ", " + members) +
                                                   "}"}});
}

const std::vector<Said>& settings() {
  static const std::vector<Said> said{
      {"compatibility_date", "compatibility_date: 2026-01-01"},
      {"compatibility_flags", "compatibility_flags: [nodejs_compat, global_navigator, nodejs_compat]"},
      {"compatibility_flags", "compatibility_flags: []"},
      {"observability", "observability: {enabled: true}"},
      {"observability", "observability: {enabled: false}"},
      {"observability", "observability: {}"},
      {"observability", "observability: {enabled: true, head_sampling_rate: 0.1, redact_query_string: true}"},
      {"observability",
       "observability: {enabled: true, logs: {enabled: true, invocation_logs: false, destinations: [a]},"
       " traces: {enabled: true, persist: false}, issues: {enabled: true}}"},
      {"logpush", "logpush: true"},
      {"logpush", "logpush: false"},
      {"placement", "placement: {}"},
      {"placement", "placement: {mode: off}"},
      {"placement", "placement: {mode: smart}"},
      {"placement", "placement: {region: 'aws:us-east-1'}"},
      {"placement", "placement: {hostname: a.example}"},
      {"placement", "placement: {host: 'a.example:5432'}"},
      {"placement", "placement: {mode: targeted, region: 'aws:us-east-1'}"},
      {"placement", "placement: {mode: targeted, hostname: a.example}"},
      {"placement", "placement: {mode: targeted, host: 'a.example:5432'}"},
      {"placement", "placement: {mode: targeted, target: [{region: 'aws:us-east-1'}]}"},
      {"limits", "limits: {cpu_ms: 50, subrequests: 100}"},
      {"limits", "limits: {}"},
      {"tags", "tags: [b, a, b]"},
      {"tail_consumers", "tail_consumers: [{service: auth, environment: production}]"},
      {"tail_consumers", "tail_consumers: []"},
      {"usage_model", "usage_model: standard"},
      {"usage_model", "usage_model: unbound"},
      {"cache_options", "cache_options: {enabled: true, cross_version_cache: true}"},
      {"cache_options", "cache_options: {}"},
      {"containers", "containers: [{class_name: Cart}]"},
      {"containers", "containers: []"},
      {"exports",
       "exports: {Cart: {type: durable-object, storage: sqlite}, Api: {type: worker, cache: {enabled: true}}}"},
      {"exports", "exports: {}"},
      {"package_dependencies", "package_dependencies: [{name: hono, packageJsonVersion: ^4, installedVersion: 4.1.0}]"},
      {"streaming_tail_consumers", "streaming_tail_consumers: [{service: auth}]"},
      {"streaming_tail_consumers", "streaming_tail_consumers: []"},
      {"code_update_strategy", "code_update_strategy: {mode: deferred, max_delay: 30}"},
      {"bindings", "bindings: {}"},
      {"bindings", "bindings: {A: {type: plain_text, text: a}, B: {type: ai}}"},
      {"secrets", "secrets: {API_KEY: api-key}"},
      {"subdomain", "subdomain: {enabled: true, previews_enabled: false}"},
      {"subdomain", "subdomain: {enabled: false}"},
      {"routes", "routes: [{pattern: 'a.example.com/*', zone: example.com}]"},
      {"domains",
       "domains: [b.example.com, {hostname: c.example.com, override_existing_origin: true,"
       " override_existing_dns_record: true}]"},
      {"schedules", "schedules: ['*/5 * * * *', '0  1 * * MON']"},
      {"queue_consumers", "queue_consumers: [{queue: jobs, batch_size: 7, max_retries: 2, dead_letter_queue: dead}]"},
      {"workflows", "workflows: [{name: fulfil, class_name: Flow}]"},
      {"workflows", "workflows: [{name: fulfil, class_name: Flow, schedules: [{cron: '0 * * * *'}]}]"},
      {"assets", "assets: {directory: public, binding: FILES, config: {not_found_handling: 404-page}}"},
      {"migrations", "migrations: [{tag: v1, new_sqlite_classes: [Cart]}]"},
      {"modules", "modules: ['*.wasm', '*.txt']"},
  };
  return said;
}

const std::vector<Said>& bindings() {
  static const std::vector<Said> said{
      {"agent_memory", "{type: agent_memory, namespace: n}"},
      {"ai", "{type: ai}"},
      {"ai_search", "{type: ai_search, instance_name: i, namespace: n}"},
      {"ai_search_namespace", "{type: ai_search_namespace, namespace: n}"},
      {"analytics", "{type: analytics}"},
      {"analytics_engine", "{type: analytics_engine, dataset: d}"},
      {"artifacts", "{type: artifacts, namespace: n}"},
      {"assets", "{type: assets}"},
      {"browser", "{type: browser}"},
      {"d1", "{type: d1, database_name: shop}"},
      {"d1", "{type: d1, database_id: 6b3f8a1e-0000-4000-8000-000000000001}"},
      {"d1", "{type: d1, id: 6b3f8a1e-0000-4000-8000-000000000001}"},
      {"data_blob", "{type: data_blob, part: data.bin}"},
      {"dispatch_namespace",
       "{type: dispatch_namespace, namespace: n, outbound: {worker: {service: auth}, params: "
       "[{name: p}]}}"},
      {"durable_object_namespace", "{type: durable_object_namespace, class_name: Cart, script_name: auth}"},
      {"durable_object_namespace",
       "{type: durable_object_namespace, class_name: Cart, script_name: auth, environment: production}"},
      {"flagship", "{type: flagship, app_id: a}"},
      {"hyperdrive", "{type: hyperdrive, name: postgres}"},
      {"hyperdrive", "{type: hyperdrive, id: 0123456789abcdef0123456789abcdef}"},
      {"images", "{type: images}"},
      {"json", "{type: json, json: {a: [1, null, {b: false}]}}"},
      {"json", "{type: json, json: []}"},
      {"k2", "{type: k2, stream: s}"},
      {"kv_namespace", "{type: kv_namespace, title: cache}"},
      {"kv_namespace", "{type: kv_namespace, namespace_id: 0123456789abcdef0123456789abcdef}"},
      {"media", "{type: media}"},
      {"messaging", "{type: messaging, namespace: n}"},
      {"mtls_certificate", "{type: mtls_certificate, certificate_id: c}"},
      {"pipelines", "{type: pipelines, pipeline: p}"},
      {"pipelines", "{type: pipelines, stream: s}"},
      {"plain_text", "{type: plain_text, text: ''}"},
      {"plain_text", "{type: plain_text, text: hello}"},
      {"queue", "{type: queue, queue_name: jobs, delivery_delay: 5}"},
      {"queue", "{type: queue, queue_name: jobs, delivery_delay: 0}"},
      {"r2_bucket", "{type: r2_bucket, bucket_name: b, jurisdiction: eu}"},
      {"ratelimit", "{type: ratelimit, namespace_id: '1', simple: {limit: 10, period: 60}}"},
      {"secrets_store_secret", "{type: secrets_store_secret, store_id: s, secret_name: n}"},
      {"send_email", "{type: send_email}"},
      {"send_email",
       "{type: send_email, allowed_destination_addresses: [], allowed_sender_addresses: [a@example.com]}"},
      {"send_email", "{type: send_email, destination_address: a@example.com}"},
      {"service", "{type: service, service: auth}"},
      {"service",
       "{type: service, service: auth, environment: production, entrypoint: Admin, props: {a: {}, b: null}}"},
      {"service", "{type: service, service: w}"},
      {"text_blob", "{type: text_blob, part: note.txt}"},
      {"vectorize", "{type: vectorize, index_name: i}"},
      {"version_metadata", "{type: version_metadata}"},
      {"vpc_network", "{type: vpc_network, tunnel_id: t}"},
      {"vpc_network", "{type: vpc_network, network_id: n}"},
      {"vpc_service", "{type: vpc_service, service_id: s}"},
      {"wasm_module", "{type: wasm_module, part: lib.wasm}"},
      {"workflow", "{type: workflow, workflow_name: theirs, class_name: Flow, script_name: auth}"},
      {"of next year", "{type: invented_next_month, x: {y: [1]}}"},
  };
  return said;
}

const std::vector<Said>& of_wrangler() {
  static const std::vector<Said> said{
      {"nothing more", ""},
      {"vars", R"("vars": {"A": "a", "B": {"c": [1, null]}, "C": 5})"},
      {"cache", R"("cache": {"enabled": true})"},
      {"limits", R"("limits": {"cpu_ms": 50})"},
      {"logpush", R"("logpush": true)"},
      {"observability", R"("observability": {"enabled": true, "logs": {"enabled": true}})"},
      {"placement off", R"("placement": {"mode": "off"})"},
      {"placement smart", R"("placement": {"mode": "smart", "hint": "enam"})"},
      {"placement host", R"("placement": {"host": "a:1"})"},
      {"placement targeted", R"("placement": {"mode": "targeted", "region": "aws:us-east-1"})"},
      {"tails", R"("tail_consumers": [{"service": "auth"}])"},
      {"streaming tails", R"("streaming_tail_consumers": [{"service": "auth"}])"},
      {"unsafe", R"("unsafe": {"metadata": {"extra": {"a": [1]}, "flag": false, "none": []},
        "bindings": [{"name": "U", "type": "invented", "x": 1}]})"},
      {"kv", R"("kv_namespaces": [{"binding": "K", "id": "0123456789abcdef0123456789abcdef"}])"},
      {"email", R"("send_email": [{"name": "M", "destination_address": "a@example.com"}])"},
      {"objects", R"("durable_objects": {"bindings": [{"name": "D", "class_name": "Cart"}]},
        "migrations": [{"tag": "v1", "new_sqlite_classes": ["Cart"]}])"},
      {"r2", R"("r2_buckets": [{"binding": "R", "bucket_name": "b"}])"},
      {"d1", R"("d1_databases": [{"binding": "D", "database_id": "6b3f8a1e-0000-4000-8000-000000000001"}])"},
      {"vectorize", R"("vectorize": [{"binding": "V", "index_name": "i"}])"},
      {"ai", R"("ai": {"binding": "AI"})"},
      {"search", R"("ai_search": [{"binding": "S", "instance_name": "i"}],
        "ai_search_namespaces": [{"binding": "N", "namespace": "n"}])"},
      {"hyperdrive", R"("hyperdrive": [{"binding": "H", "id": "0123456789abcdef0123456789abcdef"}])"},
      {"store", R"("secrets_store_secrets": [{"binding": "S", "store_id": "s", "secret_name": "n"}])"},
      {"artifacts", R"("artifacts": [{"binding": "A", "namespace": "n"}])"},
      {"hello", R"("unsafe_hello_world": [{"binding": "H", "enable_timer": false}])"},
      {"flagship", R"("flagship": [{"binding": "F", "app_id": "a"}])"},
      {"ratelimits", R"("ratelimits": [{"name": "L", "namespace_id": "1", "simple": {"limit": 10, "period": 60}}])"},
      {"vpc", R"("vpc_services": [{"binding": "S", "service_id": "s"}],
        "vpc_networks": [{"binding": "N", "tunnel_id": "t"}])"},
      {"services", R"("services": [{"binding": "S", "service": "auth", "entrypoint": "Admin", "props": {"a": 1}}])"},
      {"analytics", R"("analytics_engine_datasets": [{"binding": "A", "dataset": "d"}])"},
      {"dispatch", R"("dispatch_namespaces": [{"binding": "D", "namespace": "n", "outbound": {"service": "auth",
        "parameters": ["p"]}}])"},
      {"certificates", R"("mtls_certificates": [{"binding": "M", "certificate_id": "c"}])"},
      {"pipelines", R"("pipelines": [{"binding": "P", "pipeline": "p"}])"},
      {"loaders", R"("worker_loaders": [{"binding": "L"}])"},
      {"logfwdr", R"("logfwdr": {"bindings": [{"name": "L", "destination": "d"}]})"},
      {"single ones", R"("browser": {"binding": "B"}, "images": {"binding": "I"}, "stream": {"binding": "S"},
        "media": {"binding": "M"}, "version_metadata": {"binding": "V"})"},
      {"queues", R"("queues": {"producers": [{"binding": "Q", "queue": "jobs", "delivery_delay": 5}],
        "consumers": [{"queue": "mail", "max_batch_size": 5, "dead_letter_queue": "dead"}]})"},
      {"workflows", R"("workflows": [{"binding": "W", "name": "fulfil", "class_name": "Flow"}])"},
      {"workflows with schedules", R"("workflows": [{"binding": "W", "name": "fulfil", "class_name": "Flow",
        "schedules": "0 * * * *"}])"},
      {"exports", R"("exports": {"Cart": {"type": "durable-object", "storage": "sqlite"},
        "Api": {"type": "worker", "cache": {"enabled": true}}, "Flow": {"type": "workflow", "name": "fulfil"}},
        "durable_objects": {"bindings": [{"name": "D", "class_name": "Cart"}]})"},
      {"code update", R"("durable_objects": {"code_update_strategy": {"mode": "deferred"}})"},
      {"newest bindings", R"("k2": [{"binding": "K", "stream": "s"}], "analytics": {"binding": "S"},
        "agent_memory": [{"binding": "M", "namespace": "n"}])"},
      {"streams", R"("pipelines": [{"binding": "P", "stream": "s"}])"},
      {"routes", R"("routes": ["a.example.com/*", {"pattern": "b.example.com", "custom_domain": true}])"},
      {"triggers", R"("triggers": {"crons": ["*/5 * * * *"]})"},
      {"workers_dev", R"("workers_dev": true, "preview_urls": false)"},
      {"assets", R"("assets": {"directory": "public", "binding": "FILES", "html_handling": "none"})"},
  };
  return said;
}

std::vector<std::pair<std::string, simulator::Semantics>> every_semantics() {
  auto all = other_semantics();
  all.emplace_back("none", simulator::Semantics());
  return all;
}

Repository repository_of(const Files& files) {
  std::string problems;
  auto repository = loaded(files, problems);
  REQUIRE_MESSAGE(problems.empty(), problems);
  REQUIRE(repository.workers.size() == 2);
  repository.secrets["api-key"] = "a value";
  return repository;
}

/// Empty if `repository` is applied at once and nothing is left to do after it, wherever one looks.
std::string settle(Rig& rig, const Repository& repository) {
  const auto applied = rig.apply(repository, {});
  if (!applied.plan || applied.plan->has_blocks() || applied.report.failed())
    return "not applied: " + plan_text(applied);
  const auto full = rig.plan(repository, {});
  if (!full.plan || full.plan->has_changes()) return "after the apply: " + plan_text(full);
  const auto list = rig.plan(repository, {.refresh = Refresh::list});
  if (!list.plan || list.plan->has_changes()) return "by the list: " + plan_text(list);
  rig.forget();
  const auto elsewhere = rig.plan(repository, {});
  if (!elsewhere.plan || elsewhere.plan->has_changes()) return "on another machine: " + plan_text(elsewhere);
  return {};
}

/// The same for a Worker that is made so, and for one that becomes so, without and with a change of its code.
std::string settle_every_way(const simulator::Semantics& semantics, const Repository& before, const Repository& after,
                             bool thorough) {
  Rig made(semantics);
  if (auto left = settle(made, after); !left.empty()) return "made: " + left;
  Rig changed(semantics);
  if (auto left = settle(changed, before); !left.empty()) return "before: " + left;
  if (auto left = settle(changed, after); !left.empty()) return "changed: " + left;
  if (!thorough) return {};
  // What is stated no more stays, and so it does when the code moves.
  if (auto left = settle(changed, before); !left.empty()) return "no longer stated: " + left;
  if (auto left = settle(changed, after); !left.empty()) return "stated again: " + left;
  return {};
}

void check_all(const std::vector<Said>& all, const Repository& before, const auto& files_of) {
  const auto every = stride(1);
  std::size_t turn = 0;
  for (const auto& [switched, semantics] : every_semantics()) {
    CAPTURE(switched);
    const bool thorough = switched == "none" || switched == "all";
    // Each switch alone meets others of them.
    ++turn;
    for (const auto& said : all) {
      if (!thorough && turn++ % every != 0) continue;
      CAPTURE(said.text);
      const auto left = settle_every_way(semantics, before, repository_of(files_of(said)), thorough);
      CHECK_MESSAGE(left.empty(), left);
    }
  }
}

}  // namespace

TEST_SUITE("every key") {
  TEST_CASE("after an apply of any field of a manifest the plan is empty, under every semantics") {
    check_all(settings(), repository_of(native("")), [](const Said& said) { return native(said.text); });
  }

  TEST_CASE("after an apply of any binding the plan is empty, under every semantics") {
    const auto files_of = [](const Said& said) {
      const bool part = said.key.ends_with("_blob") || said.key == "wasm_module";
      const std::string code = part ? "script: worker.js\n  modules: ['*.bin', '*.txt', '*.wasm']" : "main: index.js";
      const std::string assets = said.key == "assets" ? "\n  assets: {directory: public}" : "";
      return native("bindings: {B: " + said.text + "}" + assets, code);
    };
    check_all(bindings(), repository_of(native("")), files_of);
  }

  TEST_CASE("after an apply of any field of a wrangler config the plan is empty, under every semantics") {
    check_all(of_wrangler(), repository_of(wrangler("")), [](const Said& said) { return wrangler(said.text); });
  }

  TEST_CASE("a custom domain moves between Workers of ours whether or not the service takes overrides") {
    const auto domains = [](const std::string& of_w, const std::string& of_auth) {
      auto files = native("domains: [" + of_w + "]");
      files["auth.yaml"] =
          "{apiVersion: plumbline.dev/v1beta1, kind: Worker, metadata: {name: auth}, spec: {main: "
          "w/index.js, domains: [" +
          of_auth + "]}}\n";
      return repository_of(files);
    };
    for (const auto& [switched, semantics] : every_semantics()) {
      CAPTURE(switched);
      Rig rig(semantics);
      CHECK(settle(rig, domains("c.example.com, d.example.com", "")).empty());
      const auto before = rig.call("GET", "workers/domains");
      const auto left = settle(rig, domains("d.example.com", "c.example.com"));
      CHECK_MESSAGE(left.empty(), left);
      const auto after = rig.call("GET", "workers/domains");
      REQUIRE(after.as_array().size() == 2);
      bool same_id = false;
      for (const auto& domain : after.as_array()) {
        const bool moved = string_member(domain, "hostname") == "c.example.com";
        CHECK(string_member(domain, "service") == (moved ? "auth" : "w"));
        for (const auto& old : before.as_array()) {
          if (moved && string_member(old, "hostname") == "c.example.com") {
            same_id = string_member(old, "id") == string_member(domain, "id");
          }
        }
      }
      // Where the service takes an override, no request falls in between.
      CHECK(same_id == semantics.domain_overrides);
    }
  }

  TEST_CASE("these tests say everything that can be said") {
    std::set<std::string_view> said;
    for (const auto& one : settings()) said.insert(one.key);
    for (const auto& fact : manifests::setting_facts()) {
      if (manifests::is_setting(fact.name)) CHECK_MESSAGE(said.contains(fact.name), fact.name);
    }
    std::set<std::string_view> bound;
    for (const auto& one : bindings()) bound.insert(one.key);
    for (const auto& variant : manifests::binding_variants()) {
      if (variant.refused.empty()) CHECK_MESSAGE(bound.contains(variant.value), variant.value);
    }
  }
}
