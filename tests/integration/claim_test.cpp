#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "base/json.h"
#include "tests/support/files.h"
#include "tests/support/workspace.h"

/// `plumbline adopt` and `plumbline release`: the ownership tag alone changes.
namespace plumbline::testing {
namespace {

using Names = std::vector<std::string>;

/// An account with a Worker, `app`, that nobody owns, as the manifest beside it asks for.
struct Stage {
  Stage() {
    write_worker(workspace.manifests(), "app");
    write_file(file("metadata.json"),
               R"({"main_module": "app.js", "compatibility_date": "2026-10-01", "tags": ["team", "cf:service=app"]})");
    upload("app");
  }

  void upload(const std::string& name) const {
    const auto uploaded = workspace.run(
        {"api", "upload_script", "script_name=" + name, "--part", "metadata=" + file("metadata.json"), "--part",
         "app.js=" + (workspace.manifests() / "app.js").string() + ";type=application/javascript+module"});
    REQUIRE_MESSAGE(uploaded.exit_code == 0, uploaded.err);
  }

  [[nodiscard]] std::string file(const std::string& name) const { return (workspace.folder() / name).string(); }
  [[nodiscard]] std::string tags(const std::string& name = "app") const {
    return to_text(workspace.simulator().worker(name).at("settings").at("tags"));
  }
  [[nodiscard]] std::size_t versions(const std::string& name = "app") const {
    return workspace.simulator().worker(name).at("versions").as_array().size();
  }
  [[nodiscard]] Finished adopt(std::vector<std::string> arguments) const { return run("adopt", std::move(arguments)); }
  [[nodiscard]] Finished release(std::vector<std::string> arguments) const {
    return run("release", std::move(arguments));
  }
  [[nodiscard]] Finished run(const std::string& command, std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), {command, "--instance", "test"});
    return workspace.run(arguments);
  }

  Workspace workspace;
};

}  // namespace

TEST_CASE("an adoption writes the ownership tag alone, and the plan of a manifest that says the same is empty") {
  const Stage stage;
  const auto conflict = stage.workspace.run_on_manifests("plan");
  CHECK_MESSAGE(conflict.out.contains("OwnershipConflict"), conflict.out);
  const auto requests = stage.workspace.simulator().requests_during([&] {
    const auto adopted = stage.adopt({"app", "--yes"});
    CHECK_MESSAGE(adopted.exit_code == 0, adopted.err);
    CHECK(adopted.out ==
          "worker.app: owner changes from nobody to test/default\n"
          "worker.app: adopted\n"
          "Adopt complete! 1 Worker adopted, 0 so already, 0 refused or failed.\n");
  });
  CHECK(to_strings(requests) == Names{"GET /workers/scripts", "GET /workers/scripts/app/script-settings",
                                      "PATCH /workers/scripts/app/script-settings"});
  CHECK(stage.tags() == R"(["team","cf:service=app","plumbline=test/default"])");
  CHECK(stage.versions() == 1);
  const auto plan = stage.workspace.run_on_manifests("plan", {"--detailed-exitcode"});
  CHECK_MESSAGE(plan.exit_code == 0, plan.out);

  const auto again = stage.workspace.simulator().requests_during([&] {
    const auto adopted = stage.adopt({"app"});
    CHECK(adopted.exit_code == 0);
    CHECK(adopted.out.contains("worker.app: already belongs to test/default\n"));
  });
  CHECK(writes_of(again).empty());
}

TEST_CASE("a release removes the ownership tag alone, and nobody takes it for lost") {
  const Stage stage;
  REQUIRE(stage.adopt({"app", "--yes"}).exit_code == 0);
  // From here on the version attests that it is ours.
  write_worker(stage.workspace.manifests(), "app", "  logpush: true\n");
  stage.workspace.apply();
  const auto versions = stage.versions();
  const auto released = stage.release({"app", "--yes"});
  CHECK_MESSAGE(released.exit_code == 0, released.err);
  CHECK(released.out.contains("worker.app: owner changes from test/default to nobody\nworker.app: released\n"));
  CHECK(stage.tags() == R"(["team","cf:service=app"])");
  CHECK(stage.versions() == versions);
  const auto plan = stage.workspace.run_on_manifests("plan");
  CHECK_MESSAGE(plan.out.contains("OwnershipConflict"), plan.out);
  CHECK(stage.release({"app"}).out.contains("worker.app: already belongs to nobody\n"));
  // And back.
  REQUIRE(stage.adopt({"app", "--yes"}).exit_code == 0);
  CHECK(stage.workspace.run_on_manifests("plan", {"--detailed-exitcode"}).exit_code == 0);
}

