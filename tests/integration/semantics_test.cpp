#include <doctest/doctest.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "base/json.h"
#include "tests/support/canary.h"
#include "tests/support/eventually.h"
#include "tests/support/files.h"
#include "tests/support/workspace.h"

/// Nobody outside knows what the service does in these points. Whatever it is, an applied plan is empty and stays so.
namespace plumbline::testing {

namespace {

std::vector<std::string> switches() {
  return {"if_none_match=honour",
          "put_secrets=replace",
          "secret_bumps=no",
          "script_settings_bumps=no",
          "subdomain_bumps=yes",
          "list_etag=deployed",
          "settings_version=deployed",
          "settings_annotations=no",
          "tags_filter=loose",
          "beta_workers=no",
          "domain_overrides=refuse",
          "read_lag=300ms",
          "list_routes=filled",
          "names=2018",
          "errors=2018",
          "delete_answer=null"};
}

/// One or the other half of them, so that a case of processes by the hundred ends in its time under a sanitizer too.
enum class Half : std::uint8_t { even, odd };
std::vector<std::string> switches(Half half) {
  std::vector<std::string> some;
  for (const auto& one : switches()) {
    if (half == Half::even) some.push_back(one);
    half = half == Half::even ? Half::odd : Half::even;
  }
  return some;
}

std::vector<std::string> options_for(const std::vector<std::string>& semantics) {
  std::vector<std::string> options;
  for (const auto& one : semantics) options.insert(options.end(), {"--semantics", one});
  return options;
}

bool is_empty(const Json& plan) {
  return plan.at("applyable") == false && plan.at("errored") == false && plan.at("blocked").as_array().empty();
}

/// Reads may lag behind the last write, so that the first look may still see a difference.
bool settles(const Workspace& workspace, const std::string& refresh) {
  return eventually([&] { return is_empty(workspace.plan({"--refresh", refresh})); }, std::chrono::seconds(5));
}

void check_settled(const Workspace& workspace) {
  CHECK(settles(workspace, "full"));
  CHECK(is_empty(workspace.plan({"--refresh", "list"})));
  workspace.simulator().clear_requests();
  workspace.apply();
  workspace.forget_journal();
  CHECK(is_empty(workspace.plan()));
  workspace.apply();
  CHECK(to_strings(writes_of(workspace.simulator().requests())).empty());
}

/// A life of the examples: made, changed in every way that has a call of its own, settled after each.
void check_life(const Workspace& workspace) {
  workspace.install_examples();
  workspace.apply();
  check_settled(workspace);

  replace_in_file(workspace.manifests() / "shop/worker.yaml", "text: EUR", "text: USD");
  replace_in_file(workspace.manifests() / "legacy/worker.yaml", "logpush: false", "logpush: true");
  replace_in_file(workspace.manifests() / "calculator/worker.yaml", "enabled: true", "enabled: false");
  write_file(workspace.manifests() / "hello/index.js", "export default { fetch() { return new Response('new'); } };\n");
  workspace.write_secret("shop/SESSION", "rotated");
  workspace.apply();
  check_settled(workspace);
  const auto& simulator = workspace.simulator();
  CHECK(string_member(simulator.binding("shop", "CURRENCY").at("fields"), "text") == "USD");
  CHECK(simulator.worker("legacy").at("settings").at("logpush") == true);
  CHECK(simulator.worker("calculator").at("subdomain").at("enabled") == false);
  CHECK(simulator.worker("shop").at("secrets").as_array().size() == 2);
}

void check_lives(Half half) {
  for (const auto& one : switches(half)) {
    CAPTURE(one);
    const Workspace workspace(options_for({one}));
    check_life(workspace);
  }
}

void check_healing(Half half) {
  for (const auto& one : switches(half)) {
    CAPTURE(one);
    const Workspace workspace(options_for({one}));
    workspace.install_examples();
    workspace.apply();
    REQUIRE(settles(workspace, "full"));
    workspace.simulator().edit("shop", "set-var", "CURRENCY", "USD");
    workspace.simulator().edit("hello", "edit-code", {}, "export default { fetch() {} };");
    workspace.simulator().edit("legacy", "set-setting", "logpush", true);
    REQUIRE(eventually([&] { return !is_empty(workspace.plan()); }));
    CHECK(eventually([&] {
      workspace.apply();
      const auto& simulator = workspace.simulator();
      return string_member(simulator.binding("shop", "CURRENCY").at("fields"), "text") == "EUR" &&
             simulator.worker("legacy").at("settings").at("logpush") == false;
    }));
    check_settled(workspace);
  }
}

}  // namespace

TEST_CASE("with each even unknown of the service turned the other way, an applied plan is empty and stays so") {
  check_lives(Half::even);
}

TEST_CASE("with each odd unknown of the service turned the other way, an applied plan is empty and stays so") {
  check_lives(Half::odd);
}

TEST_CASE("with all unknowns of the service turned the other way, an applied plan is empty and stays so") {
  const Workspace workspace(options_for(switches()));
  check_life(workspace);
}

TEST_CASE("an edit is healed whichever way the even unknowns of the service are turned") {
  check_healing(Half::even);
}

TEST_CASE("an edit is healed whichever way the odd unknowns of the service are turned") {
  check_healing(Half::odd);
}

}  // namespace plumbline::testing
