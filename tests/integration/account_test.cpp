#include <doctest/doctest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "tests/support/files.h"
#include "tests/support/workspace.h"

/// What an account holds beside Workers: resources that are bound by name, queues, workflows.
namespace plumbline::testing {

namespace {

std::string make_namespace(const SimulatorProcess& simulator, const std::string& title) {
  return std::string(string_member(simulator.call("POST", "/storage/kv/namespaces", {{"title", title}}), "id"));
}

Json consumer_of(const SimulatorProcess& simulator, std::string_view name) {
  const auto state = simulator.state();
  for (const auto& queue : state.at("resources").at("queues").as_array()) {
    if (string_member(queue, "queue_name") == name) return queue.at("consumers").at(0);
  }
  return nullptr;
}

bool has_changes(const Workspace& workspace, std::vector<std::string> arguments = {}) {
  arguments.emplace_back("--detailed-exitcode");
  return workspace.run_on_manifests("plan", std::move(arguments)).exit_code != 0;
}

constexpr const char* kBindsCache = "  bindings:\n    CACHE: {type: kv_namespace, title: checkout-cache}\n";

}  // namespace

TEST_CASE("a binding by title is applied with the id, one list serves all, and a quiet plan needs no list") {
  const Workspace workspace;
  const auto& simulator = workspace.simulator();
  const auto id = make_namespace(simulator, "checkout-cache");
  write_worker(workspace.manifests(), "cart", kBindsCache);
  write_worker(workspace.manifests(), "checkout", kBindsCache);

  const auto requests = simulator.requests_during([&] {
    const auto out = workspace.apply().out;
    CHECK(out.contains("+ binding CACHE            kv_namespace \"" + id + "\" (title checkout-cache)\n"));
  });
  CHECK(count(requests, "GET", "/storage/kv/namespaces") == 1);
  CHECK(string_member(simulator.binding("checkout", "CACHE").at("fields"), "namespace_id") == id);

  const auto quiet =
      simulator.requests_during([&] { CHECK(!workspace.plan({"--refresh", "list"}).as_object().empty()); });
  CHECK(to_strings(quiet) == std::vector<std::string>{"GET /workers/scripts"});
  CHECK(workspace.run_on_manifests("plan", {"--detailed-exitcode"}).exit_code == 0);
}

TEST_CASE("a title that the account does not have stops its Worker, says so, and nothing else is held up") {
  const Workspace workspace;
  write_worker(workspace.manifests(), "cart");
  write_worker(workspace.manifests(), "checkout", kBindsCache);
  const auto finished = workspace.run_on_manifests("apply", {"--yes"});
  CHECK(finished.exit_code == 1);
  CHECK(
      finished.out.contains("blocked (DependencyNotReady): binding CACHE: the account has no KV namespace with the "
                            "title \"checkout-cache\"\n"));
  CHECK(workspace.simulator().worker_names() == std::vector<std::string>{"cart"});

  make_namespace(workspace.simulator(), "checkout-cache");
  workspace.apply();
  CHECK(workspace.simulator().worker_names() == std::vector<std::string>{"cart", "checkout"});
}

TEST_CASE("a queue goes from a deleted Worker to another one, and its messages never lose their consumer for long") {
  const Workspace workspace;
  const auto& simulator = workspace.simulator();
  simulator.call("POST", "/queues", {{"queue_name", "orders"}});
  write_worker(workspace.manifests(), "cart", "  queue_consumers: [{queue: orders, batch_size: 5}]\n");
  write_worker(workspace.manifests(), "checkout");
  workspace.apply();
  CHECK(consumer_of(simulator, "orders").at("script_name") == "cart");
  CHECK(consumer_of(simulator, "orders").at("settings").at("batch_size") == 5);
  CHECK_FALSE(has_changes(workspace));

  std::filesystem::remove(workspace.manifests() / "cart.yaml");
  write_worker(workspace.manifests(), "checkout", "  queue_consumers: [{queue: orders}]\n");
  const auto requests = simulator.requests_during([&] { workspace.apply({"--policy", "sync"}); });
  const auto writes = writes_of(requests);
  REQUIRE(writes.size() == 3);
  CHECK(writes[0].method == "DELETE");
  CHECK(writes[1].method == "POST");
  CHECK(writes[1].path.ends_with("/consumers"));
  CHECK(to_string(writes[2]) == "DELETE /workers/scripts/cart");
  CHECK(consumer_of(simulator, "orders").at("script_name") == "checkout");
  CHECK_FALSE(has_changes(workspace, {"--policy", "sync"}));
}

TEST_CASE("a queue that is missing, or consumed by a Worker of somebody else, blocks with the way out") {
  const Workspace workspace;
  const auto& simulator = workspace.simulator();
  write_worker(workspace.manifests(), "cart", "  queue_consumers: [{queue: orders}]\n");
  CHECK(workspace.run_on_manifests("plan").out.contains(
      "blocked (DependencyNotReady): queue_consumers: the account has no queue \"orders\"\n"
      "      to go on: create it (wrangler queues create orders), or take it out of the manifest\n"));

  const auto queue = simulator.call("POST", "/queues", {{"queue_name", "orders"}});
  write_worker(workspace.folder() / "theirs", "foreign");
  REQUIRE(workspace
              .run({"apply", (workspace.folder() / "theirs").string(), "--yes", "--instance", "somebody", "--source",
                    "else"})
              .exit_code == 0);
  simulator.call("POST", "/queues/" + std::string(string_member(queue, "queue_id")) + "/consumers",
                 {{"type", "worker"}, {"script_name", "foreign"}});
  CHECK(workspace.run_on_manifests("plan").out.contains(
      "blocked (OwnershipConflict): queue_consumers: the queue \"orders\" is consumed by Worker foreign"));
}

TEST_CASE("a workflow is put once, kept when no manifest names it, and its Worker is not deleted unasked") {
  const Workspace workspace;
  const auto& simulator = workspace.simulator();
  write_worker(workspace.manifests(), "cart");
  write_worker(workspace.manifests(), "shop",
               "  workflows: [{name: fulfil, class_name: Fulfil, limits: {steps: 9}}]\n");
  workspace.apply();
  const auto put = simulator.state().at("resources").at("workflows").at(0);
  CHECK(put.at("script_name") == "shop");
  CHECK(put.at("limits").at("steps") == 9);
  CHECK_FALSE(has_changes(workspace));

  write_worker(workspace.manifests(), "shop", "  workflows: []\n");
  const auto kept = workspace.run_on_manifests("plan", {"--detailed-exitcode"});
  CHECK(kept.exit_code == 0);
  CHECK(kept.out.contains(". workflow fulfil          not in the manifest, kept: deleting it ends its instances\n"));

  std::filesystem::remove(workspace.manifests() / "shop.yaml");
  const auto refused = workspace.run_on_manifests("apply", {"--yes", "--policy", "sync"});
  CHECK(refused.exit_code == 1);
  CHECK(refused.out.contains("blocked (DataLoss): deleting it leaves the instances of its workflow fulfil"));
  CHECK(simulator.worker_names() == std::vector<std::string>{"cart", "shop"});
}

}  // namespace plumbline::testing