TEST_CASE("what belongs to others is neither adopted nor released, and the rest is done") {
  const Stage stage;
  stage.upload("theirs");
  REQUIRE(stage.workspace.run({"adopt", "theirs", "--instance", "other", "--yes"}).exit_code == 0);
  const auto adopted = stage.adopt({"theirs", "app", "nowhere", "--yes"});
  CHECK(adopted.exit_code == 1);
  CHECK_MESSAGE(adopted.err.contains("worker.theirs: refused: belongs to other/default; to take it over, write `adopt: "
                                     "other/default` under metadata of its manifest\n"),
                adopted.err);
  CHECK(adopted.err.contains("worker.nowhere: refused: the account has no Worker of this name\n"));
  CHECK(adopted.out.contains("Adopt incomplete. 1 Worker adopted, 0 so already, 2 refused or failed.\n"));
  CHECK(stage.tags().contains("plumbline=test/default"));
  const auto released = stage.release({"theirs", "--yes"});
  CHECK(released.exit_code == 1);
  CHECK(released.err.contains("worker.theirs: refused: belongs to other/default, not to this source\n"));
  CHECK(stage.tags("theirs").contains("plumbline=other/default"));
}

TEST_CASE("without a terminal and without --yes nothing is adopted") {
  const Stage stage;
  const auto asked = stage.adopt({"app"});
  CHECK(asked.exit_code == 1);
  CHECK(asked.err.contains("there is no terminal to ask at: give --yes"));
  CHECK_FALSE(stage.tags().contains("plumbline="));
}

TEST_CASE("all adopts what the manifests name and nobody owns, with what they say of pruning") {
  const Stage stage;
  stage.upload("kept");
  stage.upload("unnamed");
  stage.upload("theirs");
  REQUIRE(stage.workspace.run({"adopt", "theirs", "--instance", "other", "--yes"}).exit_code == 0);
  for (const auto* name : {"kept", "theirs", "not-live"}) {
    write_file(stage.workspace.manifests() / (std::string(name) + ".yaml"),
               "apiVersion: plumbline.dev/v1beta1\nkind: Worker\nmetadata: {name: " + std::string(name) +
                   ", prune: false}\nspec: {main: app.js}\n");
  }
  const auto adopted = stage.adopt({"--all", stage.workspace.manifests().string(), "--yes", "--output", "json"});
  CHECK_MESSAGE(adopted.exit_code == 0, adopted.err);
  const auto document = parse_json(adopted.out);
  REQUIRE(document);
  CHECK(to_text(*document) ==
        R"({"format_version":"1.0","owner":"test/default","errored":false,"workers":[)"
        R"({"address":"worker.app","outcome":"adopted","message":"owner changes from nobody to test/default"},)"
        R"({"address":"worker.kept","outcome":"adopted","message":"owner changes from nobody to test/default"}]})");
  CHECK(stage.tags("app").contains("\"plumbline=test/default\""));
  CHECK(stage.tags("kept").contains("\"plumbline=test/default;keep\""));
  CHECK_FALSE(stage.tags("unnamed").contains("plumbline="));
  CHECK(stage.tags("theirs").contains("plumbline=other/default"));
}

TEST_CASE("a lost answer of an adoption is resolved by a look") {
  const Stage stage;
  stage.workspace.simulator().add_fault(
      {{"match", {{"method", "PATCH"}, {"path", "script-settings"}}}, {"times", 1000}, {"fault", "reset-after"}});
  const auto adopted = stage.adopt({"app", "--yes"});
  CHECK_MESSAGE(adopted.exit_code == 0, adopted.err);
  CHECK(stage.tags().contains("plumbline=test/default"));
}

TEST_CASE("a source adopts only names that it may write") {
  const Stage stage;
  const auto config = stage.workspace.folder() / "plumbline.yaml";
  write_file(config,
             "apiVersion: plumbline.dev/v1beta1\nkind: Config\ninstance: test\naccounts:\n  main:\n    account_id: " +
                 stage.workspace.simulator().account_id() +
                 "\n    api_token: {env: CLOUDFLARE_API_TOKEN}\n    api_base_url: " +
                 stage.workspace.simulator().api_base_url() +
                 "\nsources:\n  eu:\n    repository: ./manifests\n    account: main\n    policy: upsert-only\n"
                 "    allow: {names: [\"other-*\"]}\n");
  const auto adopted = stage.workspace.run({"adopt", "app", "--yes", "--config", config.string(), "--source", "eu"});
  CHECK(adopted.exit_code == 1);
  CHECK_MESSAGE(adopted.err.contains("worker.app: refused: the source may not write a Worker of this name; add the "
                                     "name to allow.names of the source\n"),
                adopted.err);
  CHECK_FALSE(stage.tags().contains("plumbline="));
}

}  // namespace plumbline::testing
