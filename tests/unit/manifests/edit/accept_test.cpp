#include "manifests/edit/accept.h"

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "manifests/kinds/manifest.h"

using namespace plumbline;
using namespace plumbline::manifests;

namespace {

using How = AcceptedValue::How;

constexpr std::string_view kManifest = R"(apiVersion: plumbline.dev/v1beta1
kind: Worker
metadata: {name: checkout}
spec:
  main: index.js
  compatibility_date: 2026-01-01 # pinned
  limits: {cpu_ms: "${CPU:=50}"}
  bindings:
    GREETING: {type: plain_text, text: hello} # seen by all
    AUTH:
      type: service
      service: auth
  routes:
    - {pattern: shop.example.com/*, zone: example.com}
  environments:
    staging:
      logpush: false
)";

AcceptedValue set(std::vector<std::string> path, Json value) {
  return {How::set, std::move(path), std::move(value), {}, "it"};
}

WrittenWorker worker(std::string environment = {}) {
  WrittenWorker out;
  out.file = "w/checkout.yaml";
  out.environment = std::move(environment);
  return out;
}

AcceptedText accepted(const WrittenWorker& into, std::string_view text, const AcceptedValue& value) {
  return accept_values(into, text, {value});
}

// What stands in the manifest now, in place of the line that it replaces.
std::string changed(std::string_view text, std::string_view from, std::string_view to) {
  std::string out(text);
  const auto at = out.find(from);
  REQUIRE(at != std::string::npos);
  return out.replace(at, from.size(), to);
}

std::string refusal(const AcceptedText& of) {
  REQUIRE(of.refused.size() == 1);
  const auto& one = of.refused.front();
  return one.where.file + ":" + std::to_string(one.where.line) + " " + one.message;
}

// One Defaults in the folder above.
std::shared_ptr<const FolderDefaults> defaults(std::string_view text) {
  // What the layers say points into their tree, which lives as long as what is returned.
  const auto tree = std::make_shared<DefaultsTree>();
  for (auto& layer : parse_defaults({.path = "defaults.yaml", .id = {}, .size = 0}, text)) tree->add(std::move(layer));
  return {tree, tree->at("w").get()};
}

WrittenWorker config(std::string file, std::string environment = {}) {
  WrittenWorker out;
  out.file = std::move(file);
  out.written_as = WrittenAs::wrangler_config;
  out.environment = std::move(environment);
  return out;
}

constexpr std::string_view kToml = R"(name = "checkout" # the shop
compatibility_date = "2026-01-01"
routes = ["shop.example.com/*"]

[vars]
GREETING = "hello"

[triggers]
crons = ["*/5 * * * *"]

[env.staging]
logpush = true
[env.staging.vars]
GREETING = "staging"
)";

}  // namespace

TEST_CASE("a live value takes the place of the one in the manifest, and nothing else moves") {
  const auto date = accepted(worker(), kManifest, set({"compatibility_date"}, "2026-10-01"));
  CHECK(date.refused.empty());
  CHECK(date.text == changed(kManifest, "2026-01-01 # pinned", "2026-10-01 # pinned"));
  const auto greeting =
      accepted(worker(), kManifest, set({"bindings", "GREETING"}, {{"type", "plain_text"}, {"text", "hi"}}));
  CHECK(greeting.text == changed(kManifest, "text: hello}", "text: hi}"));
}

TEST_CASE("what only the live Worker has is added, and what it lacks goes") {
  const auto added =
      accepted(worker(), kManifest, set({"bindings", "KV"}, {{"type", "kv_namespace"}, {"namespace_id", "0f"}}));
  CHECK(added.text == changed(kManifest, "      service: auth\n",
                              "      service: auth\n    KV:\n      type: kv_namespace\n      namespace_id: 0f\n"));
  const auto gone = accepted(worker(), kManifest, {How::remove, {"bindings", "GREETING"}, {}, {}, "it"});
  CHECK(gone.text == changed(kManifest, "    GREETING: {type: plain_text, text: hello} # seen by all\n", ""));
  const auto route =
      accepted(worker(), kManifest,
               {How::add_item, {"routes"}, {{"pattern", "a.example.com/*"}, {"zone", "example.com"}}, {}, "it"});
  CHECK(route.text == changed(kManifest, "zone: example.com}\n",
                              "zone: example.com}\n    - {pattern: \"a.example.com/*\", zone: example.com}\n"));
  const auto no_route =
      accepted(worker(), kManifest, {How::remove_item, {"routes"}, "shop.example.com/*", "pattern", "it"});
  CHECK(no_route.text ==
        changed(kManifest, "routes:\n    - {pattern: shop.example.com/*, zone: example.com}", "routes: []"));
  CHECK(refusal(accepted(worker(), kManifest, {How::remove, {"placement"}, {}, {}, "it"})) ==
        "w/checkout.yaml:0 its manifest does not state it");
}

