#include <doctest/doctest.h>

#include <string>

#include "tests/support/files.h"
#include "tests/support/http.h"
#include "tests/support/workspace.h"

/// What an account holds beside Workers: resources that are bound by name, queues, workflows.
namespace plumbline::testing {

namespace {

/// A call of the simulated API as somebody else makes it; the result of its answer.
Json call(const SimulatorProcess& simulator, const std::string& method, const std::string& path,
          const Json& body = nullptr) {
  const auto target = "/client/v4/accounts/" + simulator.account_id() + path;
  const auto answer =
      http_exchange(simulator.port(), {method,
                                       target,
                                       {{"Authorization", "Bearer somebody's"}, {"Content-Type", "application/json"}},
                                       body.is_null() ? std::string() : to_text(body)});
  REQUIRE_MESSAGE(answer.status < 300, answer.body);
  return parse_json(answer.body).value().at("result");
}

std::string make_namespace(const SimulatorProcess& simulator, const std::string& title) {
  return std::string(string_member(call(simulator, "POST", "/storage/kv/namespaces", {{"title", title}}), "id"));
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

}  // namespace plumbline::testing
