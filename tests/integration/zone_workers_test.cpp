#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "base/json.h"
#include "tests/support/daemon_process.h"
#include "tests/support/eventually.h"
#include "tests/support/files.h"
#include "tests/support/http.h"
#include "tests/support/workspace.h"

/// A ZoneWorker in the daemon's care: what an operator sees of it.
namespace plumbline::testing {

namespace {

const std::string kZone = "0123456789abcdef0123456789abcdef";
const std::string kName = "zone_worker.example.com";

/// A folder with one Worker and one ZoneWorker.
struct Stage {
  explicit Stage(const std::string& tokens = "no")
      : workspace({"--zone", "example.com=" + kZone, "--semantics", "legacy_tokens=" + tokens}) {
    write_worker(workspace.manifests(), "hello");
    write_file(workspace.manifests() / "zone.js", "addEventListener('fetch', () => {});\n");
    write_file(workspace.manifests() / "zone.yaml",
               "apiVersion: plumbline.dev/v1beta1\nkind: ZoneWorker\nmetadata: {adopt: unowned}\nspec:\n"
               "  zone: example.com\n  script: zone.js\n  filters: [{pattern: example.com/*, enabled: true}]\n");
  }

  [[nodiscard]] std::string script() const { return call("GET", ""); }
  void edit_by_hand() const { (void)call("PUT", "// by hand\n"); }

  Workspace workspace;

 private:
  [[nodiscard]] std::string call(const std::string& method, const std::string& body) const {
    return http_exchange(workspace.simulator().port(),
                         {method,
                          "/client/v4/zones/" + kZone + "/workers/script",
                          {{"Authorization", "Bearer somebody's"}, {"Content-Type", "application/javascript"}},
                          body})
        .body;
  }
};

std::string sync_of(const DaemonProcess& daemon) {
  for (const auto& worker : daemon.source().at("workers").as_array()) {
    if (string_member(worker, "name") == kName) return std::string(string_member(worker, "sync"));
  }
  return {};
}

}  // namespace

TEST_CASE("a ZoneWorker is told with the Workers, in the status and in the metrics") {
  Stage stage;
  stage.workspace.use_global_key();
  const DaemonProcess daemon(stage.workspace, stage.workspace.manifests().string(),
                             {.drift = "report", .reference = "path: \"\""});
  REQUIRE_MESSAGE(eventually([&] { return sync_of(daemon) == "Synced"; }), daemon.log_text());
  CHECK(daemon.source().at("counts").at("desired") == 2);
  CHECK(daemon.source().at("counts").at("Synced") == 2);
  CHECK(string_member(daemon.source(), "sync") == "Synced");
  CHECK(daemon.metric("plumbline_workers", {{"sync_status", "Synced"}}) == 2);
  CHECK(daemon.metric("plumbline_worker_info", {{"worker", kName}, {"sync_status", "Synced"}}) == 1);

  stage.edit_by_hand();
  REQUIRE_MESSAGE(eventually([&] { return sync_of(daemon) == "OutOfSync"; }), daemon.log_text());
  CHECK(string_member(daemon.source(), "sync") == "OutOfSync");
  CHECK(string_member(daemon.condition("Drifted"), "status") == "True");
  CHECK(daemon.metric("plumbline_workers", {{"sync_status", "OutOfSync"}}) == 1);
  CHECK(daemon.metric("plumbline_worker_info", {{"worker", kName}, {"sync_status", "OutOfSync"}}) == 1);
  CHECK(daemon.metric("plumbline_worker_info", {{"worker", kName}, {"sync_status", "Synced"}}) == 0);
  CHECK(stage.script() == "// by hand\n");
}

TEST_CASE("filters that take no token are told with their mend, and their zone is left as it is") {
  const Stage stage;
  const auto apply = [&stage] { return stage.workspace.run_on_manifests("apply", {"--yes"}); };
  const auto refused = apply();
  CHECK(refused.exit_code == 1);
  const auto told = refused.out.find("the zone could not be read: GET /zones/{zone_id}/workers/filters: HTTP 403");
  REQUIRE_MESSAGE(told != std::string::npos, refused.out);
  CHECK(refused.out.find("zone_worker.example.com") < told);
  CHECK(refused.out.find("to go on: the service may take no API token here: give the account `api_key` and `email`") >
        told);
  CHECK(count(stage.workspace.simulator().requests(), "PUT", "/workers/script") == 0);
  // The Worker beside it has nothing to do with that.
  CHECK(stage.workspace.simulator().worker_names() == std::vector<std::string>{"hello"});
  const auto called = stage.workspace.run({"api", "list_filters", "zone_id=" + kZone});
  CHECK(called.exit_code == 1);
  CHECK(called.err.contains("[code 10000]"));
  CHECK(called.err.contains("\nplumbline api: the service may take no API token here: "));
}

TEST_CASE("a ZoneWorker is applied by a key, and by a token where the service takes it") {
  Stage by_key;
  by_key.workspace.use_global_key();
  Stage by_token("yes");
  for (const Stage* stage : {&by_key, &by_token}) {
    CHECK(stage->workspace.apply().out.contains("zone_worker.example.com"));
    CHECK(stage->script() == "addEventListener('fetch', () => {});\n");
    CHECK(stage->workspace.run_on_manifests("plan", {"--detailed-exitcode"}).exit_code == 0);
  }
}

}  // namespace plumbline::testing
