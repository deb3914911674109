#include "manifests/kinds/binding_facts.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "base/json.h"
#include "tests/unit/manifests/support.h"

namespace plumbline::manifests {
namespace {

using test::errors_of_field;
using test::load;
using test::texts;

}  // namespace

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

TEST_CASE("the schema of a manifest knows the kinds of the table, and each of them by one row") {
  CHECK(std::ranges::equal(kBindingShape.variants, binding_facts(), {}, &Variant::value, &BindingFact::type));
  for (const BindingFact& fact : binding_facts()) {
    CAPTURE(fact.type);
    CHECK(binding_fact(fact.type) == &fact);
    CHECK(is_refused_binding(fact.type) == !fact.refused.empty());
    // What is a secret stands among the secrets of a manifest.
    if (fact.is_secret) CHECK(is_refused_binding(fact.type));
    if (!fact.resource.name_key.empty()) CHECK(&binding_of(fact.resource.kind) == &fact);
  }
  CHECK(binding_fact("of next year") == nullptr);
  CHECK(binding_fact("") == nullptr);
}

TEST_CASE("a member that is the user's to set counts where a manifest leaves it out") {
  const auto counts = [](std::string_view type, std::string_view name) {
    const BindingFact& fact = *binding_fact(type);
    return fact.counts_where_left_out(*std::ranges::find(fact.table.fields, name, &Field::name));
  };
  CHECK(counts("service", "entrypoint"));
  CHECK(counts("send_email", "destination_address"));
  CHECK(counts("durable_object_namespace", "script_name"));
  // Which of its ids a read shows is the service's to say.
  CHECK_FALSE(counts("durable_object_namespace", "namespace_id"));
  CHECK_FALSE(counts("d1", "id"));
  CHECK_FALSE(counts("hyperdrive", "name"));
  CHECK_FALSE(counts("workflow", "class_name"));
  CHECK_FALSE(counts("queue", "queue_name"));
  CHECK_FALSE(counts("queue", "name"));
}

TEST_CASE("another Worker is named at one place of a binding, and none where it stands elsewhere") {
  const auto named = [](std::string_view text) {
    const Json binding = parse_json(text).value();
    const Json* name = named_worker(binding, binding_fact(string_member(binding, "type"))->worker);
    return name != nullptr ? std::string(view(name->get_string())) : "none";
  };
  CHECK(named(R"({"type": "service", "service": "auth"})") == "auth");
  CHECK(named(R"({"type": "service", "service": 1})") == "none");
  CHECK(named(R"({"type": "durable_object_namespace", "script_name": "auth"})") == "auth");
  CHECK(named(R"({"type": "durable_object_namespace", "script_name": "auth", "dispatch_namespace": "n"})") == "none");
  CHECK(named(R"({"type": "dispatch_namespace", "outbound": {"worker": {"service": "auth"}}})") == "auth");
  CHECK(named(R"({"type": "dispatch_namespace", "outbound": ["worker"]})") == "none");
  CHECK(named(R"({"type": "plain_text", "text": "auth"})") == "none");
}

}  // namespace plumbline::manifests
