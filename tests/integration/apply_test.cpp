#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <vector>

#include "base/digest.h"
#include "base/json.h"
#include "tests/support/canary.h"
#include "tests/support/files.h"
#include "tests/support/workspace.h"

/// What an apply makes of an account, and in how many calls.
namespace plumbline::testing {

namespace {

using Names = std::vector<std::string>;
using Calls = std::vector<std::string>;

/// Twenty Workers with an address on workers.dev.
void install_twenty(const Workspace& workspace) {
  for (int i = 0; i < 20; ++i) {
    write_worker(workspace.manifests(), fmt::format("worker-{:02}", i), "  subdomain: {enabled: true}\n");
  }
}

/// The texts of a JSON array, sorted.
Names texts(const Json& array) {
  Names names;
  for (const auto& item : array.as_array()) names.emplace_back(view(item.as_string()));
  std::ranges::sort(names);
  return names;
}

std::string digest_of(const Json& plan) {
  return std::string(string_member(plan, "digest"));
}

/// Whether a secret of the simulator, which keeps a digest alone, holds this canary.
bool is_secret(const Json& binding, std::string_view value) {
  return sha256_hex(canary(value)).starts_with(string_member(binding, "sha256")) &&
         !string_member(binding, "sha256").empty();
}

/// Names and types of the modules of a Worker's last version, the entry first.
Names modules_of(const SimulatorProcess& simulator, std::string_view worker) {
  const auto state = simulator.state();
  const auto version = simulator.latest_version(worker);
  const auto& code = state.at("code").at(version.at("code").as_string());
  Names modules;
  for (const auto& module : code.at("modules").as_array()) {
    modules.push_back(std::string(string_member(module, "name")) + " " +
                      std::string(string_member(module, "content_type")));
  }
  return modules;
}

/// The service finds the code of this Worker wrong, each time.
void refuse_uploads(const Workspace& workspace, const std::string& worker) {
  workspace.simulator().add_fault({{"match", {{"method", "PUT"}, {"path", "scripts/" + worker + "$"}}},
                                   {"times", 0},
                                   {"fault", "status"},
                                   {"status", 400},
                                   {"code", 10021},
                                   {"message", "Uncaught SyntaxError"}});
}

}  // namespace

TEST_CASE("an apply that gives up trying again ends with what failed, how often it was tried, and why") {
  const Workspace workspace;
  write_worker(workspace.manifests(), "shop");
  workspace.simulator().add_fault({{"match", {{"method", "PUT"}, {"path", "scripts/shop$"}}},
                                   {"times", 0},
                                   {"fault", "status"},
                                   {"status", 409},
                                   {"code", 10035},
                                   {"message", "modified at the same time"}});
  const auto finished = workspace.run_on_manifests("apply", {"--yes"});
  CHECK(finished.exit_code == 1);
  const auto text = finished.out + finished.err;
  const auto failed = text.find("worker.shop: failed after 3 attempts: ");
  REQUIRE(failed != std::string::npos);
  CHECK(text.find("modified at the same time", failed) != std::string::npos);
  CHECK(text.find("looking again") < failed);
  CHECK(text.find("looking again", failed) == std::string::npos);
}

TEST_CASE("a fresh apply makes the account what the manifests say") {
  const Workspace workspace;
  workspace.install_examples();
  const auto finished = workspace.apply();
  CHECK(finished.out.contains("Plan: 4 to add, 0 to change, 0 to destroy.\n"));
  CHECK(finished.out.ends_with("\nApply complete! Resources: 4 added, 0 changed, 0 destroyed.\n"));

  const auto& simulator = workspace.simulator();
  CHECK(simulator.worker_names() == example_names());

  const auto hello = simulator.worker("hello");
  CHECK(hello.at("subdomain") == Json{{"enabled", true}, {"previews_enabled", true}});
  CHECK(hello.at("settings").at("observability").at("enabled") == true);
  CHECK(texts(hello.at("settings").at("tags")) == Names{"plumbline=test/default"});

  CHECK(modules_of(simulator, "calculator") ==
        Names{"index.js application/javascript+module", "add.wasm application/wasm",
              "lib/numbers.js application/javascript+module", "usage.txt text/plain"});
  const auto calculator = simulator.worker("calculator");
  CHECK(calculator.at("subdomain") == Json{{"enabled", true}, {"previews_enabled", false}});
  CHECK(simulator.latest_version("calculator").at("settings").at("limits") == Json{{"cpu_ms", 50}});

  const auto legacy = simulator.latest_version("legacy");
  CHECK(string_member(legacy.at("settings"), "compatibility_date") == "2024-02-29");
  CHECK(simulator.worker("legacy").at("subdomain").at("enabled") == false);

  CHECK(texts(simulator.worker("shop").at("settings").at("tags")) == Names{"plumbline=test/default", "team-shop"});
  const auto shop = simulator.latest_version("shop");
  CHECK(shop.at("settings").at("placement").at("mode") == "smart");
  CHECK(string_member(simulator.binding("shop", "CURRENCY").at("fields"), "text") == "EUR");
  CHECK(string_member(simulator.binding("shop", "HELLO").at("fields"), "service") == "hello");
  CHECK(simulator.binding("shop", "SHIPPING").at("fields").at("json") ==
        Json{{"countries", JsonArray{"DE", "FR"}}, {"days", 3}});
  CHECK(is_secret(simulator.binding("shop", "PAYMENT_KEY"), "payment"));
  CHECK(is_secret(simulator.binding("shop", "SESSION"), "session"));
  CHECK(shop.at("bindings").as_array().size() == 6);
  CHECK(string_member(shop.at("annotations"), "workers/message").contains("manifests/shop/worker.yaml"));
  CHECK(string_member(shop.at("annotations"), "workers/message").contains(" p1."));
}

TEST_CASE("a Worker is made after those that it binds") {
  const Workspace workspace;
  write_worker(workspace.manifests(), "a-shop", "  bindings: {AUTH: {type: service, service: z-auth}}\n");
  write_worker(workspace.manifests(), "z-auth");
  workspace.apply();
  const auto writes = to_strings(writes_of(workspace.simulator().requests()));
  CHECK(writes == Calls{"PUT /workers/scripts/z-auth", "PUT /workers/scripts/a-shop"});
}

TEST_CASE(
    "new Workers that bind each other in a circle cost one call more than Workers, and then are as they should be") {
  const Workspace workspace;
  workspace.write_secret("front/KEY", "front");
  write_worker(workspace.manifests(), "front",
               "  bindings: {BACK: {type: service, service: back}}\n  secrets: {KEY: {}}\n");
  write_worker(workspace.manifests(), "back", "  bindings: {STORE: {type: service, service: store}}\n");
  write_worker(workspace.manifests(), "store", "  bindings: {FRONT: {type: service, service: front}}\n");
  workspace.apply();
  CHECK(to_strings(writes_of(workspace.simulator().requests())) ==
        Calls{"PUT /workers/scripts/back", "PUT /workers/scripts/front", "PUT /workers/scripts/store",
              "PATCH /workers/scripts/back/settings"});
  CHECK(is_secret(workspace.simulator().binding("front", "KEY"), "front"));
  CHECK(workspace.simulator().binding("back", "STORE").is_object());
  CHECK(workspace.plan().at("applyable") == false);
  workspace.forget_journal();
  CHECK(workspace.plan().at("applyable") == false);
}

TEST_CASE("a circle whose first Worker cannot be made is reported for each of its Workers") {
  const Workspace workspace;
  write_worker(workspace.manifests(), "a", "  bindings: {B: {type: service, service: b}}\n");
  write_worker(workspace.manifests(), "b", "  bindings: {A: {type: service, service: a}}\n");
  refuse_uploads(workspace, "a");
  const auto finished = workspace.run_on_manifests("apply", {"--yes"});
  CHECK(finished.exit_code == 1);
  CHECK(finished.out.contains("worker.a: failed: "));
  CHECK(finished.out.contains("worker.b: skipped: waits for worker.a, which is not applied\n"));
  CHECK(workspace.simulator().worker_names().empty());
}

TEST_CASE("a second plan is empty and a second apply writes nothing") {
  const Workspace workspace;
  workspace.install_examples();
  workspace.apply();
  for (const auto* refresh : {"list", "full"}) {
    CAPTURE(refresh);
    const auto plan = workspace.plan({"--refresh", refresh});
    CHECK(plan.at("applyable") == false);
    CHECK(plan.at("summary").at("unchanged") == 4);
    const auto requests = workspace.simulator().requests_during([&] {
      const auto again = workspace.apply({"--refresh", refresh});
      CHECK(again.out.contains("No changes. Your Workers match the manifests.\n"));
      CHECK(again.out.ends_with("Apply complete! Resources: 0 added, 0 changed, 0 destroyed.\n"));
    });
    CHECK(to_strings(writes_of(requests)).empty());
  }
}

TEST_CASE("twenty fresh Workers cost 42 calls, and to find them unchanged costs 1, 22 or at most 42") {
  const Workspace workspace;
  install_twenty(workspace);

  const auto fresh = workspace.simulator().requests_during([&] { workspace.apply(); });
  // The beta list proves that none of them is there.
  CHECK(fresh.size() == 42);
  CHECK(count(fresh, "GET", "/workers/scripts") == 1);
  CHECK(count(fresh, "GET", "/workers/workers") == 1);
  CHECK(count(fresh, "POST", "/subdomain") == 20);
  CHECK(writes_of(fresh).size() == 40);

  const auto by_list = workspace.simulator().requests_during([&] { workspace.apply({"--refresh", "list"}); });
  CHECK(to_strings(by_list) == Calls{"GET /workers/scripts"});

  const auto full = workspace.simulator().requests_during([&] { workspace.apply(); });
  CHECK(full.size() == 22);
  CHECK(count(full, "GET", "/workers/workers") == 1);
  CHECK(count(full, "GET", "/settings") == 20);

  workspace.forget_journal();
  const auto without_memory = workspace.simulator().requests_during([&] { workspace.apply(); });
  CHECK(without_memory.size() <= 42);
  CHECK(writes_of(without_memory).empty());
}

TEST_CASE("one changed line of twenty Workers costs at most three calls") {
  const Workspace workspace;
  install_twenty(workspace);
  workspace.apply();
  replace_in_file(workspace.manifests() / "worker-07.yaml", "2026-10-01", "2026-10-02");
  const auto requests = workspace.simulator().requests_during([&] { workspace.apply({"--refresh", "list"}); });
  CAPTURE(to_strings(requests));
  CHECK(requests.size() <= 3);
  CHECK(to_strings(writes_of(requests)) == Calls{"PATCH /workers/scripts/worker-07/settings"});
  CHECK(string_member(workspace.simulator().latest_version("worker-07").at("settings"), "compatibility_date") ==
        "2026-10-02");
  // What was patched is settled after one more look at most.
  workspace.apply({"--refresh", "list"});
  const auto again = workspace.simulator().requests_during([&] { workspace.apply({"--refresh", "list"}); });
  CHECK(to_strings(again) == Calls{"GET /workers/scripts"});
}

TEST_CASE("changed code is one upload, which keeps what the manifest does not manage") {
  const Workspace workspace;
  write_worker(workspace.manifests(), "plain");
  workspace.apply();
  const auto& simulator = workspace.simulator();
  simulator.edit("plain", "set-var", "BY_HAND", "kept");
  simulator.edit("plain", "set-secret", "TOKEN_BY_HAND", Json(canary("by-hand")));
  simulator.edit("plain", "set-setting", "logpush", true);
  simulator.edit("plain", "set-setting", "placement", {{"mode", "smart"}});
  write_file(workspace.manifests() / "plain.js", "export default { fetch() { return new Response(\"new\"); } };\n");
  const auto requests = workspace.simulator().requests_during([&] { workspace.apply(); });
  CHECK(to_strings(writes_of(requests)) == Calls{"PUT /workers/scripts/plain"});
  CHECK(string_member(simulator.binding("plain", "BY_HAND").at("fields"), "text") == "kept");
  CHECK(is_secret(simulator.binding("plain", "TOKEN_BY_HAND"), "by-hand"));
  CHECK(simulator.worker("plain").at("settings").at("logpush") == true);
  CHECK(simulator.latest_version("plain").at("settings").at("placement").at("mode") == "smart");
  CHECK(workspace.plan().at("applyable") == false);
}

TEST_CASE("a rotated secret is put in one call, and its value is in no output") {
  const Workspace workspace;
  workspace.install_examples();
  workspace.apply();
  workspace.write_secret("shop/SESSION", "rotated");
  const auto requests = workspace.simulator().requests_during([&] {
    const auto finished = workspace.apply();
    CHECK(finished.out.contains("secret SESSION"));
    CHECK(finished.out.contains("(rotated)"));
  });
  CHECK(to_strings(writes_of(requests)) == Calls{"PATCH /workers/scripts/shop/settings"});
  CHECK(is_secret(workspace.simulator().binding("shop", "SESSION"), "rotated"));
  CHECK(is_secret(workspace.simulator().binding("shop", "PAYMENT_KEY"), "payment"));
  CHECK(workspace.plan().at("applyable") == false);
}

TEST_CASE("a rotated secret is noticed without a journal too") {
  const Workspace workspace;
  workspace.install_examples();
  workspace.apply();
  workspace.forget_journal();
  workspace.write_secret("shop/SESSION", "rotated");
  workspace.apply();
  CHECK(is_secret(workspace.simulator().binding("shop", "SESSION"), "rotated"));
  CHECK(workspace.plan().at("applyable") == false);
}

TEST_CASE("a secret that the store lacks blocks its Worker alone") {
  const Workspace workspace;
  workspace.install_examples();
  std::filesystem::remove(workspace.store() / "shop-payment-key");
  const auto finished = workspace.run_on_manifests("apply", {"--yes"});
  CHECK(finished.exit_code == 1);
  CHECK(finished.err.contains("worker.shop: blocked (SecretMissing): secret PAYMENT_KEY: "));
  CHECK(workspace.simulator().worker_names() == Names{"calculator", "hello", "legacy"});
}

TEST_CASE("the digest of the very plan applies it, that of another plan is refused") {
  const Workspace workspace;
  workspace.install_examples();
  const auto digest = digest_of(workspace.plan());
  write_worker(workspace.manifests(), "later");
  const auto refused = workspace.run_on_manifests("apply", {"--yes", "--digest", digest});
  CHECK(refused.exit_code == 1);
  CHECK(refused.err.contains("the plan has changed: its digest is " + digest_of(workspace.plan())));
  CHECK(writes_of(workspace.simulator().requests()).empty());

  workspace.apply({"--digest", digest_of(workspace.plan())});
  CHECK(workspace.simulator().worker_names().size() == 5);
}

TEST_CASE("a digest does not depend on the refresh mode or on the rotation of a secret") {
  const Workspace workspace;
  workspace.install_examples();
  workspace.apply();
  const auto settled = digest_of(workspace.plan());
  CHECK(digest_of(workspace.plan({"--refresh", "list"})) == settled);
  workspace.write_secret("shop/SESSION", "rotated");
  CHECK(digest_of(workspace.plan()) == settled);
  replace_in_file(workspace.manifests() / "shop/worker.yaml", "text: EUR", "text: USD");
  CHECK(digest_of(workspace.plan()) != settled);
}

TEST_CASE("with --only one Worker alone is applied and the plan calls itself incomplete") {
  const Workspace workspace;
  workspace.install_examples();
  CHECK(workspace.plan({"--only", "worker.hello"}).at("complete") == false);
  workspace.apply({"--only", "worker.hello"});
  CHECK(workspace.simulator().worker_names() == Names{"hello"});
}

TEST_CASE("a write whose answer is lost is resolved by reading and not repeated") {
  const Workspace workspace;
  write_worker(workspace.manifests(), "site");
  workspace.simulator().add_fault(
      {{"match", {{"method", "PUT"}, {"path", "scripts/site$"}}}, {"fault", "reset-after"}});
  const auto finished = workspace.apply();
  CHECK(finished.out.ends_with("Apply complete! Resources: 1 added, 0 changed, 0 destroyed.\n"));
  CHECK(count(workspace.simulator().requests(), "PUT", "/site") == 1);
  CHECK(workspace.simulator().worker("site").at("versions").as_array().size() == 1);
  CHECK(workspace.plan().at("applyable") == false);
}

TEST_CASE("a Worker that the API refuses stops itself and those that bind it, and no other") {
  const Workspace workspace;
  workspace.install_examples();
  refuse_uploads(workspace, "hello");
  const auto finished = workspace.run_on_manifests("apply", {"--yes"});
  CHECK(finished.exit_code == 1);
  CHECK(finished.out.contains("worker.hello: failed: "));
  CHECK(finished.out.contains("Uncaught SyntaxError"));
  CHECK(finished.out.contains("worker.shop: skipped: waits for worker.hello, which is not applied\n"));
  CHECK(workspace.simulator().worker_names() == Names{"calculator", "legacy"});
}

TEST_CASE("whatever stands in place of the list, no Worker is made or deleted because of it") {
  const Workspace workspace;
  workspace.install_examples();
  workspace.apply();
  std::filesystem::remove_all(workspace.manifests() / "legacy");
  write_worker(workspace.manifests(), "new");
  const std::vector<JsonObject> faults{{{"fault", "html"}, {"status", 200}},
                                       {{"fault", "html"}, {"status", 403}},
                                       {{"fault", "status"}, {"status", 403}, {"code", 9109}},
                                       {{"fault", "status"}, {"status", 404}, {"code", 7003}}};
  for (auto fault : faults) {
    CAPTURE(to_text(fault));
    fault["match"] = JsonObject{{"method", "GET"}, {"path", "/workers/scripts$"}};
    fault["times"] = 0;
    workspace.simulator().clear_faults();
    workspace.simulator().add_fault(fault);
    const auto requests = workspace.simulator().requests_during([&] {
      const auto finished = workspace.run_on_manifests("apply", {"--policy", "sync", "--yes"});
      CHECK(finished.exit_code == 1);
      CHECK_FALSE(finished.err.empty());
    });
    CHECK(writes_of(requests).empty());
  }
}

TEST_CASE("an account that throttles is waited for, and every call is made once") {
  const Workspace workspace({"--rate-limit", "25/2s"});
  install_twenty(workspace);
  workspace.apply();
  const auto requests = workspace.simulator().requests();
  const auto throttled = std::ranges::count(requests, 429, &Request::status);
  CHECK(throttled > 0);
  CHECK(std::ranges::count(requests, 200, &Request::status) == 42);
  // Once it is told to wait, nothing new is begun: what was under way then is all that may be refused.
  CHECK(throttled <= 4 * 3);
  CHECK(workspace.simulator().worker_names().size() == 20);
}

}  // namespace plumbline::testing
