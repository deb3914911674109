#include <doctest/doctest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "base/json.h"
#include "tests/support/files.h"
#include "tests/support/workspace.h"

// What a source of the configuration, or the command line, says about how its manifests are read.
namespace plumbline::testing {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kGreeting =
    "  bindings:\n"
    "    GREETING: {type: plain_text, text: \"${GREETING}\"}\n";

/// A daemon's configuration with one source, `eu`, that reads the workspace's manifests; `fields` are more of the
/// source, indented by four spaces.
fs::path write_config(const Workspace& workspace, const std::string& fields) {
  auto file = workspace.folder() / "plumbline.yaml";
  write_file(file,
             "apiVersion: plumbline.dev/v1beta1\n"
             "kind: Config\n"
             "instance: test\n"
             "accounts:\n"
             "  main:\n"
             "    account_id: 023e105f4ecef8ad9ca31a8372d0c353\n"
             "    api_token: {env: CLOUDFLARE_API_TOKEN}\n"
             "    api_base_url: " +
                 workspace.simulator().api_base_url() +
                 "\n"
                 "sources:\n"
                 "  eu:\n"
                 "    repository: ./manifests\n"
                 "    account: main\n"
                 "    policy: upsert-only\n" +
                 fields);
  return file;
}

/// What a plan makes of a member of a binding of a Worker.
std::string planned_text(const Json& plan, std::string_view address, const std::string& binding_member) {
  for (const auto& change : plan.at("resource_changes").as_array()) {
    if (string_member(change, "address") != address) continue;
    return std::string(view(change.at_pointer("/change/after/settings/bindings/" + binding_member).as_string()));
  }
  return "no " + std::string(address);
}

}  // namespace

TEST_CASE("a source chooses its manifests, and gives them names and values") {
  const Workspace workspace;
  write_worker(workspace.manifests() / "shop", "front",
               std::string(kGreeting) + "    BACK: {type: service, service: back}\n");
  write_worker(workspace.manifests() / "shop", "back");
  write_worker(workspace.manifests() / "tools", "left-out");
  write_file(workspace.manifests() / "values/eu.yaml", "GREETING: from the file\nOTHER: unused\n");
  const auto config = write_config(workspace,
                                   "    include: [\"shop/**\"]\n"
                                   "    name_suffix: -eu\n"
                                   "    values_from: [values/eu.yaml]\n");

  const auto planned = workspace.run({"plan", "--config", config.string(), "--source", "eu", "--output", "json"});
  REQUIRE_MESSAGE(planned.exit_code == 0, planned.err);
  const auto plan = parse_json(planned.out).value();
  CHECK(planned_text(plan, "worker.front-eu", "GREETING/text") == "from the file");
  CHECK(planned_text(plan, "worker.front-eu", "BACK/service") == "back-eu");

  const auto applied = workspace.run({"apply", "--config", config.string(), "--source", "eu", "--yes"});
  CHECK_MESSAGE(applied.exit_code == 0, applied.err);
  CHECK(workspace.simulator().worker_names() == std::vector<std::string>{"back-eu", "front-eu"});
}

TEST_CASE("values of the configuration win over values of files") {
  const Workspace workspace;
  write_worker(workspace.manifests(), "front", std::string(kGreeting));
  write_file(workspace.manifests() / "values.yaml", "GREETING: from the file\n");
  const auto config = write_config(workspace,
                                   "    values: {GREETING: from the configuration}\n"
                                   "    values_from: [values.yaml]\n");
  const auto planned = workspace.run({"plan", "--config", config.string(), "--source", "eu", "--output", "json"});
  REQUIRE_MESSAGE(planned.exit_code == 0, planned.err);
  CHECK(planned_text(parse_json(planned.out).value(), "worker.front", "GREETING/text") == "from the configuration");
}

TEST_CASE("a file of values that the source names and does not have is an error, and nothing is written") {
  const Workspace workspace;
  write_worker(workspace.manifests(), "front");
  const auto config = write_config(workspace, "    values_from: [values/us.yaml]\n");
  const auto applied = workspace.run({"apply", "--config", config.string(), "--source", "eu", "--yes"});
  CHECK(applied.exit_code == 1);
  CHECK_MESSAGE(applied.err.contains("values/us.yaml"), applied.err);
}

TEST_CASE("a source that holds more than its limits is refused as a whole, and what is live stays") {
  const Workspace workspace;
  write_worker(workspace.manifests(), "front");
  const auto apply = [&](const std::string& fields) {
    return workspace.run({"apply", "--config", write_config(workspace, fields).string(), "--source", "eu", "--yes"});
  };
  REQUIRE(apply("    limits: {files: 2}\n").exit_code == 0);
  write_worker(workspace.manifests(), "second");
  // A file that no manifest names does not count.
  write_file(workspace.manifests() / "README.md", std::string(100'000, 'x'));
  std::string fields;
  std::string reason;
  SUBCASE("too many files") {
    fields = "    limits: {files: 3}\n";
    reason = "error: the source has more than 3 manifests and files that they name";
  }
  SUBCASE("too many bytes") {
    fields = "    limits: {bytes: 200}\n";
    reason = "error: the source has more than 200 B of manifests and files that they name";
  }
  workspace.simulator().clear_requests();
  const auto refused = apply(fields);
  CHECK(refused.exit_code == 1);
  CHECK_MESSAGE(refused.err.contains(reason), refused.err);
  for (const auto& request : workspace.simulator().requests()) CHECK(request.method == "GET");
  CHECK(workspace.simulator().worker_names() == std::vector<std::string>{"front"});
  CHECK(apply("    limits: {files: 4, bytes: 1MiB}\n").exit_code == 0);
  CHECK(workspace.simulator().worker_names() == std::vector<std::string>{"front", "second"});
}

TEST_CASE("the command line takes values from files, the last one wins") {
  const Workspace workspace;
  write_worker(workspace.manifests(), "front", std::string(kGreeting));
  write_file(workspace.folder() / "all.yaml", "GREETING: for all\n");
  write_file(workspace.folder() / "mine.yaml", "GREETING: mine\n");
  const auto plan = workspace.plan({"--values", (workspace.folder() / "all.yaml").string(), "--values",
                                    (workspace.folder() / "mine.yaml").string()});
  CHECK(planned_text(plan, "worker.front", "GREETING/text") == "mine");
}

TEST_CASE("a wrong file of values is told with its place, and one that is not there by its name") {
  const Workspace workspace;
  write_worker(workspace.manifests(), "front");
  const auto file = workspace.folder() / "values.yaml";
  write_file(file, "PORT: 80\nA-B: text\n");
  const auto missing = workspace.folder() / "none.yaml";
  const auto finished = workspace.run_on_manifests("plan", {"--values", file.string(), "--values", missing.string()});
  CHECK(finished.exit_code == 78);
  CHECK_MESSAGE(finished.err.contains(file.string() + ":1:7: error: expected a string"), finished.err);
  CHECK(finished.err.contains(file.string() + ":2:1: error: "));
  CHECK(finished.err.contains(missing.string() + ": error: cannot be read: No such file or directory"));
}

}  // namespace plumbline::testing
