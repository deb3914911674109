#include "reconciler/plan/calls.h"
#include "reconciler/plan/after_calls.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <set>

#include "api/redact.h"
#include "manifests/kinds/binding_facts.h"
#include "manifests/kinds/setting_facts.h"
#include "tests/unit/reconciler/fixtures.h"

using namespace plumbline;
using namespace plumbline::reconciler;
using namespace plumbline::reconciler::test;

namespace {

const JsonObject* binding(const PlannedCall& call, std::string_view name) {
  for (const auto& item : call.body.at("bindings").get_array()) {
    if (string_member(item, "name") == name) return &item.get_object();
  }
  return nullptr;
}

}  // namespace

TEST_SUITE("calls") {
  TEST_CASE(
      "a new Worker is one upload with everything inline, and one call each for its address and its cron triggers") {
    const auto target = target_of(rich("checkout"), {{"API_KEY", "v"}});
    const auto made = calls(target, nullptr);
    REQUIRE(shapes(made) ==
            std::vector<std::string>{"PUT checkout", "POST checkout/subdomain", "PUT checkout/schedules"});
    CHECK(to_text(made.back().body) == R"([{"cron":"*/5 * * * *"}])");
    const auto& upload = made.front();
    CHECK(string_member(upload.body, "main_module") == "index.js");
    CHECK(upload.secrets == std::vector<std::string>{"API_KEY"});
    CHECK(equal(upload.body.at("tags"), JsonArray{"team", "plumbline=edge/production"}));
    const auto* annotations = member(upload.body, "annotations");
    CHECK(attestation_of(annotations) == target.attestation);
    // The value is put in when it is sent: a plan never holds it.
    CHECK(binding(upload, "API_KEY") == nullptr);
  }

  TEST_CASE("an upload carries what the manifest does not manage") {
    auto live = live_as(target_of(manifest("checkout")));
    set_live(live, "bindings", R"([{"name": "KV", "type": "kv_namespace", "namespace_id": "n"},
      {"name": "S", "type": "secret_text"}])");
    set_live(live, "compatibility_date", R"("2025-01-01")");
    set_live(live, "limits", R"({"cpu_ms": 50})");
    set_live(live, "placement", R"({"mode": "smart", "status": "SUCCESS"})");
    set_live(live, "tail_consumers", R"([])");
    live.entry["has_assets"] = true;
    set_live(live, "tags", R"(["theirs", "cf:service=x", "plumbline=edge/production"])");
    auto worker = manifest("checkout");
    worker.modules.front().sha256 = sha256_hex("new");
    const auto made = calls(target_of(worker), &live);
    REQUIRE(made.size() == 1);
    const auto& body = made.front().body;
    CHECK(string_member(*binding(made.front(), "KV"), "type") == "inherit");
    CHECK(string_member(*binding(made.front(), "S"), "type") == "inherit");
    CHECK(string_member(body, "compatibility_date") == "2025-01-01");
    CHECK(equal(body.at("limits"), object(R"({"cpu_ms": 50})")));
    CHECK(equal(body.at("placement"), object(R"({"mode": "smart"})")));
    CHECK(member(body, "tail_consumers") == nullptr);
    CHECK(body.at("keep_assets").as_bool());
    CHECK(equal(body.at("tags"), JsonArray{"theirs", "cf:service=x", "plumbline=edge/production"}));
    CHECK(equal(body.at("keep_bindings"), JsonArray{"secret_text", "secret_key"}));
  }

  TEST_CASE("a placement that is off is written as none, and not at all by an upload") {
    auto worker = manifest("checkout", R"({"placement": {"mode": "off"}})");
    auto live = live_as(target_of(manifest("checkout")));
    CHECK(calls(target_of(worker), &live).empty());
    set_live(live, "placement", R"({"mode": "smart", "status": "SUCCESS"})");
    const auto made = calls(target_of(worker), &live);
    REQUIRE(shapes(made) == std::vector<std::string>{"PATCH checkout/settings"});
    CHECK(equal(made.front().body.at("placement"), JsonObject()));
    worker.modules.front().sha256 = sha256_hex("new");
    CHECK(member(calls(target_of(worker), &live).front().body, "placement") == nullptr);
  }

  TEST_CASE("an upload carries what the list and the beta API's version alone show") {
    auto live = live_as(target_of(manifest("checkout")));
    live.entry["exports"] = object(R"({"Cart": {"type": "durable-object", "storage": "sqlite"},
      "Old": {"type": "durable-object", "state": "deleted"}, "Api": {"type": "worker"}})");
    live.beta_version = Known<JsonObject>::known(object(R"({"containers": [{"class_name": "Cart"}],
      "package_dependencies": [{"name": "hono", "packageJsonVersion": "^4", "installedVersion": "4.1.0"}]})"));
    auto worker = manifest("checkout");
    worker.modules.front().sha256 = sha256_hex("new");
    const auto body = calls(target_of(worker), &live).front().body;
    CHECK(equal(body.at("containers"), live.beta_version->at("containers")));
    CHECK(equal(body.at("package_dependencies"), live.beta_version->at("package_dependencies")));
    // What was deleted is not deleted again.
    CHECK(equal(body.at("exports"),
                object(R"({"Cart": {"type": "durable-object", "storage": "sqlite"}, "Api": {"type": "worker"}})")));
    CHECK(attestation_of(member(body, "annotations"))->unseen == "-");

    worker.settings = object(R"({"containers": [], "exports": {}})");
    const auto cleared = calls(target_of(worker), &live).front().body;
    CHECK(member(cleared, "containers") == nullptr);
    CHECK(member(cleared, "exports") == nullptr);
    CHECK(member(cleared, "package_dependencies") != nullptr);
  }

  TEST_CASE("exports are not carried beside migrations, which the service takes in their place") {
    auto live = live_as(target_of(manifest("checkout")));
    live.entry["exports"] = object(R"({"Api": {"type": "worker"}})");
    auto worker = manifest("checkout");
    worker.migrations = {{{"v1", object(R"({"new_sqlite_classes": ["Cart"]})"), {}}}};
    const auto body = calls(target_of(worker), &live).front().body;
    CHECK(member(body, "migrations") != nullptr);
    CHECK(member(body, "exports") == nullptr);
  }

  TEST_CASE("every setting goes by the cheapest call that takes it, and by no other") {
    const std::map<std::string_view, std::string_view> values{
        {"bindings", R"({"A": {"type": "plain_text", "text": "a"}})"},
        {"cache_options", R"({"enabled": true})"},
        {"code_update_strategy", R"({"mode": "deferred"})"},
        {"compatibility_date", R"("2026-01-01")"},
        {"compatibility_flags", R"(["nodejs_compat"])"},
        {"containers", R"([{"class_name": "C"}])"},
        {"exports", R"({"Api": {"type": "worker"}})"},
        {"limits", R"({"cpu_ms": 50})"},
        {"logpush", "true"},
        {"observability", R"({"enabled": true})"},
        {"package_dependencies", R"([{"name": "hono"}])"},
        {"placement", R"({"mode": "smart"})"},
        {"streaming_tail_consumers", R"([{"service": "s"}])"},
        {"tags", R"(["t"])"},
        {"tail_consumers", R"([{"service": "s"}])"},
        {"usage_model", R"("unbound")"},
        {"of unsafe.metadata", R"({"x": 1})"}};
    const auto live = live_as(target_of(manifest("checkout")));
    for (const auto& [key, value] : values) {
      CAPTURE(key);
      const auto worker = manifest("checkout", to_text(JsonObject{{key, parse_json(value).value()}}));
      const auto made = calls(target_of(worker), &live);
      REQUIRE(made.size() == 1);
      CHECK(member(made.front().body, key) != nullptr);
      const auto expected = [&] {
        switch (manifests::setting_fact(key).call) {
          case manifests::SettingCall::script_settings:
            return api::OperationRef("patch_script_settings");
          case manifests::SettingCall::settings:
            return api::OperationRef("patch_settings");
          case manifests::SettingCall::upload:
            return api::OperationRef("upload_script");
        }
        return api::OperationRef("upload_script");
      }();
      CHECK(made.front().operation == expected);
    }
    for (const auto& fact : manifests::setting_facts()) CHECK_MESSAGE(values.contains(fact.name), fact.name);

    // All at once, a patch beside an upload holds nothing that it does not take.
    JsonObject all;
    for (const auto& [key, value] : values) all[key] = parse_json(value).value();
    auto attested = live_as(target_of(manifest("checkout", to_text(all))));
    set_live(attested, "compatibility_date", R"("2025-01-01")");
    const auto patched = calls(target_of(manifest("checkout", to_text(all))), &attested);
    REQUIRE(patched.size() == 1);
    REQUIRE(patched.front().operation == api::OperationRef("patch_settings"));
    CHECK(member(patched.front().body, "compatibility_date") != nullptr);
    for (const auto& fact : manifests::setting_facts()) {
      if (fact.is_unseen()) CHECK_MESSAGE(member(patched.front().body, fact.name) == nullptr, fact.name);
    }
    CHECK(member(patched.front().body, "of unsafe.metadata") == nullptr);
    // And it goes on attesting what the version before held.
    CHECK(attestation_of(member(patched.front().body, "annotations"))->unseen ==
          target_of(manifest("checkout", to_text(all))).attestation.unseen);
  }

  TEST_CASE("every kind of binding that is a secret is hidden, and kept by an upload that does not know its value") {
    const auto body = calls(target_of(manifest("checkout")), nullptr).front().body;
    std::set<std::string_view> kept;
    for (const auto& type : body.at("keep_bindings").as_array()) kept.insert(view(type.as_string()));
    for (const auto& fact : manifests::binding_facts()) {
      CAPTURE(fact.type);
      CHECK(fact.is_secret == kept.contains(fact.type));
      CHECK(fact.is_secret == api::is_value_of_secret(fact.type, "value"));
    }
  }

  TEST_CASE("what no read shows is uploaded once where nothing attests it, and again where it changes") {
    const auto stated = manifest("checkout", R"({"streaming_tail_consumers": [{"service": "s"}]})");
    auto live = live_as(target_of(manifest("checkout")));  // attests with p1
    CHECK(shapes(calls(target_of(stated), &live)) == std::vector<std::string>{"PUT checkout"});
    live = live_as(target_of(stated));
    CHECK(calls(target_of(stated), &live).empty());
    // A read that told more would change nothing.
    set_live(live, "streaming_tail_consumers", "[]");
    CHECK(calls(target_of(stated), &live).empty());
    const auto other = manifest("checkout", R"({"streaming_tail_consumers": [{"service": "t"}]})");
    CHECK(shapes(calls(target_of(other), &live)) == std::vector<std::string>{"PUT checkout"});
    const auto cleared = manifest("checkout", R"({"streaming_tail_consumers": []})");
    const auto made = calls(target_of(cleared), &live);
    REQUIRE(shapes(made) == std::vector<std::string>{"PUT checkout"});
    CHECK(member(made.front().body, "streaming_tail_consumers") == nullptr);
    // Unmanaged it stays, and whoever never stated it keeps its version.
    CHECK(calls(target_of(manifest("checkout")), &live).empty());
  }

  TEST_CASE("a patch of the settings sends what changed and inherits the rest") {
    auto worker = manifest("checkout", R"({"compatibility_date": "2026-01-01", "bindings": {
      "A": {"type": "plain_text", "text": "a"}, "B": {"type": "plain_text", "text": "b"}}})");
    auto live = live_as(target_of(worker));
    auto bindings = live.settings->at("bindings");
    bindings.get_array().push_back({{"name", "S"}, {"type", "secret_text"}});
    set_live(live, "bindings", to_text(bindings));
    worker.settings["bindings"].get_object()["B"].get_object()["text"] = "new";
    const auto made = calls(target_of(worker), &live);
    REQUIRE(shapes(made) == std::vector<std::string>{"PATCH checkout/settings"});
    const auto& call = made.front();
    CHECK(string_member(*binding(call, "A"), "type") == "inherit");
    CHECK(string_member(*binding(call, "B"), "text") == "new");
    CHECK(string_member(*binding(call, "S"), "type") == "inherit");
    CHECK(member(call.body, "compatibility_date") == nullptr);
    CHECK(attestation_of(member(call.body, "annotations")).has_value());
  }

  TEST_CASE("only the stated keys of a shared object are changed, the others keep their live value") {
    auto worker = manifest("checkout", R"({"limits": {"cpu_ms": 100}})");
    auto live = live_as(target_of(worker));
    set_live(live, "limits", R"({"cpu_ms": 50, "subrequests": 7})");
    const auto made = calls(target_of(worker), &live);
    REQUIRE(made.size() == 1);
    CHECK(equal(made.front().body.at("limits"), object(R"({"cpu_ms": 100, "subrequests": 7})")));
  }

  TEST_CASE("a version that inherits its secrets attests them as the version before did") {
    const auto target = target_of(rich("checkout"), {{"API_KEY", "v"}});
    auto worker = rich("checkout");
    worker.settings["compatibility_date"] = "2026-10-01";
    const auto live = live_as(target);
    // This run has no values: what the live version attests of its secrets goes on.
    const auto made = calls(target_of(worker), &live);
    REQUIRE(made.size() == 1);
    const auto attested = attestation_of(member(made.front().body, "annotations"));
    REQUIRE(attested);
    CHECK(attested->secrets == target.attestation.secrets);
    CHECK(attested->key_id == target.attestation.key_id);
  }

  TEST_CASE("a secret that is to go is deleted before the version that attests the rest") {
    auto worker = manifest("checkout");
    worker.secrets_policy = manifests::SecretsPolicy::exact;
    const auto target = target_of(worker);
    auto live = live_as(target);
    set_live(live, "bindings", R"([{"name": "FOREIGN", "type": "secret_text"}])");
    const auto made = calls(target, &live);
    CHECK(shapes(made) == std::vector<std::string>{"DELETE checkout/secrets/FOREIGN", "PATCH checkout/settings"});
    CHECK(made.back().body.at("bindings").get_array().empty());
  }

  TEST_CASE("several secrets that are to go are deleted by one call, which makes one version") {
    auto worker = manifest("checkout");
    worker.secrets_policy = manifests::SecretsPolicy::exact;
    const auto target = target_of(worker);
    auto live = live_as(target);
    set_live(live, "bindings", R"([{"name": "A", "type": "secret_text"}, {"name": "B", "type": "secret_text"}])");
    const auto made = calls(target, &live);
    CHECK(shapes(made) == std::vector<std::string>{"PATCH checkout/secrets-bulk", "PATCH checkout/settings"});
    CHECK(to_text(made.front().body) == R"({"secrets":{"A":null,"B":null}})");
  }

  TEST_CASE("after an upload the Worker is clean by its answer, and the next diff is empty") {
    const auto target = target_of(rich("checkout"), {{"API_KEY", "v"}});
    const auto made = written(target, nullptr);
    const auto answer = object(R"({"id": "checkout", "etag": "e9", "modified_on": "m9", "tag": "t9",
      "deployment_id": "11111111222233334444555555555555"})");
    LiveWorker live;
    live.name = "checkout";
    live.entry = answer;
    live.entry["tags"] = made.calls.front().body.at("tags");
    live.entry["logpush"] = true;
    memory_of(live) = after_calls(made, &answer, TimePoint());
    CHECK_FALSE(live.memory->dirty);
    CHECK(live.memory->list_key == list_key(live.entry));
    live.clean = true;
    const auto diff = diff_of(target, &live);
    CHECK(diff.empty());
    CHECK(diff.lines().empty());
  }

  TEST_CASE("after a patch the Worker stays dirty: its list entry is not known") {
    const auto target = target_of(rich("checkout"), {{"API_KEY", "v"}});
    auto worker = rich("checkout");
    worker.settings["compatibility_date"] = "2026-10-01";
    const auto changed = target_of(worker, {{"API_KEY", "v"}});
    const auto live = remembered_as(target);
    const auto memory = after_calls(written(changed, &live), nullptr, TimePoint());
    CHECK(memory.dirty);
    CHECK(memory.applied == changed.identity);
  }
}
