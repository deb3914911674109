#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "base/digest.h"
#include "base/json.h"
#include "tests/support/files.h"
#include "tests/support/workspace.h"

/// Routes and custom domains: planned under addresses of their own, moved without a gap, never taken from others.
namespace plumbline::testing {

namespace {

using Calls = std::vector<std::string>;

const std::string kExample = "0123456789abcdef0123456789abcdef";
const std::string kOther = "fedcba9876543210fedcba9876543210";

/// An account with two zones.
class Zones : public Workspace {
 public:
  Zones() : Workspace({"--zone", "example.com=" + kExample, "--zone", "example.net=" + kOther}) {}

  void worker(const std::string& name, const std::string& spec = {}) const { write_worker(manifests(), name, spec); }
  void remove(const std::string& name) const {
    std::filesystem::remove(manifests() / (name + ".yaml"));
    std::filesystem::remove(manifests() / (name + ".js"));
  }

  /// `pattern -> Worker`, `hostname -> Worker`, sorted.
  [[nodiscard]] std::vector<std::string> exposure() const {
    std::vector<std::string> lines;
    const auto state = simulator().state();
    for (const auto& zone : state.at("zones").as_array()) {
      for (const auto& route : zone.at("routes").as_array()) {
        lines.push_back(std::string(string_member(route, "pattern")) + " -> " +
                        std::string(string_member(route, "script")));
      }
    }
    for (const auto& domain : state.at("domains").as_array()) {
      lines.push_back(std::string(string_member(domain, "hostname")) + " -> " +
                      std::string(string_member(domain, "service")));
    }
    std::ranges::sort(lines);
    return lines;
  }

