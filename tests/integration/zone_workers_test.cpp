#include <doctest/doctest.h>

#include <algorithm>
#include <string>

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
  Stage() : workspace({"--zone", "example.com=" + kZone}) {
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
  const Stage stage;
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

}  // namespace plumbline::testing
