#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "base/json.h"
#include "tests/support/daemon_process.h"
#include "tests/support/eventually.h"
#include "tests/support/files.h"
#include "tests/support/git_repository.h"
#include "tests/support/workspace.h"

/// What a list does not show is not absent: nothing foreign is uploaded over, nothing is deleted, and nothing that a
/// manifest does not manage is lost, whatever a list lacks, repeats or maims.
namespace plumbline::testing {

namespace {

using Calls = std::vector<std::string>;

constexpr const char* kList = "/workers/scripts$";

JsonObject list_fault(const std::string& kind, const std::string& path, const std::string& entry, int times) {
  return {
      {"match", JsonObject{{"method", "GET"}, {"path", path}}}, {"times", times}, {"fault", kind}, {"entry", entry}};
}

JsonObject maimed(const std::string& path, const std::string& entry, const std::string& key, const Json& value,
                  int times) {
  auto fault = list_fault("maim-entry", path, entry, times);
  fault["key"] = key;
  if (!value.is_null()) fault["value"] = value;
  return fault;
}

// The name is nobody's at the first read by it.
JsonObject no_such_worker(const std::string& name) {
  return {{"match", JsonObject{{"method", "GET"}, {"path", "/scripts/" + name + "/settings$"}}},
          {"times", 1},
          {"fault", "status"},
          {"status", 404},
          {"code", 10007}};
}

/// Somebody else's Worker, as a deploy by hand leaves it.
void deploy_by_hand(const Workspace& workspace, const std::string& name) {
  const TemporaryFolder other;
  write_worker(other.path(), name, "  bindings: {THEIRS: {type: plain_text, text: theirs}}\n");
  write_file(other.path() / (name + ".js"), "export default { fetch() { return new Response('theirs'); } };\n");
  const auto applied = workspace.run({"apply", other.path().string(), "--yes", "--instance", "others", "--source",
                                      "theirs", "--journal", (other.path() / "journal.db").string()});
  REQUIRE_MESSAGE(applied.exit_code == 0, applied.err);
}

std::string reason_of(const Json& plan, const std::string& address) {
  for (const auto& block : plan.at("blocked").as_array()) {
    if (string_member(block, "address") == address) return std::string(string_member(block, "reason"));
  }
  return {};
}

Calls uploads_of(const std::vector<Request>& requests, const std::string& name) {
  Calls uploads;
  for (const auto& request : requests) {
    if (request.method == "PUT" && request.path == "/workers/scripts/" + name) uploads.push_back(to_string(request));
  }
  return uploads;
}

bool is_theirs(const Workspace& workspace, const std::string& name) {
  const auto tags = workspace.simulator().worker(name).at("settings").at("tags");
  return to_text(tags).contains("plumbline=others/theirs") &&
         string_member(workspace.simulator().binding(name, "THEIRS").at("fields"), "text") == "theirs";
}

}  // namespace

TEST_SUITE("absence") {
  TEST_CASE("a Worker that the list lacks once or for ever is not uploaded over") {
    for (const int times : {1, 0}) {
      CAPTURE(times);
      const Workspace workspace;
      deploy_by_hand(workspace, "shop");
      write_worker(workspace.manifests(), "shop", "  subdomain: {enabled: true}\n");
      workspace.simulator().add_fault(list_fault("drop-entry", kList, "shop", times));
      const auto requests = workspace.simulator().requests_during(
          [&] { CHECK(workspace.run_on_manifests("apply", {"--yes"}).exit_code == 1); });
      CHECK(to_strings(writes_of(requests)).empty());
      CHECK(is_theirs(workspace, "shop"));
      workspace.simulator().clear_faults();
      CHECK(reason_of(workspace.plan(), "worker.shop") == "OwnershipConflict");
    }
  }

  TEST_CASE("an own Worker that the list lacks keeps what its manifest does not manage") {
    for (const bool remembers : {true, false}) {
      for (const int times : {1, 0}) {
        CAPTURE(remembers);
        CAPTURE(times);
        const Workspace workspace;
        write_worker(workspace.manifests(), "shop");
        workspace.apply();
        workspace.simulator().edit("shop", "set-var", "BY_HAND", "kept");
        if (!remembers) workspace.forget_journal();
        write_file(workspace.manifests() / "shop.js", "export default { fetch() { return new Response('new'); } };\n");
        workspace.simulator().add_fault(list_fault("drop-entry", kList, "shop", times));
        (void)workspace.run_on_manifests("apply", {"--yes"});
        CHECK(string_member(workspace.simulator().binding("shop", "BY_HAND").at("fields"), "text") == "kept");
        workspace.simulator().clear_faults();
        workspace.apply();
        CHECK(string_member(workspace.simulator().binding("shop", "BY_HAND").at("fields"), "text") == "kept");
        CHECK(workspace.plan().at("applyable") == false);
      }
    }
  }

  TEST_CASE("twenty fresh Workers cost 42 calls by the beta list, one each by name where there is none") {
    for (const auto* beta : {"yes", "no"}) {
      CAPTURE(beta);
      const Workspace workspace({"--semantics", std::string("beta_workers=") + beta});
      for (int i = 0; i < 20; ++i) {
        write_worker(workspace.manifests(), fmt::format("worker-{:02}", i), "  subdomain: {enabled: true}\n");
      }
      const auto fresh = workspace.simulator().requests_during([&] { workspace.apply(); });
      const bool by_list = std::string_view(beta) == "yes";
      CHECK(count(fresh, "GET", "/workers/workers") == 1);
      CHECK(count(fresh, "GET", "/settings") == (by_list ? 0 : 20));
      CHECK(fresh.size() == (by_list ? 42 : 62));
    }
  }

  TEST_CASE("one fresh Worker is asked for by its name") {
    const Workspace workspace;
    write_worker(workspace.manifests(), "shop");
    const auto fresh = workspace.simulator().requests_during([&] { workspace.apply(); });
    CHECK(to_strings(fresh) ==
          Calls{"GET /workers/scripts", "GET /workers/scripts/shop/settings", "PUT /workers/scripts/shop"});
  }

  TEST_CASE("a beta list that lacks a Worker by its own count proves nothing") {
    const Workspace workspace;
    deploy_by_hand(workspace, "shop");
    for (const auto* name : {"shop", "a", "b"}) write_worker(workspace.manifests(), name);
    workspace.simulator().add_fault(list_fault("drop-entry", kList, "shop", 0));
    workspace.simulator().add_fault(list_fault("drop-entry", "/workers/workers$", "shop", 0));
    const auto requests = workspace.simulator().requests_during(
        [&] { CHECK(workspace.run_on_manifests("apply", {"--yes"}).exit_code == 1); });
    CHECK(uploads_of(requests, "shop").empty());
    CHECK(is_theirs(workspace, "shop"));
    CHECK(uploads_of(requests, "a").size() == 1);
  }

  TEST_CASE("a create that meets an older Worker stops it, and names the version to go back to") {
    const Workspace workspace;
    deploy_by_hand(workspace, "shop");
    const auto theirs = std::string(string_member(workspace.simulator().latest_version("shop"), "id"));
    write_worker(workspace.manifests(), "shop",
                 "  subdomain: {enabled: true}\n  routes: [{pattern: shop.example.com/*, zone: example.com}]\n");
    workspace.simulator().add_fault(list_fault("drop-entry", kList, "shop", 0));
    workspace.simulator().add_fault(no_such_worker("shop"));
    const auto struck = workspace.run_on_manifests("apply", {"--yes"});
    CHECK(struck.exit_code == 1);
    const std::string said = struck.out + struck.err;
    CHECK_MESSAGE(said.contains("CreateUncertain"), said);
    CHECK(said.contains(theirs));
    workspace.simulator().clear_faults();

    // Nobody goes on until a person has decided.
    const auto again = workspace.simulator().requests_during(
        [&] { CHECK(workspace.run_on_manifests("apply", {"--yes"}).exit_code == 1); });
    CHECK(to_strings(writes_of(again)).empty());
    const auto plan = workspace.plan();
    CHECK(reason_of(plan, "worker.shop") == "CreateUncertain");
    CHECK(to_text(plan).contains(theirs));

    SUBCASE("gone back and released, it is nobody's and stays so") {
      workspace.simulator().edit("shop", "rollback", {}, Json(theirs));
      REQUIRE(workspace.run({"release", "shop", "--instance", "test", "--yes"}).exit_code == 0);
      CHECK(reason_of(workspace.plan(), "worker.shop") == "OwnershipConflict");
    }
    SUBCASE("adopted, it is ours and goes on") {
      REQUIRE(workspace.run({"adopt", "shop", "--instance", "test", "--yes"}).exit_code == 0);
      workspace.apply();
      CHECK(workspace.simulator().worker("shop").at("subdomain").at("enabled") == true);
    }
    SUBCASE("so it does where the manifest says to take it over") {
      replace_in_file(workspace.manifests() / "shop.yaml", "name: shop", "name: shop\n  adopt: unowned");
      workspace.apply();
      CHECK(workspace.plan().at("applyable") == false);
    }
  }

  TEST_CASE("somebody's deploy of a moment ago, which no read shows yet, is not taken for our own create") {
    const Workspace workspace({"--semantics", "read_lag=6s"});
    deploy_by_hand(workspace, "shop");
    const auto theirs = std::string(string_member(workspace.simulator().latest_version("shop"), "id"));
    write_worker(workspace.manifests(), "shop");
    const auto struck = workspace.run_on_manifests("apply", {"--yes"});
    CHECK(struck.exit_code == 1);
    const std::string said = struck.out + struck.err;
    CHECK_MESSAGE(said.contains("CreateUncertain"), said);
    CHECK_MESSAGE(said.contains(theirs), said);
  }

  TEST_CASE("two commits in two seconds make one create, although reads are three seconds behind") {
    const Workspace workspace({"--semantics", "read_lag=3s"});
    const GitRepository repository{workspace.folder() / "git"};
    const auto write = [&](const std::string& text) {
      write_worker(repository.work_tree(), "app", "  bindings: {TEXT: {type: plain_text, text: " + text + "}}\n");
      return repository.commit(text);
    };
    (void)write("one");
    const DaemonProcess daemon(workspace, repository.url(), {});
    REQUIRE(eventually([&] { return workspace.simulator().worker_names() == std::vector<std::string>{"app"}; }));
    const auto second = write("two");
    CHECK_MESSAGE(daemon.wait_until_applied(second), daemon.log_text());
    const auto requests = workspace.simulator().requests();
    // The first made it; the second knew that it was there, by its deployment.
    const auto is_upload = [](const Request& request) {
      return request.method == "PUT" && request.path == "/workers/scripts/app";
    };
    const auto first = std::ranges::find_if(requests, is_upload);
    REQUIRE(first != requests.end());
    const auto later = std::vector<Request>(first + 1, requests.end());
    const auto writes = writes_of(later);
    CHECK_MESSAGE(writes.size() == 1, to_text(Json(JsonArray{to_string(*first)})));
    CHECK(string_member(workspace.simulator().binding("app", "TEXT").at("fields"), "text") == "two");
    CHECK(workspace.simulator().worker("app").at("versions").as_array().size() == 2);
    CHECK_FALSE(daemon.log_text().contains("CreateUncertain"));
  }

  TEST_CASE("a domain or a route that is not told whole deletes nothing") {
    const Workspace workspace;
    write_worker(workspace.manifests(), "shop",
                 "  routes: [{pattern: shop.example.com/*, zone: example.com}]\n  domains: [www.example.com]\n");
    workspace.apply();
    const auto before = workspace.simulator().state();
    for (const auto* path : {"/workers/routes$", "/workers/domains$"}) {
      const bool route = std::string_view(path).contains("routes");
      for (const auto* key : {route ? "pattern" : "hostname", "id"}) {
        for (const auto& value : {Json(nullptr), Json(""), Json(7), Json(JsonArray())}) {
          CAPTURE(key);
          const auto text = to_text(value);
          CAPTURE(text);
          workspace.simulator().add_fault(maimed(path, "", key, value, 1));
          const auto requests = workspace.simulator().requests_during(
              [&] { CHECK(workspace.run_on_manifests("apply", {"--yes", "--policy", "sync"}).exit_code == 1); });
          CHECK(to_strings(writes_of(requests)).empty());
          workspace.simulator().clear_faults();
        }
      }
    }
    const auto after = workspace.simulator().state();
    CHECK(to_text(after.at("domains")) == to_text(before.at("domains")));
    CHECK(to_text(after.at("zones")) == to_text(before.at("zones")));
  }

  TEST_CASE("a list of routes that repeats an entry is no list") {
    const Workspace workspace;
    write_worker(workspace.manifests(), "shop", "  routes: [{pattern: shop.example.com/*, zone: example.com}]\n");
    workspace.apply();
    write_worker(workspace.manifests(), "shop", "  routes: []\n");
    workspace.simulator().add_fault(list_fault("repeat-entry", "/workers/routes$", "", 0));
    const auto requests = workspace.simulator().requests_during(
        [&] { (void)workspace.run_on_manifests("apply", {"--yes", "--policy", "sync"}); });
    CHECK(to_strings(writes_of(requests)).empty());
  }

  TEST_CASE("a route and a domain are read again right before they go") {
    const Workspace workspace;
    write_worker(workspace.manifests(), "shop",
                 "  routes: [{pattern: shop.example.com/*, zone: example.com}]\n  domains: [www.example.com]\n");
    workspace.apply();
    write_worker(workspace.manifests(), "shop", "  routes: []\n  domains: []\n");
    const auto requests = to_strings(
        workspace.simulator().requests_during([&] { workspace.apply({"--policy", "sync", "--refresh", "list"}); }));
    REQUIRE(requests.size() >= 4);
    const Calls last(requests.end() - 4, requests.end());
    const auto is_read_before = [&](std::size_t at) {
      return last[at].starts_with("GET ") && last[at + 1] == "DELETE " + last[at].substr(4);
    };
    CAPTURE(last);
    CHECK(is_read_before(0));
    CHECK(is_read_before(2));
  }

  TEST_CASE("routes are not deleted by the handful unless the plan's digest is given; one alone always is") {
    const Workspace workspace;
    std::string routes;
    for (int i = 0; i < 5; ++i) routes += fmt::format("{{pattern: r{}.example.com/*, zone: example.com}}, ", i);
    write_worker(workspace.manifests(), "shop", "  routes: [" + routes + "]\n");
    workspace.apply();
    const auto live = [&] {
      return workspace.simulator().state().at("zones").as_array().at(0).at("routes").as_array();
    };
    write_worker(workspace.manifests(), "shop", "  routes: [{pattern: r0.example.com/*, zone: example.com}]\n");
    CHECK(workspace.run_on_manifests("apply", {"--yes", "--policy", "sync"}).exit_code == 1);
    CHECK(live().size() == 5);
    const auto plan = workspace.plan({"--policy", "sync"});
    CHECK(reason_of(plan, "route.r4.example.com/*") == "ThresholdExceeded");
    workspace.apply({"--policy", "sync", "--digest", std::string(string_member(plan, "digest"))});
    CHECK(live().size() == 1);
    write_worker(workspace.manifests(), "shop", "  routes: []\n");
    workspace.apply({"--policy", "sync"});
    CHECK(live().empty());
  }

  TEST_CASE("a zone that two bear, or that the token cannot see, is neither taken nor taken for absent") {
    const Workspace workspace({"--zone", "example.com=0123456789abcdef0123456789abcdef", "--zone",
                               "example.com=fedcba9876543210fedcba9876543210"});
    write_worker(workspace.manifests(), "shop", "  routes: [{pattern: shop.example.com/*, zone: example.com}]\n");
    const auto requests = workspace.simulator().requests_during(
        [&] { CHECK(workspace.run_on_manifests("apply", {"--yes"}).exit_code == 1); });
    CHECK(count(requests, "POST", "/workers/routes") == 0);
    CHECK(to_text(workspace.plan()).contains("2 zones of the account are called example.com"));
  }
}

}  // namespace plumbline::testing