  /// The calls that a command makes.
  [[nodiscard]] Calls calls_of(const std::string& command, const std::vector<std::string>& arguments = {}) const {
    return to_strings(simulator().requests_during([&] { (void)run_on_manifests(command, arguments); }));
  }
  /// Those of an apply that succeeds and writes.
  [[nodiscard]] Calls writes_of_apply(const std::vector<std::string>& arguments = {}) const {
    return to_strings(writes_of(simulator().requests_during([&] { (void)apply(arguments); })));
  }
};

std::string route(const std::string& pattern, const std::string& zone = "example.com", const std::string& more = {}) {
  return "{pattern: \"" + pattern + "\", zone: " + zone + more + "}";
}

/// A call on a route without the route's id, which nobody knows beforehand.
Calls without_route_ids(Calls calls) {
  for (auto& call : calls) {
    const auto at = call.find("/workers/routes/");
    if (at != std::string::npos) call.erase(at + std::string("/workers/routes/").size());
  }
  return calls;
}

const Calls kSync{"--policy", "sync", "--instance", "test"};

}  // namespace

TEST_CASE("routes and domains are resources of the plan, and after an apply it costs a list each") {
  const Zones zones;
  zones.worker("shop", "  routes: [" + route("shop.example.com/*") + ", " +
                           route("*.example.net/shop*", "example.net") + "]\n  domains: [www.example.com]\n");
  const auto applied = zones.apply();
  CHECK(applied.out.contains("  + route.shop.example.com/*     to shop\n"));
  CHECK(applied.out.contains("  + domain.www.example.com       to shop\n"));
  CHECK(applied.out.contains("Plan: 4 to add, 0 to change, 0 to destroy.\n"));
  CHECK(applied.out.contains("route.shop.example.com/*: created\n"));
  CHECK(applied.out.ends_with("\nApply complete! Resources: 4 added, 0 changed, 0 destroyed.\n"));
  CHECK(zones.exposure() ==
        Calls{"*.example.net/shop* -> shop", "shop.example.com/* -> shop", "www.example.com -> shop"});

  auto quiet = zones.calls_of("plan", {"--refresh", "list"});
  std::ranges::sort(quiet);
  CHECK(quiet == Calls{"GET /workers/domains", "GET /workers/scripts", "GET /zones/" + kExample + "/workers/routes",
                       "GET /zones/" + kOther + "/workers/routes"});
  CHECK(zones.run_on_manifests("plan").out.contains("No changes. Your Workers match the manifests.\n"));
  CHECK(zones.plan().at("summary").at("unchanged") == Json(4));
}

TEST_CASE("a rename moves what leads to the Worker in place, between its create and the delete") {
  const Zones zones;
  const auto spec = "  routes: [" + route("shop.example.com/*") + "]\n  domains: [www.example.com]\n";
  zones.worker("old", spec);
  zones.apply();
  zones.remove("old");
  zones.worker("new", spec);
  CHECK(without_route_ids(zones.writes_of_apply(kSync)) ==
        Calls{"PUT /workers/scripts/new", "PUT /zones/" + kExample + "/workers/routes/", "PUT /workers/domains",
              "PUT /workers/domains", "DELETE /workers/scripts/old"});
  CHECK(zones.exposure() == Calls{"shop.example.com/* -> new", "www.example.com -> new"});
  CHECK(zones.run_on_manifests("plan", kSync).out.contains("No changes."));
}

TEST_CASE("a Worker that goes takes its routes and domains with it, first") {
  const Zones zones;
  zones.worker("kept");
  zones.worker("old", "  routes: [" + route("old.example.com/*") + "]\n  domains: [www.example.com]\n");
  zones.apply();
  zones.remove("old");
  // Without --policy sync nothing goes.
  CHECK(zones.writes_of_apply().empty());
  const auto text = zones.run_on_manifests("plan", kSync).out;
  CHECK(text.contains("  - route.old.example.com/*      to old, which is deleted\n"));
  CHECK(text.contains("Plan: 0 to add, 0 to change, 3 to destroy.\n"));
  auto writes = without_route_ids(zones.writes_of_apply(kSync));
  REQUIRE(writes.size() == 3);
  CHECK(writes.back() == "DELETE /workers/scripts/old");
  CHECK(zones.exposure().empty());
}

TEST_CASE("what leads to somebody else's Worker, or to none, is taken over only where the entry says so") {
  const Zones zones;
  zones.worker("stranger", "  routes: [" + route("shop.example.com/*") + "]\n");
  zones.apply({"--instance", "somebody", "--policy", "upsert-only"});
  zones.remove("stranger");
  zones.worker("shop", "  routes: [" + route("shop.example.com/*") + ", " + route("free.example.com/*") + "]\n");
  const auto refused = zones.run_on_manifests("apply", {"--yes"});
  CHECK(refused.exit_code == 1);
  CHECK(refused.out.contains(
      "blocked (OwnershipConflict): it leads to the Worker stranger, which does not belong to this source\n"));
  CHECK(refused.out.contains("to go on: to take it over, write `adopt: true` in its entry, manifests/shop.yaml:8\n"));
  // The rest is done all the same.
  CHECK(zones.exposure() == Calls{"free.example.com/* -> shop", "shop.example.com/* -> stranger"});
  const auto blocked = zones.plan().at("blocked");
  CHECK(string_member(blocked.at(0), "address") == "route.shop.example.com/*");
  CHECK(string_member(blocked.at(0), "reason") == "OwnershipConflict");

  zones.worker("shop", "  routes: [" + route("shop.example.com/*", "example.com", ", adopt: true") + ", " +
                           route("free.example.com/*") + "]\n");
  const auto taken = zones.apply();
  CHECK(taken.out.contains("Plan: 1 to import, 0 to add, 0 to change, 0 to destroy.\n"));
  CHECK(zones.exposure() == Calls{"free.example.com/* -> shop", "shop.example.com/* -> shop"});
}

TEST_CASE("routes that a manifest drops are deleted under sync and told under upsert-only") {
  const Zones zones;
  zones.worker("shop",
               "  routes: [" + route("a.example.com/*") + ", " + route("b.example.net/*", "example.net") + "]\n");
  zones.apply();
  zones.worker("shop", "  routes: []\n");
  const auto told = zones.run_on_manifests("plan");
  CHECK(told.out.contains("  . route.a.example.com/*        leads to shop; not deleted under policy upsert-only\n"));
  CHECK(zones.writes_of_apply().empty());
  // A manifest that cannot be read may be the one that wants it.
  write_file(zones.manifests() / "broken.yaml", "apiVersion: plumbline.dev/v1beta1\nkind: Worker\nmetadata: {}\n");
  CHECK(zones.run_on_manifests("plan", kSync).out.contains("blocked (SourceIncomplete): the source has errors"));
  std::filesystem::remove(zones.manifests() / "broken.yaml");
  // The zones are known although nothing names them any more.
  // Two of two are more than half.
  const auto held = zones.plan(kSync);
  CHECK(string_member(held.at("blocked").at(0), "reason") == "ThresholdExceeded");
  auto confirmed = kSync;
  confirmed.insert(confirmed.end(), {"--digest", std::string(string_member(held, "digest"))});
  CHECK(zones.writes_of_apply(confirmed).size() == 2);
  CHECK(zones.exposure().empty());
  (void)zones.apply(kSync);
  // Nothing of ours lies there: they are out of scope, and cost nothing.
  CHECK(zones.calls_of("plan", {"--refresh", "list"}) == Calls{"GET /workers/scripts"});
}

TEST_CASE("what somebody does to a route by hand is drift and is put right") {
  const Zones zones;
  zones.worker("shop", "  routes: [" + route("a.example.com/*") + "]\n");
  zones.worker("other");
  zones.apply();
  zones.simulator().edit("shop", "delete-route", "", "a.example.com/*");
  zones.simulator().edit("other", "add-route", "", "a.example.com/*");
  zones.simulator().edit("shop", "add-route", "", "b.example.com/*");
  const auto plan = zones.run_on_manifests("plan", kSync).out;
  CHECK(plan.contains("  ~ route.b.example.com/*        added, to shop (edited outside of Plumbline)\n"));
  zones.apply(kSync);
  CHECK(zones.exposure() == Calls{"a.example.com/* -> shop"});
  zones.simulator().edit("shop", "delete-route", "", "a.example.com/*");
  CHECK(zones.run_on_manifests("plan").out.contains("  ~ route.a.example.com/*        gone (edited outside"));
  zones.apply();
  CHECK(zones.exposure() == Calls{"a.example.com/* -> shop"});
}

TEST_CASE("a zone that refuses the token holds up what lies in it and nothing else") {
  const Zones zones;
  zones.worker("shop",
               "  routes: [" + route("a.example.com/*") + ", " + route("b.example.net/*", "example.net") + "]\n");
  zones.simulator().add_fault({{"match", {{"method", "GET"}, {"path", "/zones/" + kOther + "/workers/routes"}}},
                               {"times", 0},
                               {"fault", "status"},
                               {"status", 403},
                               {"code", 10000},
                               {"message", "Authentication error"}});
  const auto applied = zones.run_on_manifests("apply", {"--yes"});
  CHECK(applied.exit_code == 1);
  CHECK(applied.out.contains("blocked (ReadFailed): zone example.net could not be read: "));
  CHECK(applied.out.contains("to go on: give the token the permission Workers Routes for the zone\n"));
  CHECK(zones.exposure() == Calls{"a.example.com/* -> shop"});
  zones.simulator().clear_faults();

  // The same for a write.
  zones.simulator().add_fault({{"match", {{"method", "POST"}, {"path", "/zones/" + kOther}}},
                               {"times", 0},
                               {"fault", "status"},
                               {"status", 403},
                               {"code", 10000},
                               {"message", "Authentication error"}});
  zones.worker("later", "  routes: [" + route("later.example.com/*") + "]\n");
  const auto again = zones.run_on_manifests("apply", {"--yes"});
  CHECK(again.exit_code == 1);
  CHECK(again.out.contains("route.b.example.net/*: failed: "));
  CHECK(zones.exposure() == Calls{"a.example.com/* -> shop", "later.example.com/* -> later"});
  zones.simulator().clear_faults();
  zones.apply();
  CHECK(zones.exposure().size() == 3);
}

TEST_CASE("an answer that is lost makes no second route") {
  const Zones zones;
  zones.worker("shop", "  routes: [" + route("a.example.com/*") + "]\n");
  zones.simulator().add_fault(
      {{"match", {{"method", "POST"}, {"path", "/workers/routes$"}}}, {"times", 1}, {"fault", "reset-after"}});
  const auto applied = zones.apply();
  CHECK(applied.out.ends_with("\nApply complete! Resources: 2 added, 0 changed, 0 destroyed.\n"));
  CHECK(zones.exposure() == Calls{"a.example.com/* -> shop"});
}

TEST_CASE("a route of a wrangler config lies in the zone of its host, which is looked up once") {
  const Zones zones;
  write_file(zones.manifests() / "wrangler.toml",
             "name = \"shop\"\nmain = \"index.js\"\nno_bundle = true\ncompatibility_date = \"2026-10-01\"\n"
             "routes = [\"a.b.example.com/*\"]\n");
  write_file(zones.manifests() / "index.js", "export default { fetch() { return new Response('x'); } };\n");
  const auto first = zones.calls_of("apply", {"--yes"});
  CHECK(std::ranges::count(first, "GET /zones") == 3);
  CHECK(zones.exposure() == Calls{"a.b.example.com/* -> shop"});
  CHECK(std::ranges::count(zones.calls_of("plan", {"--refresh", "list"}), "GET /zones") == 0);
}

TEST_CASE("a source writes to no zone that its configuration does not allow") {
  const Zones zones;
  zones.worker("shop",
               "  routes: [" + route("a.example.com/*") + ", " + route("b.example.net/*", "example.net") + "]\n");
  write_file(zones.folder() / "plumbline.yaml",
             "apiVersion: plumbline.dev/v1beta1\nkind: Config\ninstance: test\n"
             "accounts: {main: {account_id: " +
                 zones.simulator().account_id() + ", api_token: {file: " + zones.token_file().string() +
                 "}, api_base_url: \"" + zones.simulator().api_base_url() +
                 "\"}}\n"
                 "sources:\n  shops:\n    repository: " +
                 zones.manifests().string() +
                 "\n    account: main\n    policy: upsert-only\n    allow: {zones: [example.com]}\n");
  const auto applied = zones.run({"apply", "--config", (zones.folder() / "plumbline.yaml").string(), "--source",
                                  "shops", "--journal", (zones.folder() / "journal.db").string(), "--yes"});
  CHECK(applied.exit_code == 1);
  CHECK(applied.err.contains("the route \"b.example.net/*\" is not in a zone that this source may use"));
  CHECK(zones.exposure().empty());
}

TEST_CASE("a ZoneWorker writes the zone's script and its filters, and then costs a read of each") {
  Zones zones;
  zones.use_global_key();
  const auto write = [&zones](const std::string& filters) {
    write_file(
        zones.manifests() / "zone.yaml",
        "apiVersion: plumbline.dev/v1beta1\nkind: ZoneWorker\nmetadata: {adopt: unowned}\nspec:\n  zone: example.com\n"
        "  script: worker.js\n  filters: [" +
            filters + "]\n");
  };
  const std::string script = "addEventListener('fetch', e => e.respondWith(new Response('zone')));\n";
  write_file(zones.manifests() / "worker.js", script);
  write("{pattern: example.com/api/*, enabled: true}, {pattern: example.com/api/health, enabled: false}");
  const auto applied = zones.apply();
  CHECK(applied.err.contains("warning: the zone-level API of a ZoneWorker is deprecated"));
  CHECK(applied.out.contains("  + zone_worker.example.com      manifests/zone.yaml\n"));
  CHECK(applied.out.ends_with("\nApply complete! Resources: 1 added, 0 changed, 0 destroyed.\n"));
  const auto etag = [&zones] {
    const auto state = zones.simulator().state();
    return std::string(string_member(state.at("zones").at(0).at("legacy_script"), "etag"));
  };
  CHECK(etag() == truncated(sha256_hex(script)));
  CHECK(zones.exposure() == Calls{"example.com/api/* -> " + kExample, "example.com/api/health -> "});
  auto quiet = zones.calls_of("plan", {"--refresh", "list"});
  std::ranges::sort(quiet);
  CHECK(quiet == Calls{"GET /workers/scripts", "GET /zones/" + kExample + "/workers/filters",
                       "GET /zones/" + kExample + "/workers/script"});

  write("{pattern: example.com/api/*, enabled: false}");
  const auto changed = zones.apply(kSync);
  CHECK(changed.out.contains("      ~ filter example.com/api/* on -> off\n"));
  CHECK(changed.out.contains("      - filter example.com/api/health no longer in the manifest\n"));
  CHECK(zones.exposure() == Calls{"example.com/api/* -> "});

  // The manifest goes, the zone's script stays.
  std::filesystem::remove(zones.manifests() / "zone.yaml");
  zones.worker("any");
  CHECK(zones.writes_of_apply(kSync) == Calls{"PUT /workers/scripts/any"});
  CHECK(etag() == truncated(sha256_hex(script)));
}

}  // namespace plumbline::testing
