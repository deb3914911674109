#include <doctest/doctest.h>

#include <regex>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "tests/support/canary.h"
#include "tests/support/files.h"
#include "tests/support/workspace.h"

/// What people do in the dashboard while git says something else: each edit is found, told, and put right by the fewest
/// calls, or kept where the manifest does not speak of it. The Worker `full` states all that a manifest can state.
namespace plumbline::testing {

namespace {

using Calls = std::vector<std::string>;

constexpr std::string_view kFull = R"(  compatibility_flags: [nodejs_compat]
  bindings:
    VAR: {type: plain_text, text: from git}
    DATA: {type: json, json: {a: 1}}
    SINK: {type: service, service: sink}
  secrets: {KEY: key}
  secrets_policy: exact
  observability: {enabled: true, head_sampling_rate: 0.5}
  logpush: true
  tail_consumers: [{service: sink}]
  tags: [team]
  limits: {cpu_ms: 50}
  placement: {mode: smart}
  schedules: ["*/5 * * * *", "0 0 * * MON"]
  subdomain: {enabled: true, previews_enabled: false}
  routes:
    - {pattern: full.example.com/*, zone: example.com}
    - {pattern: example.com/full*, zone: example.com}
  domains: [www.example.com]
)";

struct Stage {
  Stage() {
    write_worker(workspace.manifests(), "sink");
    write_worker(workspace.manifests(), "full", std::string(kFull));
    workspace.write_secret("key", "a value");
    workspace.apply();
    REQUIRE(workspace.plan().at("applyable") == false);
  }

  Workspace workspace;
};

struct Edit {
  std::string_view told;  ///< a line of the plan holds this
  std::string_view action;
  std::string_view name;
  Json value;
  Calls heals;
};

const Calls& patch() {
  static const Calls calls{"PATCH /workers/scripts/full/settings"};
  return calls;
}

const Calls& patch_script() {
  static const Calls calls{"PATCH /workers/scripts/full/script-settings"};
  return calls;
}

std::vector<Edit> edits() {
  const Calls upload{"PUT /workers/scripts/full"};
  const Calls subdomain{"POST /workers/scripts/full/subdomain"};
  const Calls schedules{"PUT /workers/scripts/full/schedules"};
  return {
      {"~ binding VAR", "set-var", "VAR", "by hand", patch()},
      {"~ binding VAR", "set-var", "VAR", JsonObject{{"now", "an object"}}, patch()},
      {"~ binding DATA", "set-var", "DATA", JsonObject{{"a", 2}}, patch()},
      {"- binding EXTRA", "set-var", "EXTRA", "by hand", patch()},
      {"? secret KEY", "set-secret", "KEY", Json(canary("by-hand")), patch()},
      {"+ secret KEY", "delete-secret", "KEY", nullptr, patch()},
      {"- secret OTHER",
       "set-secret",
       "OTHER",
       Json(canary("other")),
       {"DELETE /workers/scripts/full/secrets/OTHER", "PATCH /workers/scripts/full/settings"}},
      {"~ compatibility_date", "set-setting", "compatibility_date", "2026-01-01", patch()},
      {"+ compatibility_flags", "set-setting", "compatibility_flags", JsonArray(), patch()},
      {"~ compatibility_flags", "set-setting", "compatibility_flags", JsonArray{"nodejs_compat", "nodejs_als"},
       patch()},
      {"+ placement.mode", "set-setting", "placement", JsonObject(), patch()},
      {"~ limits.cpu_ms", "set-setting", "limits", JsonObject{{"cpu_ms", 10}}, patch()},
      {"+ logpush", "set-setting", "logpush", false, patch_script()},
      {"+ observability.enabled", "set-setting", "observability", JsonObject{{"enabled", false}}, patch_script()},
      {"~ observability.head_sampling_rate", "set-setting", "observability",
       JsonObject{{"enabled", true}, {"head_sampling_rate", 1}}, patch_script()},
      {"+ tail_consumers", "set-setting", "tail_consumers", JsonArray(), patch_script()},
      {"~ tags", "set-setting", "tags", JsonArray{"plumbline=test/default", "another"}, patch_script()},
      {"+ ownership", "set-setting", "tags", JsonArray{"team"}, patch_script()},
      {"~ subdomain.enabled", "set-setting", "subdomain", JsonObject{{"enabled", false}, {"previews_enabled", false}},
       subdomain},
      {"~ subdomain.previews_enabled", "set-setting", "subdomain",
       JsonObject{{"enabled", true}, {"previews_enabled", true}}, subdomain},
      {"- schedule 1 2 3 * *", "set-cron", "", JsonArray{"*/5 * * * *", "0 0 * * MON", "1 2 3 * *"}, schedules},
      {"+ schedule 0 0 * * MON", "set-cron", "", JsonArray{"*/5 * * * *"}, schedules},
      {"+ schedule */5 * * * *", "set-cron", "", JsonArray(), schedules},
      {"+ route.full.example.com/*", "delete-route", "", "full.example.com/*", {"POST /zones/ID/workers/routes"}},
      {"- route.more.example.com/*", "add-route", "", "more.example.com/*", {"DELETE /zones/ID/workers/routes/ID"}},
      {"~ module full.js", "edit-code", "", "export default { fetch() { return new Response('edited'); } };", upload},
      {"+ worker.full",
       "delete-worker",
       "",
       nullptr,
       {"PUT /workers/scripts/full", "POST /workers/scripts/full/subdomain", "PUT /workers/scripts/full/schedules",
        "POST /zones/ID/workers/routes", "POST /zones/ID/workers/routes", "PUT /workers/domains"}},
  };
}

std::string plan_text(const Workspace& workspace) {
  const auto planned = workspace.run_on_manifests("plan", {"--policy", "sync"});
  CHECK(planned.exit_code == 0);
  return planned.out;
}

/// What the next apply writes, after which the plan is empty; every id is `ID`.
Calls healed_by(const Workspace& workspace) {
  static const std::regex ids("[0-9a-f]{32}");
  workspace.simulator().clear_requests();
  workspace.apply({"--policy", "sync"});
  auto writes = to_strings(writes_of(workspace.simulator().requests()));
  for (auto& write : writes) write = std::regex_replace(write, ids, "ID");
  CHECK(workspace.plan().at("applyable") == false);
  return writes;
}

void check_each_is_healed(const Stage& stage, bool with_journal) {
  for (const auto& edit : edits()) {
    CAPTURE(edit.told);
    CAPTURE(edit.name);
    stage.workspace.simulator().edit("full", edit.action, edit.name, edit.value);
    if (!with_journal) stage.workspace.forget_journal();
    const auto text = plan_text(stage.workspace);
    CHECK_MESSAGE(text.contains(edit.told), text);
    if (with_journal && edit.action != "delete-worker") CHECK(text.contains("Drift since the last apply:\n"));
    CHECK(healed_by(stage.workspace) == edit.heals);
  }
}

/// What a person does at the routes or the domains of the account, through the API.
void edit_by_api(const Workspace& workspace, std::vector<std::string> arguments, const Json& body = nullptr) {
  if (!body.is_null()) {
    const auto file = workspace.folder() / "body.json";
    write_file(file, to_text(body));
    arguments.insert(arguments.end(), {"--body", file.string()});
  }
  arguments.insert(arguments.begin(), "api");
  const auto finished = workspace.run(std::move(arguments));
  REQUIRE_MESSAGE(finished.exit_code == 0, std::string(finished.out + finished.err));
}

std::string id_of(const JsonArray& list, std::string_view key, std::string_view value) {
  for (const auto& item : list) {
    if (string_member(item, key) == value) return std::string(string_member(item, "id"));
  }
  throw std::runtime_error("there is no " + std::string(value));
}

}  // namespace

