#include "manifests/desired_json.h"

#include <doctest/doctest.h>

#include "manifests/worker.h"
#include "support.h"

namespace plumbline::manifests {
namespace {

using test::load;
using test::texts;

constexpr std::string_view kHead = "apiVersion: plumbline.dev/v1beta1\nkind: Worker\n";

// The document of the only Worker of a source with `w.yaml`, `i.js` and `public/x`.
Json document_of(const std::string& rest) {
  const auto state = load({{"w.yaml", std::string(kHead) + rest}, {"i.js", "x"}, {"public/x", "x"}});
  REQUIRE(texts(state.diagnostics).empty());
  REQUIRE(state.workers.size() == 1);
  return to_json(state.workers[0]);
}

std::string spec_of(const std::string& spec) {
  Json document = document_of("metadata: {name: w}\nspec:\n  main: i.js\n" + spec);
  JsonObject& members = document.at("spec").as_object();
  for (const auto* always : {"main", "modules", "secrets_policy"}) {
    REQUIRE(members.contains(always));
    members.stable_erase(always);
  }
  return to_text(members);
}

}  // namespace

TEST_CASE("a Worker's document says what its manifest says, with its files found") {
  CHECK(to_text(document_of("metadata: {name: w, adopt: edge/old, prune: false}\nspec: {main: i.js}\n")) ==
        R"({"apiVersion":"plumbline.dev/v1beta1","kind":"Worker",)"
        R"("metadata":{"name":"w","adopt":"edge/old","prune":false},)"
        R"("spec":{"main":"i.js","modules":[{"name":"i.js","path":"i.js",)"
        R"("content_type":"application/javascript+module",)"
        R"("sha256":"2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881","size":1}],)"
        R"("secrets_policy":"keep"}})");
}

TEST_CASE("what is unmanaged is left out and what is cleared is there") {
  CHECK(spec_of("").starts_with("{}"));
  CHECK(spec_of("  routes: []\n  schedules: []\n  tail_consumers: []\n") ==
        R"({"tail_consumers":[],"routes":[],"schedules":[]})");
}

TEST_CASE("the order in which a manifest is written makes no difference") {
  const auto one = spec_of(
      "  routes: [{pattern: b.com/*, zone: b.com}, {zone: a.com, pattern: a.com/*, adopt: true}]\n"
      "  domains: [b.com, {hostname: a.com, override_existing_origin: true}]\n"
      "  schedules: ['1 * * * *', '0 * * * *']\n"
      "  depends_on: [b, a]\n"
      "  ignore: [/observability, /limits]\n"
      "  queue_consumers: [{queue: q, retry_delay: 1, batch_size: 2, dead_letter_queue: d}]\n"
      "  observability: {logs: {enabled: true}, enabled: true}\n");
  const auto other = spec_of(
      "  observability: {enabled: true, logs: {enabled: true}}\n"
      "  ignore: [/limits, /observability]\n"
      "  depends_on: [a, b]\n"
      "  queue_consumers: [{dead_letter_queue: d, batch_size: 2, retry_delay: 1, queue: q}]\n"
      "  schedules: ['0 * * * *', '1 * * * *']\n"
      "  domains: [{override_existing_origin: true, hostname: a.com}, b.com]\n"
      "  routes: [{pattern: a.com/*, zone: a.com, adopt: true}, {pattern: b.com/*, zone: b.com}]\n");
  CHECK(one == other);
  CHECK(one == R"({"observability":{"enabled":true,"logs":{"enabled":true}},)"
               R"("routes":[{"pattern":"a.com/*","zone":"a.com","adopt":true},{"pattern":"b.com/*","zone":"b.com"}],)"
               R"("domains":[{"hostname":"a.com","override_existing_origin":true},{"hostname":"b.com"}],)"
               R"("schedules":["0 * * * *","1 * * * *"],)"
               R"("queue_consumers":[{"queue":"q","dead_letter_queue":"d","batch_size":2,"retry_delay":1}],)"
               R"("depends_on":["a","b"],"ignore":["/limits","/observability"]})");
}

TEST_CASE("the history of classes keeps its order, and secrets are references") {
  CHECK(spec_of("  secrets: {B: {}, A: key}\n  migrations: [{tag: v2, new_classes: [B]}, {tag: v1}]\n"
                "  workflows: [{name: f, class_name: F, limits: {steps: 3}}]\n"
                "  assets: {directory: public, config: {not_found_handling: none}}\n") ==
        R"({"secrets":{"A":{"store":"default","key":"key"},"B":{"store":"default","key":"w/B"}},)"
        R"("workflows":[{"name":"f","class_name":"F","limits":{"steps":3}}],)"
        R"("assets":{"directory":"public","config":{"not_found_handling":"none"}},)"
        R"("migrations":[{"tag":"v2","new_classes":["B"]},{"tag":"v1"}]})");
}

TEST_CASE("a ZoneWorker's document names its zone, its script and its filters") {
  const auto state = load({{"z.yaml",
                            "apiVersion: plumbline.dev/v1beta1\nkind: ZoneWorker\nmetadata: {adopt: unowned}\n"
                            "spec: {zone: a.com, script: i.js, filters: [{pattern: b.a.com, enabled: false}, "
                            "{enabled: true, pattern: a.com}]}\n"},
                           {"i.js", "x"}});
  REQUIRE(state.zone_workers.size() == 1);
  const Json document = to_json(state.zone_workers[0]);
  CHECK(document.at("kind") == "ZoneWorker");
  const JsonObject& spec = document.at("spec").as_object();
  CHECK(spec.at("zone") == "a.com");
  CHECK(spec.at("script").at("path") == "i.js");
  CHECK(to_text(spec.at("filters")) == R"([{"pattern":"a.com","enabled":true},{"pattern":"b.a.com","enabled":false}])");
}

}  // namespace plumbline::manifests
