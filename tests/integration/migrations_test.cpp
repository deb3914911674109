#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/files.h"
#include "tests/support/workspace.h"

/// Durable Object migrations with the real binary: the history in a manifest, the tag on the Worker.
namespace plumbline::testing {

namespace {

constexpr std::string_view kFirst = "{tag: v1, new_sqlite_classes: [Cart]}";
constexpr std::string_view kSecond = "{tag: v1, new_sqlite_classes: [Cart]}, {tag: v2, new_classes: [Order]}";
constexpr std::string_view kThird =
    "{tag: v1, new_sqlite_classes: [Cart]}, {tag: v2, new_classes: [Order]}, {tag: v3, deleted_classes: [Cart]}";

void write_with(const Workspace& workspace, const std::string& spec, const std::string& metadata) {
  write_worker(workspace.manifests(), "shop", spec);
  if (metadata.empty()) return;
  const auto path = workspace.manifests() / "shop.yaml";
  auto text = read_file(path);
  const std::string name = "name: shop";
  const auto at = text.find(name) + name.size();
  write_file(path, text.insert(at, "\n  " + metadata));
}

void write_shop(const Workspace& workspace, std::string_view history, const std::string& metadata = {}) {
  write_with(workspace, "  migrations: [" + std::string(history) + "]\n", metadata);
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

namespace {

void write_exports(const Workspace& workspace, std::string_view exports, const std::string& metadata = {}) {
  write_with(workspace, "  exports: " + std::string(exports) + "\n", metadata);
}

std::vector<std::string> live_classes(const Workspace& workspace) {
  std::vector<std::string> names;
  for (const auto& entry : workspace.simulator().worker("shop").at("classes").as_object()) {
    names.emplace_back(entry.key());
  }
  std::ranges::sort(names);
  return names;
}

constexpr std::string_view kCart = "Cart: {type: durable-object, storage: sqlite}";
constexpr std::string_view kOrder = "Order: {type: durable-object, storage: sqlite}";
constexpr std::string_view kNoCart = "Cart: {type: durable-object, state: deleted}";

std::string both(std::string_view one, std::string_view other) {
  return "{" + std::string(one) + ", " + std::string(other) + "}";
}

}  // namespace

TEST_CASE(
    "a class that exports deletes, leaves out or hands over is kept without leave, and the plan says how to give it") {
  for (const auto& [exports, ends] : std::vector<std::pair<std::string, bool>>{
           {both(kNoCart, kOrder), true},
           {"{" + std::string(kOrder) + "}", false},
           {both("Cart: {type: durable-object, state: transferred, transferred_to: till}", kOrder), false}}) {
    CAPTURE(exports);
    const Workspace workspace;
    write_exports(workspace, both(kCart, kOrder));
    workspace.apply();
    REQUIRE(live_classes(workspace) == std::vector<std::string>{"Cart", "Order"});
    CHECK(workspace.plan().at("applyable") == false);
    write_exports(workspace, exports);
    const auto blocked = workspace.run_on_manifests("apply", {"--yes"});
    CHECK(blocked.exit_code == 1);
    CHECK(blocked.out.contains("! deletes Durable Object class Cart"));
    CHECK(blocked.out.contains("blocked (DataLoss)"));
    CHECK((blocked.out + blocked.err).contains("add \"Cart\" to allow_data_loss under metadata"));
    CHECK(live_classes(workspace) == std::vector<std::string>{"Cart", "Order"});
    if (!ends) continue;
    write_exports(workspace, exports, "allow_data_loss: [Cart]");
    workspace.apply();
    CHECK(live_classes(workspace) == std::vector<std::string>{"Order"});
    CHECK(workspace.plan().at("applyable") == false);
  }
}

TEST_CASE("a class goes to the Worker that expects it, with its data and in two calls") {
  const Workspace workspace;
  write_exports(workspace, "{" + std::string(kCart) + "}");
  workspace.apply();
  const auto id = workspace.simulator().worker("shop").at("classes").at("Cart").at("namespace_id");
  write_worker(workspace.manifests(), "till",
               "  exports: {Cart: {type: durable-object, storage: sqlite, state: expecting-transfer, transfer_from: "
               "shop}}\n");
  write_exports(workspace, "{Cart: {type: durable-object, state: transferred, transferred_to: till}}");
  workspace.apply();
  CHECK(live_classes(workspace).empty());
  CHECK(workspace.simulator().worker("till").at("classes").at("Cart").at("namespace_id") == id);
  CHECK(workspace.plan().at("applyable") == false);
}

TEST_CASE("where the classes cannot be read, nothing is deleted") {
  const Workspace workspace;
  write_exports(workspace, "{" + std::string(kCart) + "}");
  write_worker(workspace.manifests(), "kept");
  workspace.apply();
  std::filesystem::remove(workspace.manifests() / "shop.yaml");
  workspace.simulator().add_fault({{"match", {{"method", "GET"}, {"path", "durable_objects/namespaces"}}},
                                   {"times", 0},
                                   {"fault", "status"},
                                   {"status", 403},
                                   {"code", 10000}});
  const auto blocked = workspace.run_on_manifests("apply", {"--yes", "--policy", "sync"});
  CHECK(blocked.exit_code == 1);
  CHECK(blocked.out.contains("blocked (ReadFailed)"));
  CHECK(live_classes(workspace) == std::vector<std::string>{"Cart"});
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