TEST_CASE("each edit of what the manifest states is found, told and put right by the fewest calls") {
  check_each_is_healed(Stage(), true);
}

TEST_CASE("each edit of what the manifest states is put right by the same calls without a journal") {
  check_each_is_healed(Stage(), false);
}

TEST_CASE("what the manifest ignores is left to others, and a write for another reason leaves it too") {
  Stage stage;
  const auto& workspace = stage.workspace;
  const auto ignoring = std::string(kFull) +
                        "  ignore: [/bindings/VAR, /bindings/EXTRA, /bindings/DATA/json/a, /limits, "
                        "/observability/head_sampling_rate, /logpush]\n";
  write_worker(workspace.manifests(), "full", ignoring);
  CHECK(healed_by(workspace).empty());

  const auto edit = [&](std::string_view action, std::string_view name, const Json& value) {
    workspace.simulator().edit("full", action, name, value);
  };
  edit("set-var", "VAR", "by hand");
  edit("set-var", "EXTRA", "by hand");
  edit("set-var", "DATA", JsonObject{{"a", 2}});
  edit("set-setting", "limits", JsonObject{{"cpu_ms", 10}});
  edit("set-setting", "logpush", false);
  edit("set-setting", "observability", JsonObject{{"enabled", true}, {"head_sampling_rate", 1}});
  // Nothing attests what the secret is in a version of others: it is written, and nothing else is.
  const auto text = plan_text(workspace);
  CHECK_MESSAGE(text.contains("? secret KEY               unattested; put again\n"), text);
  CHECK_MESSAGE(!text.contains("binding"), text);
  CHECK(healed_by(workspace) == patch());
  workspace.forget_journal();
  CHECK(healed_by(workspace).empty());

  edit("set-setting", "compatibility_date", "2026-01-01");
  edit("set-setting", "observability", JsonObject{{"enabled", false}, {"head_sampling_rate", 1}});
  CHECK(healed_by(workspace) == patch());
  edit("edit-code", "", "export default { fetch() { return new Response('edited'); } };");
  CHECK(healed_by(workspace) == Calls{"PUT /workers/scripts/full"});

  const auto settings = workspace.run({"api", "get_settings", "script_name=full"});
  REQUIRE(settings.exit_code == 0);
  for (const auto* live : {R"({"name":"VAR","text":"by hand","type":"plain_text"})",
                           R"({"name":"EXTRA","text":"by hand","type":"plain_text"})",
                           R"({"json":{"a":2},"name":"DATA","type":"json"})", R"("limits":{"cpu_ms":10})",
                           R"("logpush":false)", R"("observability":{"enabled":true,"head_sampling_rate":1)"}) {
    CAPTURE(live);
    CHECK_MESSAGE(to_canonical_text(parse_json(settings.out).value()).contains(live), settings.out);
  }
}