TEST_CASE("a value that a placeholder gives is named, and nothing changes") {
  const auto limits = accepted(worker(), kManifest, set({"limits", "cpu_ms"}, 100));
  CHECK(refusal(limits) == "w/checkout.yaml:7 it comes from a ${}");
  CHECK(limits.text == kManifest);
}

TEST_CASE("a value that looks like a placeholder is written so that it is none") {
  const auto greeting =
      accepted(worker(), kManifest, set({"bindings", "GREETING"}, {{"type", "plain_text"}, {"text", "${HOME}"}}));
  CHECK(greeting.text == changed(kManifest, "text: hello}", "text: \"$${HOME}\"}"));
}

TEST_CASE("a text that is escaped is no placeholder") {
  const auto text = changed(kManifest, "text: hello}", "text: \"$${HOME}\"}");
  const auto greeting =
      accepted(worker(), text, set({"bindings", "GREETING"}, {{"type", "plain_text"}, {"text", "hi"}}));
  CHECK(greeting.refused.empty());
  CHECK(greeting.text == changed(kManifest, "text: hello}", "text: \"hi\"}"));
  const auto list = changed(kManifest, "pattern: shop.example.com/*", "pattern: \"${HOST}/*\"");
  const auto added = accepted(worker(), list, {How::add_item, {"routes"}, {{"pattern", "a.example.com/*"}}, {}, "it"});
  CHECK(added.refused.empty());
  CHECK(added.text.contains("${HOST}"));
}

TEST_CASE("a value that the environment gives is named, in other environments the manifest is changed") {
  const auto staging = accepted(worker("staging"), kManifest, set({"logpush"}, true));
  CHECK(refusal(staging) == "w/checkout.yaml:17 it comes from the environment staging");
  const auto other = accepted(worker("production"), kManifest, set({"logpush"}, true));
  CHECK(other.refused.empty());
  CHECK(other.text == std::string(kManifest) + "  logpush: true\n");
}

TEST_CASE("a value that Defaults give is named with their place") {
  auto into = worker("staging");
  into.defaults = defaults(
      "apiVersion: plumbline.dev/v1beta1\nkind: Defaults\nspec:\n  logpush: true\n  compatibility_date: 2025-01-01\n"
      "  observability: {enabled: true}\n  environments:\n    staging:\n      tags: [a]\n");
  CHECK(refusal(accepted(into, kManifest, set({"observability", "enabled"}, false))) ==
        "defaults.yaml:6 it comes from Defaults");
  CHECK(refusal(accepted(into, kManifest, set({"tags"}, JsonArray{"b"}))) ==
        "defaults.yaml:9 it comes from the environment staging");
  // The manifest's own text wins over theirs.
  CHECK(accepted(into, kManifest, set({"compatibility_date"}, "2026-10-01")).refused.empty());
  CHECK(refusal(accepted(into, kManifest, {How::remove, {"compatibility_date"}, {}, {}, "it"})) ==
        "defaults.yaml:5 it stands in Defaults as well");
  CHECK(accepted(into, kManifest, set({"observability", "logs"}, {{"enabled", true}})).refused.empty());
}

TEST_CASE("names of Workers are written without the source's suffix") {
  auto into = worker();
  into.name_suffix = "-pr7";
  const auto auth =
      accepted(into, kManifest, set({"bindings", "AUTH"}, {{"type", "service"}, {"service", "login-pr7"}}));
  CHECK(auth.text == changed(kManifest, "service: auth", "service: login"));
}

TEST_CASE("the document of the Worker is found among those of a file") {
  const auto two = std::string(kManifest) + "---\n" + changed(kManifest, "name: checkout", "name: cart");
  auto into = worker();
  into.document = document_at({into.file, 3 + 17 + 1, 1}, two).value();
  CHECK(into.document == 1);
  CHECK(document_at({into.file, 3, 1}, two) == 0);
  CHECK(!document_at({into.file, 0, 0}, two));
  const auto date = accepted(into, two, set({"compatibility_date"}, "2026-10-01"));
  CHECK(date.refused.empty());
  CHECK(date.text.starts_with(kManifest));
  CHECK(date.text.contains("2026-10-01 # pinned"));
}

