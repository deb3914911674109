#include "reconciler/model/canonical.h"

#include <doctest/doctest.h>

#include <set>
#include <string>

#include "manifests/kinds/setting_facts.h"
#include "tests/unit/reconciler/fixtures.h"

using namespace plumbline;
using namespace plumbline::reconciler;
using test::object;

TEST_SUITE("canonical") {
  TEST_CASE("bindings are keyed by name, secrets are left out, the order of the service does not count") {
    const auto left = canonical_settings(object(R"({"bindings": [
      {"name": "B", "type": "plain_text", "text": "b"},
      {"name": "S", "type": "secret_text"},
      {"name": "A", "type": "plain_text", "text": "a"}]})"));
    const auto right = canonical_settings(object(R"({"bindings": {
      "A": {"type": "plain_text", "text": "a"}, "B": {"type": "plain_text", "text": "b"}}})"));
    CHECK(equal(left, right));
    const auto bindings = parse_json(R"([{"name": "S", "type": "secret_text"}, {"name": "K", "type": "secret_key"},
      {"name": "A", "type": "plain_text"}])");
    CHECK(secret_names(&*bindings) == std::vector<std::string>{"K", "S"});
    CHECK(secret_names(nullptr).empty());
  }

  TEST_CASE("what the service fills in is no difference") {
    const auto same = [](std::string_view written, std::string_view read) {
      return equal(canonical_settings(object(written)), canonical_settings(object(read)));
    };
    CHECK(same(R"({"bindings": {"A": {"type": "service", "service": "auth"}}})",
               R"({"bindings": [{"name": "A", "type": "service", "service": "auth", "environment": "production"}]})"));
    CHECK(same(R"({"bindings": {"D": {"type": "d1", "database_id": "x"}}})",
               R"({"bindings": [{"name": "D", "type": "d1", "id": "x", "database_id": "x"}]})"));
    CHECK(same(R"({"bindings": {"D": {"type": "d1", "id": "x"}}})",
               R"({"bindings": [{"name": "D", "type": "d1", "database_id": "x"}]})"));
    CHECK(same(R"({"compatibility_flags": ["b", "a", "b"]})", R"({"compatibility_flags": ["a", "b"]})"));
    CHECK(same(R"({"tags": ["x"]})", R"({"tags": ["plumbline=edge/production", "x", "cf:service=y"]})"));
    CHECK(same(R"({"tail_consumers": [{"service": "a"}, {"service": "b"}]})",
               R"({"tail_consumers": [{"service": "b", "environment": null}, {"service": "a"}]})"));
  }

  TEST_CASE("only stated keys are compared, recursively") {
    const Json live =
        object(R"({"enabled": true, "head_sampling_rate": 1, "logs": {"enabled": true, "persist": true}})");
    CHECK(satisfies(&live, object(R"({"enabled": true})")));
    CHECK(satisfies(&live, object(R"({"logs": {"persist": true}})")));
    CHECK_FALSE(satisfies(&live, object(R"({"logs": {"persist": false}})")));
    CHECK_FALSE(satisfies(&live, object(R"({"head_sampling_rate": 0.5})")));
  }

  TEST_CASE("null, empty and absent are one, and empty clears") {
    const Json null(nullptr);
    const Json empty_list = JsonArray();
    const Json list = parse_json(R"(["a"])").value();
    for (const Json& cleared : {Json(nullptr), Json(JsonArray()), Json(JsonObject()), Json(false)}) {
      CHECK(satisfies(nullptr, cleared));
      CHECK(satisfies(&null, cleared));
      CHECK(satisfies(&empty_list, cleared));
      CHECK_FALSE(satisfies(&list, cleared));
    }
    CHECK_FALSE(satisfies(nullptr, Json(true)));
    CHECK(satisfies(nullptr, object(R"({"enabled": false, "logs": {"enabled": false}})")));
    CHECK_FALSE(satisfies(nullptr, object(R"({"enabled": false, "head_sampling_rate": 0.5})")));
    CHECK_FALSE(satisfies(nullptr, Json("x")));
  }

  TEST_CASE("the service's defaults complete an object and contradict nothing else") {
    const auto text = object(R"({"observability": "x"})");
    CHECK(equal(with_service_defaults(text), text));
    CHECK(with_service_defaults({}).at("observability").is_object());
  }

  TEST_CASE("an observability block that is switched off counts as cleared, however the service spells it out") {
    const auto off = with_service_defaults(object(R"({"observability": {"enabled": false, "head_sampling_rate": 1,
      "logs": {"enabled": false, "persist": true}, "traces": {"enabled": false, "persist": true}}})"));
    CHECK(satisfies(member(off, "observability"), Json(JsonObject())));
    CHECK(satisfies(member(off, "observability"), object(R"({"enabled": false})")));
    const auto logs = object(R"({"observability": {"enabled": false, "logs": {"enabled": true}}})");
    CHECK_FALSE(satisfies(member(logs, "observability"), Json(JsonObject())));
  }

  TEST_CASE("a manifest may state a default of observability that the service leaves out") {
    const auto live = with_service_defaults(object(R"({"observability": {"enabled": true, "logs": null}})"));
    CHECK(satisfies(member(live, "observability"),
                    object(R"({"enabled": true, "head_sampling_rate": 1, "logs": {"invocation_logs": true}})")));
  }

  TEST_CASE("a json binding is compared whole, other bindings by what is stated") {
    CHECK_FALSE(binding_satisfies(object(R"({"type": "json", "json": {"a": 1, "b": 2}})"),
                                  object(R"({"type": "json", "json": {"a": 1}})")));
    CHECK(binding_satisfies(object(R"({"type": "json", "json": {"b": 2, "a": 1}})"),
                            object(R"({"type": "json", "json": {"a": 1, "b": 2}})")));
    CHECK(binding_satisfies(object(R"({"type": "durable_object_namespace", "class_name": "A", "namespace_id": "n"})"),
                            object(R"({"type": "durable_object_namespace", "class_name": "A"})")));
  }

  TEST_CASE("an optional key that the manifest dropped is a difference for known types and none for unknown ones") {
    CHECK_FALSE(binding_satisfies(object(R"({"type": "service", "service": "a", "entrypoint": "Admin"})"),
                                  object(R"({"type": "service", "service": "a"})")));
    CHECK(binding_satisfies(object(R"({"type": "invented", "x": 1, "filled_in": true})"),
                            object(R"({"type": "invented", "x": 1})")));
  }

  TEST_CASE("a placement is the same in whichever of its shapes it is written or read") {
    // Each row is one placement.
    const std::vector<std::vector<std::string_view>> shapes{
        {"{}", R"({"mode": "off"})", "null", R"({"status": "SUCCESS"})"},
        {R"({"mode": "smart"})",
         R"({"mode": "smart", "status": "SUCCESS", "last_analyzed_at": "2026-11-01T00:00:00Z"})"},
        {R"({"region": "a:b"})", R"({"mode": "targeted", "region": "a:b"})",
         R"({"mode": "targeted", "target": [{"region": "a:b"}]})", R"({"target": [{"region": "a:b"}]})",
         R"({"mode": "targeted", "region": "a:b", "host": null, "status": "SUCCESS"})"},
        {R"({"hostname": "h"})", R"({"mode": "targeted", "hostname": "h"})",
         R"({"mode": "targeted", "target": [{"hostname": "h"}]})"},
        {R"({"host": "h:1"})", R"({"mode": "targeted", "host": "h:1"})",
         R"({"mode": "targeted", "target": [{"host": "h:1"}]})"},
        {R"({"region": "c:d"})", R"({"mode": "targeted", "target": [{"region": "c:d"}]})"}};
    const auto canonical = [](std::string_view shape) {
      return canonical_settings({{"placement", parse_json(shape).value()}}).at("placement");
    };
    for (std::size_t row = 0; row < shapes.size(); ++row) {
      for (std::size_t other = 0; other < shapes.size(); ++other) {
        for (const auto live : shapes[row]) {
          for (const auto stated : shapes[other]) {
            CAPTURE(live);
            CAPTURE(stated);
            const auto before = canonical(live);
            CHECK(satisfies(&before, canonical(stated)) == (row == other));
          }
        }
      }
    }
    CHECK(satisfies(nullptr, canonical(R"({"mode": "off"})")));
  }

  TEST_CASE("one setting alone has the form that it has among all") {
    const auto live =
        object(R"({"bindings": [{"name": "S", "type": "secret_text"}, {"name": "A", "type": "plain_text"}],
      "tags": ["b", "a", "plumbline=edge/production"], "compatibility_flags": ["b", "a"], "logpush": false,
      "placement": {"mode": "off"}, "observability": {"enabled": true}, "usage_model": "standard", "etag": "e",
      "annotations": {}, "tail_consumers": [{"service": "t", "environment": "production"}], "unheard_of": {"b": 1}})");
    const auto all = with_service_defaults(canonical_settings(live));
    std::set<std::string> names{"limits", "never_there"};
    for (const auto& fact : manifests::setting_facts()) names.emplace(fact.name);
    for (const auto& entry : live) names.emplace(entry.key());
    for (const auto& name : names) {
      CAPTURE(name);
      const auto* stated = member(live, name);
      const auto* whole = member(all, name);
      const auto one = canonical_setting(name, stated);
      REQUIRE(one.has_value() == (whole != nullptr));
      if (one) CHECK(equal(*one, *whole));
      if (is_canonical(name, stated)) CHECK((stated == nullptr ? whole == nullptr : equal(*stated, *whole)));
    }
  }

  TEST_CASE("canonical form is idempotent") {
    const auto once = canonical_settings(object(R"({"bindings": [{"name": "A", "type": "service", "service": "b",
      "environment": "production"}], "compatibility_flags": ["b", "a"], "placement": {"target": [{"region": "x"}], "status": "SUCCESS"},
      "usage_model": "standard", "annotations": {"workers/tag": "x"}, "limits": {"cpu_ms": 5}})"));
    CHECK(equal(once, canonical_settings(once)));
    CHECK_FALSE(once.contains("annotations"));
  }
}