TEST_CASE("a route or a domain that is led to another Worker is led back in place, one that is gone is made again") {
  const Stage stage;
  const auto& simulator = stage.workspace.simulator();
  const auto zone = simulator.state().at("zones").as_array().at(0);
  const auto zone_id = std::string(string_member(zone, "id"));
  const auto route = id_of(zone.at("routes").as_array(), "pattern", "example.com/full*");
  edit_by_api(stage.workspace, {"update_route", "zone_id=" + zone_id, "route_id=" + route},
              JsonObject{{"pattern", "example.com/full*"}, {"script", "sink"}});
  CHECK(plan_text(stage.workspace).contains("~ route.example.com/full*      sink -> full"));
  CHECK(healed_by(stage.workspace) == Calls{"PUT /zones/ID/workers/routes/ID"});

  const JsonObject elsewhere{
      {"hostname", "www.example.com"}, {"service", "sink"}, {"zone_id", zone_id}, {"override_existing_origin", true}};
  edit_by_api(stage.workspace, {"put_domain"}, elsewhere);
  CHECK(plan_text(stage.workspace).contains("~ domain.www.example.com       sink -> full"));
  // The manifest states no override: it is sent once the service asks for it.
  CHECK(healed_by(stage.workspace) == Calls{"PUT /workers/domains", "PUT /workers/domains"});

  const auto domains = simulator.state().at("domains").as_array();
  edit_by_api(stage.workspace, {"delete_domain", "domain_id=" + id_of(domains, "hostname", "www.example.com")});
  CHECK(plan_text(stage.workspace).contains("+ domain.www.example.com"));
  CHECK(healed_by(stage.workspace) == Calls{"PUT /workers/domains"});
}

