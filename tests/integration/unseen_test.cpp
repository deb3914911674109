#include <doctest/doctest.h>

#include "tests/support/files.h"
#include "tests/support/workspace.h"

/// Settings that only an upload takes and that hardly any read shows.
namespace plumbline::testing {

namespace {

const std::string kChangedCode = "export default { fetch() { return new Response('changed'); } };\n";

std::string plan_text(const Workspace& workspace) {
  const auto plan = workspace.run_on_manifests("plan");
  return plan.out + plan.err;
}

bool is_quiet(const Workspace& workspace) {
  return plan_text(workspace).contains("No changes. Your Workers match the manifests.\n");
}

/// The versions of a Worker, newest first, as the beta API tells them.
JsonArray versions_of(const Workspace& workspace, const std::string& worker) {
  const auto listed = workspace.run({"api", "list_beta_versions", "worker_id=" + worker});
  REQUIRE_MESSAGE(listed.exit_code == 0, listed.err);
  return parse_json(listed.out)->as_array();
}

/// Somebody deploys the Worker with containers of his own, and leaves our tag on it.
void deploy_with_containers(const Workspace& workspace, const std::string& worker) {
  const auto metadata = workspace.folder() / "metadata.json";
  write_file(metadata, R"({"main_module": ")" + worker + R"(.js", "tags": ["plumbline=test/default"],
    "containers": [{"class_name": "Theirs"}], "package_dependencies": [{"name": "hono"}]})");
  const auto code = (workspace.manifests() / (worker + ".js")).string();
  const auto done = workspace.run({"api", "upload_script", "script_name=" + worker, "--part",
                                   "metadata=" + metadata.string(), "--part", worker + ".js=" + code});
  REQUIRE_MESSAGE(done.exit_code == 0, done.err);
}

}  // namespace

TEST_CASE("what no read shows is uploaded once, and once more where somebody else made the version") {
  const Workspace workspace;
  write_worker(workspace.manifests(), "sink");
  write_worker(workspace.manifests(), "w",
               "  streaming_tail_consumers: [{service: sink}]\n"
               "  containers: [{class_name: Ours}]\n"
               "  package_dependencies: []\n");
  workspace.apply();
  CHECK(is_quiet(workspace));
  workspace.forget_journal();
  CHECK(is_quiet(workspace));
  CHECK(versions_of(workspace, "w").size() == 1);

  deploy_with_containers(workspace, "w");
  CHECK_FALSE(is_quiet(workspace));
  workspace.apply();
  const auto versions = versions_of(workspace, "w");
  CHECK(versions.size() == 3);
  CHECK(string_member(versions.front().at("containers").as_array().front(), "class_name") == "Ours");
  CHECK(is_quiet(workspace));
  workspace.forget_journal();
  CHECK(is_quiet(workspace));
}

TEST_CASE("an upload keeps what the manifest does not mention and the beta API shows") {
  const Workspace workspace;
  write_worker(workspace.manifests(), "w");
  workspace.apply();
  deploy_with_containers(workspace, "w");
  write_file(workspace.manifests() / "w.js", kChangedCode);
  CHECK_FALSE(plan_text(workspace).contains("containers"));
  workspace.apply();
  const auto newest = versions_of(workspace, "w").front();
  CHECK(string_member(newest.at("containers").as_array().front(), "class_name") == "Theirs");
  CHECK(string_member(newest.at("package_dependencies").as_array().front(), "name") == "hono");
  CHECK(is_quiet(workspace));
}

TEST_CASE("where no read shows what an upload would drop, the plan says so before") {
  const Workspace workspace({"--semantics", "beta_workers=no"});
  write_worker(workspace.manifests(), "w");
  workspace.apply();
  deploy_with_containers(workspace, "w");
  write_file(workspace.manifests() / "w.js", kChangedCode);
  CHECK(
      plan_text(workspace).contains("warning: the upload of Worker \"w\" would drop these settings if the live Worker "
                                    "has them, which Plumbline cannot see: "));
  CHECK(plan_text(workspace).contains("containers, package_dependencies"));
  workspace.apply();
  CHECK(is_quiet(workspace));
}

TEST_CASE("a placement is the same whichever of its shapes somebody writes it in") {
  const Workspace workspace;
  write_worker(workspace.manifests(), "w", "  placement: {region: \"aws:us-east-1\"}\n");
  workspace.apply();
  CHECK(is_quiet(workspace));
  const auto target = parse_json(R"({"mode": "targeted", "target": [{"region": "aws:us-east-1"}]})").value();
  workspace.simulator().edit("w", "set-setting", "placement", target);
  CHECK(is_quiet(workspace));
  write_worker(workspace.manifests(), "w", "  placement: {mode: off}\n");
  workspace.apply();
  CHECK(is_quiet(workspace));
}

TEST_CASE("a custom domain moves between Workers of ours whether or not the service takes overrides") {
  for (const auto* answer : {"accept", "refuse"}) {
    CAPTURE(answer);
    const Workspace workspace({"--semantics", std::string("domain_overrides=") + answer});
    write_worker(workspace.manifests(), "a", "  domains: [www.example.com]\n");
    write_worker(workspace.manifests(), "b");
    workspace.apply();
    write_worker(workspace.manifests(), "a", "  domains: []\n");
    write_worker(workspace.manifests(), "b", "  domains: [www.example.com]\n");
    workspace.apply();
    const auto domains = workspace.simulator().state().at("domains").as_array();
    REQUIRE(domains.size() == 1);
    CHECK(string_member(domains.front(), "service") == "b");
    CHECK(is_quiet(workspace));
  }
}

}  // namespace plumbline::testing