TEST_CASE("several values are written one after the other, and one that cannot be stops no other") {
  const auto all = accept_values(worker(), kManifest,
                                 {set({"compatibility_date"}, "2026-10-01"), set({"limits", "cpu_ms"}, 100),
                                  set({"schedules"}, JsonArray{"*/5 * * * *"})});
  CHECK(all.refused.size() == 1);
  CHECK(all.text.contains("2026-10-01"));
  CHECK(all.text.ends_with("logpush: false\n  schedules:\n    - \"*/5 * * * *\"\n"));
}

TEST_CASE("a wrangler config gets values in its own words") {
  const auto into = config("wrangler.toml");
  CHECK(accepted(into, kToml, set({"compatibility_date"}, "2026-10-01")).text ==
        changed(kToml, "2026-01-01", "2026-10-01"));
  CHECK(accepted(into, kToml, set({"bindings", "GREETING"}, {{"type", "plain_text"}, {"text", "hi"}})).text ==
        changed(kToml, "\"hello\"", "\"hi\""));
  CHECK(accepted(into, kToml, set({"bindings", "FLAGS"}, {{"type", "json"}, {"json", {{"a", 1}}}})).text ==
        changed(kToml, "\"hello\"\n", "\"hello\"\nFLAGS = { a = 1 }\n"));
  CHECK(accepted(into, kToml, set({"schedules"}, JsonArray{"0 0 * * *"})).text ==
        changed(kToml, "*/5 * * * *", "0 0 * * *"));
  CHECK(accepted(into, kToml, set({"subdomain", "enabled"}, false)).text ==
        changed(kToml, "/*\"]\n", "/*\"]\nworkers_dev = false\n"));
  CHECK(accepted(into, kToml, set({"cache_options", "enabled"}, true)).text ==
        changed(kToml, "/*\"]\n", "/*\"]\ncache = { enabled = true }\n"));
  CHECK(accepted(into, kToml, {How::add_item, {"domains"}, {{"hostname", "a.example.com"}}, {}, "it"}).text ==
        changed(kToml, "/*\"]", "/*\", { pattern = \"a.example.com\", custom_domain = true }]"));
  CHECK(accepted(into, kToml, {How::remove_item, {"routes"}, "shop.example.com/*", "pattern", "it"}).text ==
        changed(kToml, "[\"shop.example.com/*\"]", "[]"));
  CHECK(accepted(into, kToml, set({"placement"}, {{"mode", "targeted"}, {"region", "aws:us-east-1"}})).text ==
        changed(kToml, "/*\"]\n", "/*\"]\nplacement = { region = \"aws:us-east-1\" }\n"));
  CHECK(accepted(into, kToml, set({"placement"}, JsonObject())).text ==
        changed(kToml, "/*\"]\n", "/*\"]\nplacement = { mode = \"off\" }\n"));
}

TEST_CASE("a wrangler config in JSON may hold comments, whatever it is called") {
  constexpr std::string_view kJson =
      "{\n  // the shop\n  \"name\": \"checkout\",\n  \"compatibility_date\": \"2026-01-01\",\n}\n";
  const auto date = accepted(config("wrangler.json"), kJson, set({"compatibility_date"}, "2026-10-01"));
  CHECK(date.text == changed(kJson, "2026-01-01", "2026-10-01"));
}

TEST_CASE("what a wrangler config says in another form is named") {
  const auto into = config("wrangler.toml");
  constexpr std::string_view kByHand = "wrangler's config says it in another form: write it by hand";
  CHECK(refusal(accepted(into, kToml, set({"bindings", "KV"}, {{"type", "kv_namespace"}, {"namespace_id", "0f"}})))
            .ends_with(kByHand));
  CHECK(refusal(accepted(into, kToml, {How::remove, {"bindings", "KV"}, {}, {}, "it"})).ends_with(kByHand));
  CHECK(refusal(accepted(into, kToml, set({"tags"}, JsonArray{"a"}))).ends_with(kByHand));
  const auto staging = config("wrangler.toml", "staging");
  CHECK(refusal(accepted(staging, kToml, set({"logpush"}, false))) ==
        "wrangler.toml:12 it comes from the environment staging");
  CHECK(refusal(accepted(staging, kToml, set({"bindings", "GREETING"}, {{"type", "plain_text"}, {"text", "x"}})))
            .ends_with("it comes from the environment staging"));
  CHECK(accepted(staging, kToml, set({"compatibility_date"}, "2026-10-01")).refused.empty());
  CHECK(refusal(accepted(staging, kToml, set({"tail_consumers"}, JsonArray()))).contains("does not inherit it"));
}