TEST_CASE("a queue consumer or a workflow that somebody changed is put right by one call") {
  const Workspace workspace;
  const auto& simulator = workspace.simulator();
  simulator.call("POST", "/queues", {{"queue_name", "orders"}});
  write_worker(workspace.manifests(), "sink");
  write_worker(workspace.manifests(), "full",
               "  queue_consumers: [{queue: orders, batch_size: 10}]\n"
               "  workflows: [{name: fulfil, class_name: Fulfil}]\n");
  workspace.apply();
  const auto queue = simulator.state().at("resources").at("queues").as_array().at(0);
  const auto consumer = queue.at("consumers").as_array().at(0);
  const auto queue_id = "queue_id=" + std::string(string_member(queue, "queue_id"));
  const auto consumer_id = "consumer_id=" + std::string(string_member(consumer, "consumer_id"));

  edit_by_api(workspace, {"update_queue_consumer", queue_id, consumer_id},
              JsonObject{{"type", "worker"}, {"script_name", "full"}, {"settings", JsonObject{{"batch_size", 5}}}});
  CHECK(plan_text(workspace).contains("~ queue consumer orders.batch_size"));
  CHECK(healed_by(workspace) == Calls{"PUT /queues/ID/consumers/ID"});

  edit_by_api(workspace, {"delete_queue_consumer", queue_id, consumer_id});
  CHECK(plan_text(workspace).contains("+ queue consumer orders"));
  CHECK(healed_by(workspace) == Calls{"POST /queues/ID/consumers"});

  edit_by_api(workspace, {"put_workflow", "workflow_name=fulfil"},
              JsonObject{{"script_name", "full"}, {"class_name", "Another"}});
  CHECK(plan_text(workspace).contains("~ workflow fulfil"));
  CHECK(healed_by(workspace) == Calls{"PUT /workflows/fulfil"});
}

TEST_CASE("several secrets that somebody added are deleted together") {
  const Stage stage;
  for (const auto* name : {"ONE", "TWO", "THREE"}) {
    stage.workspace.simulator().edit("full", "set-secret", name, Json(canary("by-hand")));
  }
  CHECK(healed_by(stage.workspace) ==
        Calls{"PATCH /workers/scripts/full/secrets-bulk", "PATCH /workers/scripts/full/settings"});
  CHECK(stage.workspace.simulator().worker("full").at("secrets").as_array().size() == 1);
}

TEST_CASE("two edits of one Worker are put right by one call where one can do it") {
  const Stage stage;
  const auto& simulator = stage.workspace.simulator();
  simulator.edit("full", "set-var", "VAR", "by hand");
  simulator.edit("full", "set-setting", "logpush", false);
  simulator.edit("full", "set-setting", "limits", JsonObject{{"cpu_ms", 10}});
  simulator.edit("full", "set-secret", "KEY", Json(canary("by-hand")));
  CHECK(healed_by(stage.workspace) == patch());
}

TEST_CASE("what no manifest states is kept, and no plan speaks of it") {
  const Stage stage;
  const auto& simulator = stage.workspace.simulator();
  const std::vector<std::pair<std::string_view, Json>> settings{
      {"logpush", true},
      {"placement", JsonObject{{"mode", "smart"}}},
      {"limits", JsonObject{{"cpu_ms", 10}}},
      {"observability", JsonObject{{"enabled", true}}},
      {"tail_consumers", JsonArray{JsonObject{{"service", "full"}}}},
      {"compatibility_flags", JsonArray{"nodejs_compat"}},
      {"subdomain", JsonObject{{"enabled", true}, {"previews_enabled", true}}}};
  for (const auto& [name, value] : settings) {
    CAPTURE(name);
    simulator.edit("sink", "set-setting", name, value);
    CHECK(plan_text(stage.workspace).starts_with("No changes."));
  }
  simulator.edit("sink", "set-cron", "", "1 2 3 * *");
  simulator.edit("sink", "add-route", "", "sink.example.com/*");
  simulator.edit("sink", "set-var", "BY_HAND", "1");
  simulator.edit("sink", "set-secret", "TOKEN", Json(canary("by-hand")));
  CHECK(healed_by(stage.workspace).empty());

  // Nor does a new upload take any of it away.
  replace_in_file(stage.workspace.manifests() / "sink.js", "\"sink\"", "\"changed\"");
  CHECK(healed_by(stage.workspace) == Calls{"PUT /workers/scripts/sink"});
  const auto worker = simulator.worker("sink");
  CHECK(worker.at("settings").at("logpush") == true);
  CHECK(worker.at("subdomain").at("previews_enabled") == true);
  CHECK(worker.at("schedules").as_array().size() == 1);
  const auto version = simulator.latest_version("sink");
  CHECK(version.at("settings").at("limits").at("cpu_ms") == 10);
  CHECK(version.at("bindings").as_array().size() == 2);
}

}  // namespace plumbline::testing
