#include <doctest/doctest.h>

#include <string>

#include "tests/support/files.h"
#include "tests/support/workspace.h"

/// Durable Object migrations with the real binary: the history in a manifest, the tag on the Worker.
namespace plumbline::testing {

namespace {

constexpr std::string_view kFirst = "{tag: v1, new_sqlite_classes: [Cart]}";
constexpr std::string_view kSecond = "{tag: v1, new_sqlite_classes: [Cart]}, {tag: v2, new_classes: [Order]}";
constexpr std::string_view kThird =
    "{tag: v1, new_sqlite_classes: [Cart]}, {tag: v2, new_classes: [Order]}, {tag: v3, deleted_classes: [Cart]}";

void write_shop(const Workspace& workspace, std::string_view history, const std::string& metadata = {}) {
  write_worker(workspace.manifests(), "shop", "  migrations: [" + std::string(history) + "]\n");
  if (metadata.empty()) return;
  const auto path = workspace.manifests() / "shop.yaml";
  auto text = read_file(path);
  const std::string name = "name: shop";
  const auto at = text.find(name) + name.size();
  write_file(path, text.insert(at, "\n  " + metadata));
}

std::string live_tag(const Workspace& workspace) {
  return std::string(string_member(workspace.simulator().worker("shop"), "migration_tag"));
}

}  // namespace

TEST_CASE("each migration is sent once, in one upload, and the next plan is empty at the price of the list") {
  const Workspace workspace;
  write_shop(workspace, kFirst);
  workspace.apply();
  CHECK(live_tag(workspace) == "v1");
  write_shop(workspace, kSecond);
  const auto text = workspace.run_on_manifests("plan").out;
  CHECK(text.contains("+ migration v2             (new_classes Order)\n"));
  workspace.simulator().clear_requests();
  workspace.apply();
  CHECK(to_strings(writes_of(workspace.simulator().requests())) ==
        std::vector<std::string>{"PUT /workers/scripts/shop"});
  CHECK(live_tag(workspace) == "v2");
  workspace.simulator().clear_requests();
  CHECK(workspace.plan({"--refresh", "list"}).at("applyable") == false);
  CHECK(workspace.simulator().requests().size() == 1);
}

TEST_CASE("data is destroyed only with leave, and the plan says how to give it") {
  const Workspace workspace;
  write_shop(workspace, kSecond);
  workspace.apply();
  write_shop(workspace, kThird);
  const auto blocked = workspace.run_on_manifests("apply", {"--yes"});
  CHECK(blocked.exit_code == 1);
  CHECK(blocked.out.contains("! deletes Durable Object class Cart"));
  CHECK((blocked.out + blocked.err).contains("add \"v3\" to allow_data_loss under metadata"));
  CHECK(live_tag(workspace) == "v2");
  write_shop(workspace, kThird, "allow_data_loss: [v3]");
  workspace.apply();
  CHECK(live_tag(workspace) == "v3");
}

TEST_CASE("a history that the live Worker contradicts is not guessed at") {
  const Workspace workspace;
  write_shop(workspace, kSecond);
  workspace.apply();
  write_shop(workspace, kFirst);
  const auto plan = workspace.plan();
  REQUIRE(plan.at("blocked").as_array().size() == 1);
  CHECK(string_member(plan.at("blocked").as_array().front(), "message").find("\"v2\"") != std::string_view::npos);
  CHECK(plan.at("applyable") == false);
}

TEST_CASE("an upload whose answer is lost does not make its migration twice") {
  const Workspace workspace;
  write_shop(workspace, kFirst);
  workspace.apply();
  write_shop(workspace, kSecond);
  workspace.simulator().add_fault(
      {{"match", {{"method", "PUT"}, {"path", "scripts/shop$"}}}, {"times", 1}, {"fault", "reset-after"}});
  workspace.apply();
  CHECK(live_tag(workspace) == "v2");
  // The first one, and the one whose answer was lost.
  CHECK(workspace.simulator().worker("shop").at("versions").as_array().size() == 2);
}

}  // namespace plumbline::testing
