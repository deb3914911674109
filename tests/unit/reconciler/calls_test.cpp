#include "reconciler/calls.h"
#include "reconciler/after_calls.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "fixtures.h"

using namespace plumbline;
using namespace plumbline::reconciler;
using namespace plumbline::reconciler::test;

namespace {

std::vector<PlannedCall> calls(const Target& target, const LiveWorker* live) {
  return calls_for(target, live, diff_worker(target, live, kOwner), kOwner, "main@sha1:0123456789abcdef");
}

std::vector<std::string> shapes(const std::vector<PlannedCall>& calls) {
  std::vector<std::string> out;
  out.reserve(calls.size());
  for (const auto& call : calls) {
    out.push_back(call.method + " " + call.path.substr(call.path.find("/scripts/") + 9));
  }
  return out;
}

const JsonObject* binding(const PlannedCall& call, std::string_view name) {
  for (const auto& item : call.body.at("bindings").get_array()) {
    if (string_member(item, "name") == name) return &item.get_object();
  }
  return nullptr;
}

manifests::DesiredWorker rich() {
  auto worker = manifest("checkout", R"({"compatibility_date": "2026-01-01", "logpush": true, "tags": ["team"],
    "bindings": {"GREETING": {"type": "plain_text", "text": "hello"}}})");
  worker.subdomain = object(R"({"enabled": true})");
  worker.schedules = {"*/5 * * * *"};
  worker.secrets["API_KEY"] = {"default", "api-key", {}};
  return worker;
}

}  // namespace

TEST_SUITE("calls") {
  TEST_CASE(
      "a new Worker is one upload with everything inline, and one call each for its address and its cron triggers") {
    const auto target = target_of(rich(), {{"API_KEY", "v"}});
    const auto made = calls(target, nullptr);
    REQUIRE(shapes(made) ==
            std::vector<std::string>{"PUT checkout", "POST checkout/subdomain", "PUT checkout/schedules"});
    CHECK(to_text(made.back().body) == R"({"schedules":["*/5 * * * *"]})");
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
    CHECK_FALSE(body.contains("tail_consumers"));
    CHECK(body.at("keep_assets").as_bool());
    CHECK(equal(body.at("tags"), JsonArray{"theirs", "cf:service=x", "plumbline=edge/production"}));
    CHECK(equal(body.at("keep_bindings"), JsonArray{"secret_text", "secret_key"}));
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
    CHECK_FALSE(call.body.contains("compatibility_date"));
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
    const auto target = target_of(rich(), {{"API_KEY", "v"}});
    auto worker = rich();
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
    CHECK(to_text(made.front().body) == R"({"A":null,"B":null})");
  }

  TEST_CASE("after an upload the Worker is clean by its answer, and the next diff is empty") {
    const auto target = target_of(rich(), {{"API_KEY", "v"}});
    const auto made = calls(target, nullptr);
    const auto answer = object(R"({"id": "checkout", "etag": "e9", "modified_on": "m9", "tag": "t9",
      "deployment_id": "11111111222233334444555555555555"})");
    LiveWorker live;
    live.name = "checkout";
    live.entry = answer;
    live.entry["tags"] = made.front().body.at("tags");
    live.entry["logpush"] = true;
    memory_of(live) = after_calls(target, nullptr, made, &answer, TimePoint());
    CHECK_FALSE(live.memory->dirty);
    CHECK(live.memory->list_key == list_key(live.entry));
    live.clean = true;
    const auto diff = diff_worker(target, &live, kOwner);
    CHECK(diff.empty());
    CHECK(diff.lines.empty());
  }

  TEST_CASE("after a patch the Worker stays dirty: its list entry is not known") {
    const auto target = target_of(rich(), {{"API_KEY", "v"}});
    auto worker = rich();
    worker.settings["compatibility_date"] = "2026-10-01";
    const auto changed = target_of(worker, {{"API_KEY", "v"}});
    const auto live = remembered_as(target);
    const auto memory = after_calls(changed, &live, calls(changed, &live), nullptr, TimePoint());
    CHECK(memory.dirty);
    CHECK(memory.applied == changed.identity);
  }
}
