#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "tests/support/files.h"
#include "tests/support/workspace.h"

/// Where a difference comes from, on a machine that applied and on one that has no journal.
namespace plumbline::testing {

namespace {

/// Of the plan's one Worker: `origin` and the parts that are known to be drift.
std::string origin_told(const Json& plan) {
  std::string out(string_member(plan.at("resource_changes").at(0), "origin"));
  for (const auto& drift : plan.at("resource_drift").as_array()) {
    for (const auto& part : drift.at("parts").as_array()) out += ", " + std::string(view(part.as_string()));
  }
  return out;
}

/// What an edit of each kind, and a commit on top of it, is told to be on a machine with the journal and on one
/// without.
struct Told {
  std::string_view action;
  std::string_view name;
  Json value;
  std::string_view with_journal;
  std::string_view without;
  std::string_view committed;  ///< after a commit of something else
};

}  // namespace

TEST_CASE("every machine says where a difference comes from, and the digest is the same on each") {
  const std::vector<Told> all{
      {"set-var", "CURRENCY", "USD", "drift, binding CURRENCY", "drift, binding CURRENCY", "both, binding CURRENCY"},
      {"set-var", "EXTRA", "x", "drift, binding EXTRA", "drift, binding EXTRA", "both, binding EXTRA"},
      {"set-secret", "KEY", "another", "drift", "drift", "both"},
      {"delete-secret", "KEY", nullptr, "drift, secret KEY", "drift, secret KEY", "both, secret KEY"},
      {"edit-code", "", "export default {};", "drift, module site.js", "drift, module site.js", "both, module site.js"},
      {"set-setting", "logpush", true, "drift, logpush", "unknown", "both, logpush"},
  };
  for (const bool beta : {true, false}) {
    for (const auto& edit : all) {
      CAPTURE(beta);
      CAPTURE(edit.action);
      CAPTURE(edit.name);
      const Workspace workspace;
      workspace.simulator().change_settings({{"beta_workers", beta ? "yes" : "no"}});
      const std::string body =
          "  logpush: false\n  secrets: {KEY: key}\n  bindings: {CURRENCY: {type: plain_text, text: EUR}}\n";
      workspace.write_secret("key", "value");
      write_worker(workspace.manifests(), "site", body);
      workspace.apply();
      REQUIRE(workspace.plan().at("applyable") == false);
      workspace.simulator().edit("site", edit.action, edit.name, edit.value);
      const auto here = workspace.plan();
      CHECK(origin_told(here) == edit.with_journal);
      write_worker(workspace.manifests(), "site", body + "  limits: {cpu_ms: 20}\n");
      CHECK(origin_told(workspace.plan()) == edit.committed);
      write_worker(workspace.manifests(), "site", body);
      workspace.forget_journal();
      const auto elsewhere = workspace.plan();
      CHECK(origin_told(elsewhere) == edit.without);
      CHECK(here.at("digest") == elsewhere.at("digest"));
    }
  }
}

TEST_CASE("an edit that stays since before the newest commit is told by whoever looks, more than one version back") {
  const Workspace workspace;
  write_worker(workspace.manifests(), "site", "  bindings: {A: {type: plain_text, text: a}}\n");
  workspace.apply();
  for (const auto* name : {"B", "C", "D"}) workspace.simulator().edit("site", "set-var", name, "x");
  workspace.forget_journal();
  CHECK(origin_told(workspace.plan()) == "drift, binding B, binding C, binding D");
}

TEST_CASE("a plan with an empty journal costs one call a Worker, and two or three more for each that differs") {
  const Workspace workspace;
  for (int i = 0; i < 20; ++i) write_worker(workspace.manifests(), "w" + std::to_string(i));
  workspace.apply();
  workspace.forget_journal();
  workspace.simulator().clear_requests();
  const auto quiet = workspace.run_on_manifests("plan");
  CHECK(workspace.simulator().requests().size() == 21);
  CHECK(
      quiet.out.contains("No changes. Your Workers match the manifests.\nA rollback was not looked for in 20 Workers"));

  write_worker(workspace.manifests(), "w7", "  limits: {cpu_ms: 20}\n");
  workspace.simulator().clear_requests();
  CHECK(workspace.plan().at("applyable") == true);
  CHECK(workspace.simulator().requests().size() == 22);
}

}  // namespace plumbline::testing
