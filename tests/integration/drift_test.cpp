#include <doctest/doctest.h>

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "tests/support/canary.h"
#include "tests/support/files.h"
#include "tests/support/workspace.h"

/// Edits behind Plumbline's back: found, told, and healed by the least call.
namespace plumbline::testing {

namespace {

using Calls = std::vector<std::string>;

/// One edit in the dashboard and what mends it.
struct Edit {
  std::string_view what;  ///< as the plan tells it
  std::string_view worker;
  std::string_view action;
  std::string_view name;
  Json value;
  Calls heals;
};

std::vector<Edit> edits() {
  const Calls patch_shop{"PATCH /workers/scripts/shop/settings"};
  return {
      {"binding CURRENCY", "shop", "set-var", "CURRENCY", "USD", patch_shop},
      {"binding EXTRA", "shop", "set-var", "EXTRA", "by hand", patch_shop},
      {"secret SESSION", "shop", "set-secret", "SESSION", "another value", patch_shop},
      {"secret PAYMENT_KEY", "shop", "delete-secret", "PAYMENT_KEY", nullptr, patch_shop},
      {"compatibility_date", "shop", "set-setting", "compatibility_date", "2026-01-01", patch_shop},
      {"placement", "shop", "set-setting", "placement", JsonObject(), patch_shop},
      {"limits.cpu_ms",
       "calculator",
       "set-setting",
       "limits",
       {{"cpu_ms", 10}},
       {"PATCH /workers/scripts/calculator/settings"}},
      {"module index.js",
       "hello",
       "edit-code",
       "",
       "export default { fetch() { return new Response('edited'); } };",
       {"PUT /workers/scripts/hello"}},
      {"logpush", "legacy", "set-setting", "logpush", true, {"PATCH /workers/scripts/legacy/script-settings"}},
      {"observability",
       "hello",
       "set-setting",
       "observability",
       {{"enabled", false}},
       {"PATCH /workers/scripts/hello/script-settings"}},
      {"tags",
       "shop",
       "set-setting",
       "tags",
       JsonArray{"plumbline=test/default", "other"},
       {"PATCH /workers/scripts/shop/script-settings"}},
      {"subdomain.enabled",
       "hello",
       "set-setting",
       "subdomain",
       {{"enabled", false}, {"previews_enabled", false}},
       {"POST /workers/scripts/hello/subdomain"}},
  };
}

void make(const Edit& edit, const Workspace& workspace) {
  workspace.simulator().edit(edit.worker, edit.action, edit.name, edit.value);
}

/// What the next apply writes, after which the plan is empty.
Calls healed_by(const Workspace& workspace) {
  workspace.simulator().clear_requests();
  workspace.apply();
  auto writes = to_strings(writes_of(workspace.simulator().requests()));
  CHECK(workspace.plan().at("applyable") == false);
  return writes;
}

}  // namespace

TEST_CASE("each edit behind Plumbline's back is found and healed by the least call") {
  const Workspace workspace;
  workspace.install_examples();
  workspace.apply();
  for (const auto& edit : edits()) {
    CAPTURE(edit.what);
    make(edit, workspace);
    const auto plan = workspace.run_on_manifests("plan");
    CHECK_MESSAGE(plan.out.contains(edit.what), plan.out);
    CHECK(plan.out.contains("Drift since the last apply:\n"));
    CHECK(plan.out.contains("Plan: 0 to add, 1 to change, 0 to destroy.\n"));
    CHECK(healed_by(workspace) == edit.heals);
  }
}

TEST_CASE("each edit is found and healed without a journal too") {
  const Workspace workspace;
  workspace.install_examples();
  workspace.apply();
  for (const auto& edit : edits()) {
    CAPTURE(edit.what);
    make(edit, workspace);
    workspace.forget_journal();
    workspace.simulator().clear_requests();
    workspace.apply();
    const auto writes = to_strings(writes_of(workspace.simulator().requests()));
    CHECK(writes == edit.heals);
    workspace.forget_journal();
    CHECK(workspace.plan().at("applyable") == false);
  }
}

TEST_CASE("a deleted Worker is made again") {
  const Workspace workspace;
  workspace.install_examples();
  workspace.apply();
  workspace.simulator().edit("hello", "delete-worker");
  CHECK(healed_by(workspace) == Calls{"PUT /workers/scripts/hello", "POST /workers/scripts/hello/subdomain"});
}

TEST_CASE("drift is told with who made it, and in JSON by its parts without values") {
  const Workspace workspace;
  write_worker(workspace.manifests(), "site", "  bindings: {CURRENCY: {type: plain_text, text: EUR}}\n");
  workspace.apply();
  workspace.simulator().edit("site", "set-var", "CURRENCY", "USD");
  const auto text = workspace.run_on_manifests("plan").out;
  CHECK(text.contains("binding CURRENCY \"EUR\" -> \"USD\" (edited in the dashboard by user@example.com, 20"));
  CHECK(text.contains("  An apply overwrites these edits.\n"));
  CHECK(text.contains("~ binding CURRENCY         \"USD\" -> \"EUR\"\n"));
  const auto plan = workspace.plan();
  const auto& drift = plan.at("resource_drift").as_array();
  REQUIRE(drift.size() == 1);
  CHECK(string_member(drift[0], "address") == "worker.site");
  CHECK(string_member(drift[0], "changed_by") == "dash");
  CHECK(string_member(drift[0], "author") == "user@example.com");
  CHECK(drift[0].at("parts") == JsonArray{"binding CURRENCY"});
}

TEST_CASE("a part that the manifest does not mention is no drift") {
  const Workspace workspace;
  workspace.install_examples();
  workspace.apply();
  workspace.simulator().edit("hello", "set-var", "BY_HAND", "1");
  workspace.simulator().edit("hello", "set-secret", "TOKEN_BY_HAND", Json(canary("by-hand")));
  workspace.simulator().edit("hello", "set-setting", "logpush", true);
  workspace.simulator().edit("legacy", "set-cron", {}, "*/5 * * * *");
  CHECK(healed_by(workspace).empty());
}

TEST_CASE(
    "cron triggers come and go with one call each time, and those of the dashboard are healed where a manifest names "
    "them") {
  const Workspace workspace;
  write_worker(workspace.manifests(), "timer", "  schedules: [\"*/5 * * * *\", \"0 0 * * MON\"]\n");
  workspace.apply();
  CHECK(to_strings(writes_of(workspace.simulator().requests())) ==
        std::vector<std::string>{"PUT /workers/scripts/timer", "PUT /workers/scripts/timer/schedules"});
  CHECK(workspace.plan().at("applyable") == false);

  workspace.simulator().edit("timer", "set-cron", {}, "1 2 3 * *");
  CHECK(healed_by(workspace) == std::vector<std::string>{"PUT /workers/scripts/timer/schedules"});
  CHECK(workspace.plan().at("applyable") == false);

  replace_in_file(workspace.manifests() / "timer.yaml", "[\"*/5 * * * *\", \"0 0 * * MON\"]", "[]");
  const auto planned = workspace.run_on_manifests("plan");
  CHECK(planned.out.contains("- schedule */5 * * * *"));
  CHECK(healed_by(workspace) == std::vector<std::string>{"PUT /workers/scripts/timer/schedules"});
}

TEST_CASE("a gradual rollout of somebody else is not run over") {
  const Workspace workspace;
  workspace.install_examples();
  workspace.apply();
  workspace.simulator().edit("shop", "set-var", "CURRENCY", "USD");
  workspace.simulator().edit("shop", "split", {}, 10);
  workspace.simulator().clear_requests();
  for (const bool with_journal : {true, false}) {
    if (!with_journal) workspace.forget_journal();
    const auto finished = workspace.run_on_manifests("apply", {"--yes"});
    CHECK(finished.exit_code == 1);
    CHECK(finished.err.contains("worker.shop: blocked (ForeignRollout)"));
    CHECK(writes_of(workspace.simulator().requests()).empty());
  }
}

TEST_CASE("a gradual rollout of two versions of ours is not run over, with the beta API and without it") {
  for (const std::string_view beta : {"yes", "no"}) {
    CAPTURE(beta);
    const Workspace workspace({"--semantics", "beta_workers=" + std::string(beta)});
    write_worker(workspace.manifests(), "cart", "  bindings: {TEXT: {type: plain_text, text: one}}\n");
    workspace.apply();
    write_worker(workspace.manifests(), "cart", "  bindings: {TEXT: {type: plain_text, text: two}}\n");
    workspace.apply();
    workspace.simulator().edit("cart", "split", {}, 50);
    for (const bool with_journal : {true, false}) {
      if (!with_journal) workspace.forget_journal();
      write_worker(workspace.manifests(), "cart",
                   "  logpush: true\n  bindings: {TEXT: {type: plain_text, text: two}}\n");
      const auto plan = workspace.plan();
      REQUIRE(plan.at("blocked").as_array().size() == 1);
      CHECK(string_member(plan.at("blocked").at(0), "reason") == "ForeignRollout");
    }
  }
}

namespace {

/// The examples with a second version of shop, from which somebody went back to the first.
void install_rollback(const Workspace& workspace) {
  workspace.install_examples();
  workspace.apply();
  replace_in_file(workspace.manifests() / "shop/worker.yaml", "text: EUR", "text: USD");
  workspace.apply();
  workspace.simulator().edit("shop", "rollback");
}

void check_blocked_by_rollback(const Workspace& workspace) {
  workspace.simulator().clear_requests();
  const auto finished = workspace.run_on_manifests("apply", {"--yes"});
  CHECK(finished.exit_code == 1);
  CHECK(finished.err.contains("worker.shop: blocked (RolledBack)"));
  CHECK(writes_of(workspace.simulator().requests()).empty());
}

}  // namespace

TEST_CASE("a rollback by somebody stays until the manifest changes") {
  const Workspace workspace;
  install_rollback(workspace);
  check_blocked_by_rollback(workspace);
  replace_in_file(workspace.manifests() / "shop/worker.yaml", "text: USD", "text: CHF");
  workspace.apply();
  CHECK(string_member(workspace.simulator().binding("shop", "CURRENCY").at("fields"), "text") == "CHF");
  CHECK(workspace.plan().at("applyable") == false);
}

namespace {

std::string live_text(const Workspace& workspace, std::string_view worker, std::string_view binding) {
  return std::string(string_member(workspace.simulator().binding(worker, binding).at("fields"), "text"));
}

std::string shop_of(std::string_view text) {
  return "  bindings:\n    CART: {type: service, service: cart}\n    TEXT: {type: plain_text, text: " +
         std::string(text) + "}\n";
}

}  // namespace

TEST_CASE("a Worker that is live and held back does not hold back those that bind it") {
  for (const std::string_view held : {"rolled back", "split"}) {
    CAPTURE(held);
    const Workspace workspace;
    write_worker(workspace.manifests(), "cart", "  bindings: {TEXT: {type: plain_text, text: one}}\n");
    write_worker(workspace.manifests(), "shop", shop_of("one"));
    workspace.apply();
    write_worker(workspace.manifests(), "cart", "  bindings: {TEXT: {type: plain_text, text: two}}\n");
    workspace.apply();
    if (held == "rolled back") workspace.simulator().edit("cart", "rollback");
    if (held == "split") {
      workspace.simulator().edit("cart", "set-var", "TEXT", "by hand");
      workspace.simulator().edit("cart", "split", {}, 50);
    }
    write_worker(workspace.manifests(), "shop", shop_of("two"));
    const auto plan = workspace.plan();
    REQUIRE(plan.at("blocked").as_array().size() == 1);
    CHECK(string_member(plan.at("blocked").at(0), "address") == "worker.cart");
    const auto applied = workspace.run_on_manifests("apply", {"--yes"});
    CHECK(applied.exit_code == 1);
    CHECK(applied.out.contains("1 changed"));
    CHECK(live_text(workspace, "shop", "TEXT") == "two");
  }
}

TEST_CASE("who needs a Worker that cannot be made is shown waiting, by the plan and by the apply") {
  const Workspace workspace;
  write_worker(workspace.manifests(), "cart", "  secrets: {KEY: {}}\n");
  write_worker(workspace.manifests(), "shop", shop_of("one"));
  const auto plan = workspace.plan();
  CHECK(plan.at("applyable") == false);
  REQUIRE(plan.at("blocked").as_array().size() == 2);
  CHECK(string_member(plan.at("blocked").at(1), "address") == "worker.shop");
  CHECK(string_member(plan.at("blocked").at(1), "reason") == "DependencyNotReady");
  for (const auto& change : plan.at("resource_changes").as_array()) {
    const auto waits = string_member(change, "name") == "shop" ? JsonArray{"worker.cart"} : JsonArray();
    CHECK(equal(change.at("waits_for"), waits));
  }
  const auto applied = workspace.run_on_manifests("apply", {"--yes"});
  CHECK(applied.exit_code == 1);
  CHECK(applied.out.contains("* waits for worker.cart"));
  CHECK(applied.out.contains("blocked (DependencyNotReady): it needs worker.cart"));

  write_worker(workspace.manifests(), "cart");
  CHECK(workspace.run_on_manifests("plan").out.contains("* waits for worker.cart"));
  workspace.apply();
  CHECK(workspace.plan().at("applyable") == false);
}

TEST_CASE("without a journal a rollback is noticed where something is to be written, and elsewhere it is said") {
  const Workspace workspace;
  install_rollback(workspace);
  workspace.forget_journal();
  const auto quiet = workspace.run_on_manifests("plan");
  CHECK(quiet.out.contains("A rollback was not looked for in"));
  workspace.forget_journal();
  workspace.simulator().edit("shop", "set-setting", "logpush", true);
  replace_in_file(workspace.manifests() / "shop/worker.yaml", "spec:\n", "spec:\n  logpush: false\n");
  check_blocked_by_rollback(workspace);
}

}  // namespace plumbline::testing
