#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "base/json.h"
#include "tests/support/canary.h"
#include "tests/support/files.h"
#include "tests/support/workspace.h"

/// `plumbline api` with the real program against the simulator.
namespace plumbline::testing {

namespace fs = std::filesystem;

namespace {

/// Calls operations one after the other, and keeps which ones succeeded.
class Caller {
 public:
  explicit Caller(const Workspace& workspace) : workspace_(workspace) {}

  /// The result of a call that must succeed.
  Json call(const std::string& operation, std::vector<std::string> words = {}) {
    return *parse_json(text(operation, std::move(words)));
  }

  /// Its output as it stands.
  std::string text(const std::string& operation, std::vector<std::string> words = {}) {
    words.insert(words.begin(), {"api", operation});
    const auto finished = workspace_.run(words);
    CAPTURE(operation);
    CAPTURE(finished.err);
    REQUIRE(finished.exit_code == 0);
    called_.insert(operation);
    return finished.out;
  }

  /// A file for a body or a part.
  [[nodiscard]] std::string file(const std::string& name, std::string_view bytes) const {
    const auto path = workspace_.folder() / "secrets/bodies" / name;
    write_file(path, bytes);
    return path.string();
  }

  /// The words of a body.
  [[nodiscard]] std::vector<std::string> body(std::vector<std::string> words, std::string_view json) const {
    words.insert(words.end(), {"--body", file("body.json", json)});
    return words;
  }

  [[nodiscard]] const std::set<std::string>& called() const { return called_; }

 private:
  const Workspace& workspace_;
  std::set<std::string> called_;
};

std::string id_of(const Json& object, std::string_view key = "id") {
  return std::string(string_member(object, key));
}

const Json& first(const Json& list) {
  REQUIRE(list.is_array());
  REQUIRE_FALSE(list.get_array().empty());
  return list.get_array().front();
}

// The parameters of calls about the Worker `shop`, and further words.
std::vector<std::string> shop(const std::vector<std::string>& more = {}) {
  std::vector<std::string> words{"script_name=shop"};
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

void call_uploads(Caller& api) {
  const auto metadata = api.file("metadata.json", R"({"main_module":"index.js","compatibility_date":"2026-10-01"})");
  const auto module = api.file("index.js", "export default { fetch() { return new Response('hi'); } };\n");
  const std::vector<std::string> parts{"--part", "metadata=" + metadata, "--part", "index.js=" + module};
  CHECK(id_of(api.call("upload_script", shop(parts))) == "shop");
  CHECK(id_of(api.call("upload_script_raw", {"script_name=old", "--body",
                                             api.file("old.js", "addEventListener('fetch', () => {})")})) == "old");
  CHECK(api.text("download_script", {"script_name=old"}) == "addEventListener('fetch', () => {})");
  CHECK(api.text("get_content", shop()).contains("new Response('hi')"));
  CHECK(id_of(api.call("put_content", shop(parts))) == "shop");
}

void call_settings(Caller& api) {
  CHECK(api.call("list_scripts").get_array().size() == 2);
  CHECK(id_of(first(api.call("search_scripts", {"--query", "name=shop"})), "script_name") == "shop");
  const auto settings = api.file("settings.json", R"({"logpush":false})");
  api.call("patch_settings", shop({"--part", "settings=" + settings}));
  CHECK(string_member(api.call("get_settings", shop()), "compatibility_date") == "2026-10-01");
  api.call("patch_script_settings", api.body(shop(), R"({"tags":["team-edge"]})"));
  CHECK(member(api.call("get_script_settings", shop()), "tags")->get_array().size() == 1);
  api.call("put_usage_model", api.body(shop(), R"({"usage_model":"standard"})"));
  CHECK(string_member(api.call("get_usage_model", shop()), "usage_model") == "standard");
}

void call_secrets(Caller& api) {
  const auto secret = canary("api-secret");
  const auto one = fmt::format(R"({{"name":"KEY","text":"{}","type":"secret_text"}})", secret);
  CHECK(id_of(api.call("put_secret", api.body(shop(), one)), "name") == "KEY");
  api.call(
      "put_secrets_bulk",
      api.body(shop(), fmt::format(R"({{"secrets":{{"OTHER":{}}}}})",
                                   fmt::format(R"({{"name":"OTHER","text":"{}","type":"secret_text"}})", secret))));
  CHECK(api.call("list_secrets", shop()).get_array().size() == 2);
  CHECK(id_of(api.call("get_secret", shop({"secret_name=KEY"})), "type") == "secret_text");
  api.call("delete_secret", shop({"secret_name=KEY", "--query", "url_encoded=true"}));
}

void call_versions(Caller& api) {
  const auto metadata = api.file("metadata.json", R"({"main_module":"index.js"})");
  const auto module = api.file("index.js", "export default {};\n");
  api.call("create_version", shop({"--part", "metadata=" + metadata, "--part", "index.js=" + module}));
  const auto versions = api.call("list_versions", shop({"--query", "deployable=true"}));
  const auto version = id_of(first(*member(versions, "items")));
  CHECK(id_of(api.call("get_version", shop({"version_id=" + version}))) == version);
  api.call(
      "create_deployment",
      api.body(shop(), fmt::format(R"({{"strategy":"percentage","versions":[{{"version_id":"{}","percentage":100}}]}})",
                                   version)));
  const auto deployments = api.call("list_deployments", shop());
  CHECK(id_of(first(*member(first(*member(deployments, "deployments")), "versions")), "version_id") == version);
}

void call_exposure(Caller& api) {
  api.call("delete_account_subdomain");
  api.call("put_account_subdomain", api.body({}, R"({"subdomain":"plumb"})"));
  CHECK(string_member(api.call("get_account_subdomain"), "subdomain") == "plumb");
  api.call("post_subdomain", api.body(shop(), R"({"enabled":true})"));
  CHECK(bool_member(api.call("get_subdomain", shop()), "enabled") == true);
  CHECK(bool_member(api.call("delete_subdomain", shop()), "enabled") == false);
  api.call("put_schedules", api.body(shop(), R"([{"cron":"*/5 * * * *"}])"));
  CHECK(member(api.call("get_schedules", shop()), "schedules")->get_array().size() == 1);
  const auto worker = id_of(first(api.call("list_beta_workers")));
  CHECK(id_of(api.call("get_beta_worker", {"worker_id=" + worker})) == worker);
  const auto version = id_of(first(api.call("list_beta_versions", {"worker_id=" + worker})));
  CHECK(id_of(api.call("get_beta_version", {"worker_id=" + worker, "version_id=" + version})) == version);
}

void call_zones(Caller& api) {
  const auto zone = "zone_id=" + id_of(first(api.call("list_zones", {"--query", "name=example.com"})));
  const auto route =
      "route_id=" + id_of(api.call("create_route", api.body({zone}, R"({"pattern":"example.com/*","script":"shop"})")));
  CHECK(string_member(api.call("get_route", {zone, route}), "script") == "shop");
  api.call("update_route", api.body({zone, route}, R"({"pattern":"example.com/a*","script":"shop"})"));
  CHECK(string_member(first(api.call("list_routes", {zone})), "pattern") == "example.com/a*");
  api.call("delete_route", {zone, route});
  const auto put = api.call("put_domain", api.body({}, fmt::format(R"({{"hostname":"shop.example.com","service":"shop",
                                                                     "environment":"production","zone_id":"{}"}})",
                                                                   zone.substr(zone.find('=') + 1))));
  const auto domain = "domain_id=" + id_of(put);
  CHECK(api.call("list_domains").get_array().size() == 1);
  CHECK(string_member(api.call("get_domain", {domain}), "hostname") == "shop.example.com");
  api.call("delete_domain", {domain});
  api.call("put_zone_script", {zone, "--body", api.file("zone.js", "addEventListener('fetch', () => {})")});
  CHECK(api.text("download_zone_script", {zone}) == "addEventListener('fetch', () => {})");
  const auto filter =
      "filter_id=" +
      id_of(api.call("create_filter", api.body({zone}, R"({"pattern":"example.com/b*","enabled":true})")));
  api.call("update_filter", api.body({zone, filter}, R"({"pattern":"example.com/b*","enabled":false})"));
  CHECK(bool_member(first(api.call("list_filters", {zone})), "enabled") == false);
  api.call("delete_filter", {zone, filter});
  api.call("delete_zone_script", {zone});
}

void call_resources(Caller& api, const Workspace& workspace) {
  // No operation of the table makes queues.
  workspace.simulator().call("POST", "/queues", {{"queue_name", "orders"}});
  const auto queue = "queue_id=" + id_of(first(api.call("list_queues")), "queue_id");
  const auto made =
      api.call("create_queue_consumer",
               api.body({queue}, R"({"type":"worker","script_name":"shop","settings":{"batch_size":10}})"));
  const auto consumer = "consumer_id=" + id_of(made, "consumer_id");
  api.call("update_queue_consumer",
           api.body({queue, consumer}, R"({"type":"worker","script_name":"shop","settings":{"batch_size":5}})"));
  CHECK(api.call("list_queue_consumers", {queue}).get_array().size() == 1);
  api.call("delete_queue_consumer", {queue, consumer});
  const std::vector<std::string> workflow{"workflow_name=fulfil"};
  api.call("put_workflow", api.body(workflow, R"({"script_name":"shop","class_name":"Fulfil"})"));
  CHECK(string_member(api.call("get_workflow", workflow), "class_name") == "Fulfil");
  CHECK(string_member(first(api.call("list_workflows")), "script_name") == "shop");
  for (const auto* list :
       {"list_kv_namespaces", "list_d1_databases", "list_hyperdrive_configs", "list_durable_object_namespaces"}) {
    CHECK(api.call(list).is_array());
  }
}

void call_assets(Caller& api) {
  constexpr auto* kHash = "0123456789abcdef0123456789abcdef";
  const auto token = fs::path(api.file("unused", "")).parent_path() / "jwt";
  auto words = api.body(shop(), fmt::format(R"({{"manifest":{{"/index.html":{{"hash":"{}","size":2}}}}}})", kHash));
  words.insert(words.end(), {"--save-jwt", token.string()});
  const auto session = api.call("create_assets_session", words);
  CHECK(string_member(session, "jwt") == "(redacted)");
  CHECK((fs::status(token).permissions() & fs::perms::all) == (fs::perms::owner_read | fs::perms::owner_write));
  const auto completion = token.string() + "-done";
  const auto asset = api.file("asset", "aGk=");
  const auto done = api.call("upload_assets", {"--part", fmt::format("{}={};type=text/html", kHash, asset), "--query",
                                               "base64=true", "--jwt", token.string(), "--save-jwt", completion});
  CHECK(string_member(done, "jwt") == "(redacted)");
  CHECK_FALSE(read_file(completion).empty());
}

std::set<std::string> operations_of(const Workspace& workspace) {
  const auto list = parse_json(workspace.run({"api", "--list", "--output", "json"}).out);
  std::set<std::string> names;
  for (const auto& operation : list->as_array()) names.insert(id_of(operation, "name"));
  return names;
}

}  // namespace

TEST_CASE("the table of operations tells what drives the client") {
  const Workspace workspace;
  const auto listed = workspace.run({"api", "--list"});
  CHECK(listed.exit_code == 0);
  CHECK(listed.out.starts_with("NAME "));
  const auto list = parse_json(workspace.run({"api", "--list", "--output", "json"}).out);
  REQUIRE(list);
  CHECK(list->as_array().size() + 1 == static_cast<std::size_t>(std::ranges::count(listed.out, '\n')));
  for (const auto& operation : list->as_array()) {
    CHECK(listed.out.contains(string_member(operation, "path")));
    if (string_member(operation, "name") != "upload_script") continue;
    CHECK(to_text(operation) ==
          R"({"name":"upload_script","method":"PUT","path":"/accounts/{account_id}/workers/scripts/{script_name}",)"
          R"("body":"multipart","idempotent":false,"success":"object","error":"envelope",)"
          R"("source":"Workers Scripts: Upload"})");
  }
}

TEST_CASE("the columns of the list of operations do not touch") {
  const Workspace workspace;
  const auto listed = workspace.run({"api", "--list"});
  REQUIRE(listed.exit_code == 0);
  std::istringstream lines(listed.out);
  std::string heading;
  std::getline(lines, heading);
  std::vector<std::size_t> begins;  // of each column but the first
  for (const auto* name : {"METHOD", "PATH", "BODY", "IDEMPOTENT", "SUCCESS", "ERROR", "SOURCE"}) {
    begins.push_back(heading.find(name));
  }
  for (std::string line; std::getline(lines, line);) {
    CAPTURE(line);
    for (const auto begin : begins) CHECK(line.substr(begin - 2, 2) == "  ");
    CHECK(line.back() != ' ');
  }
}

TEST_CASE("every operation of the table is answered by the simulator") {
  // Filters want a key and the verification of a token a token: so that one account does for both.
  Workspace workspace({"--semantics", "legacy_tokens=yes"});
  Caller api(workspace);
  call_uploads(api);
  call_settings(api);
  call_secrets(api);
  call_versions(api);
  call_exposure(api);
  call_zones(api);
  call_resources(api, workspace);
  call_assets(api);
  CHECK(string_member(api.call("verify_user_token"), "status") == "active");
  workspace.set_variable("CLOUDFLARE_API_TOKEN", "cfat_" + canary("account-token"));
  CHECK(string_member(api.call("verify_account_token"), "status") == "active");
  api.call("delete_script", {"script_name=shop", "--query", "force=true"});
  CHECK(api.called() == operations_of(workspace));
}

TEST_CASE("an error of the API is typed and ends with 1") {
  const Workspace workspace;
  const auto missing = workspace.run({"api", "get_settings", "script_name=nobody"});
  CHECK(missing.exit_code == 1);
  CHECK(missing.out.empty());
  CHECK(
      missing.err.starts_with("plumbline api: not_found: GET "
                              "/accounts/{account_id}/workers/scripts/{script_name}/settings: HTTP 404: "));
  CHECK(missing.err.contains("[code 10007]"));
  workspace.simulator().add_fault({{"match", JsonObject{{"method", "GET"}, {"path", "/workers/scripts$"}}},
                                   {"times", 1},
                                   {"fault", "status"},
                                   {"status", 403},
                                   {"code", 10000},
                                   {"message", "Authentication error"},
                                   {"headers", JsonObject{{"cf-ray", "8f00-AMS"}}}});
  const auto refused = workspace.run({"api", "list_scripts", "--output", "json"});
  CHECK(refused.exit_code == 1);
  CHECK(refused.err ==
        "plumbline api: forbidden: GET /accounts/{account_id}/workers/scripts: HTTP 403: Authentication error [code "
        "10000] [ray 8f00-AMS]\n");
  CHECK(to_text(*parse_json(refused.out)) ==
        R"({"errored":true,"kind":"forbidden","operation":"list_scripts",)"
        R"("endpoint":"GET /accounts/{account_id}/workers/scripts","status":403,"code":10000,)"
        R"("message":"Authentication error","pointer":"","documentation_url":"","cf_ray":"8f00-AMS"})");
}

TEST_CASE("a call is repeated like every other, and a write whose answer is lost is not") {
  const Workspace workspace;
  workspace.simulator().add_fault({{"match", JsonObject{{"method", "GET"}, {"path", "/workers/scripts$"}}},
                                   {"times", 1},
                                   {"fault", "status"},
                                   {"status", 503}});
  CHECK(workspace.run({"api", "list_scripts"}).out == "[]\n");
  CHECK(count(workspace.simulator().requests(), "GET", "/workers/scripts") == 2);
  workspace.simulator().add_fault(
      {{"match", JsonObject{{"method", "POST"}, {"path", "/routes$"}}}, {"times", 1}, {"fault", "reset-after"}});
  const auto body = workspace.folder() / "route.json";
  write_file(body, R"({"pattern":"example.com/*"})");
  const auto zones = parse_json(workspace.run({"api", "list_zones"}).out);
  const auto zone = "zone_id=" + id_of(first(*zones));
  const auto lost = workspace.run({"api", "create_route", zone, "--body", body.string()});
  CHECK(lost.exit_code == 1);
  CHECK(lost.err.starts_with("plumbline api: lost_answer: POST /zones/{zone_id}/workers/routes: "));
  CHECK(parse_json(workspace.run({"api", "list_routes", zone}).out)->as_array().size() == 1);
}

TEST_CASE("wrong words end with 64 and missing credentials with 78, before anything is sent") {
  Workspace workspace;
  const std::vector<std::vector<std::string>> lines{{"api"},
                                                    {"api", "no_such_operation"},
                                                    {"api", "get_settings"},
                                                    {"api", "get_settings", "worker=w"},
                                                    {"api", "list_scripts", "--body", "/dev/null"},
                                                    {"api", "list_scripts", "--header", "Authorization=x"},
                                                    {"api", "put_secret", "script_name=w", "--body", "gone"}};
  for (const auto& line : lines) {
    const auto finished = workspace.run(line);
    CAPTURE(finished.err);
    CHECK(finished.exit_code == 64);
    CHECK(finished.out.empty());
    CHECK(finished.err.starts_with("plumbline api: "));
  }
  workspace.set_variable("CLOUDFLARE_ACCOUNT_ID", "");
  const auto nowhere = workspace.run({"api", "list_scripts"});
  CHECK(nowhere.exit_code == 78);
  CHECK(nowhere.err.contains("CLOUDFLARE_ACCOUNT_ID is not set"));
  CHECK(workspace.run({"api", "list_zones"}).exit_code == 0);
  workspace.set_variable("CLOUDFLARE_API_TOKEN", "");
  CHECK(workspace.run({"api", "list_zones"}).exit_code == 78);
  CHECK(workspace.simulator().requests().size() == 1);
}

TEST_CASE("an account of a configuration is called with its own credentials") {
  Workspace workspace;
  const auto& simulator = workspace.simulator();
  const auto config = workspace.folder() / "plumbline.yaml";
  write_file(config, fmt::format("apiVersion: plumbline.dev/v1beta1\n"
                                 "kind: Config\n"
                                 "instance: test\n"
                                 "accounts:\n"
                                 "  lab:\n"
                                 "    account_id: {}\n"
                                 "    api_base_url: {}\n"
                                 "    api_token: {{file: {}}}\n"
                                 "journal: {{path: {}}}\n"
                                 "sources:\n"
                                 "  shop: {{repository: manifests, account: lab, policy: report}}\n",
                                 simulator.account_id(), simulator.api_base_url(), workspace.token_file().string(),
                                 (workspace.folder() / "journal.db").string()));
  workspace.set_variable("CLOUDFLARE_API_TOKEN", "");
  const auto called = workspace.run({"api", "list_scripts", "--config", config.string(), "--account", "lab"});
  CAPTURE(called.err);
  CHECK(called.exit_code == 0);
  CHECK(called.out == "[]\n");
  const auto unknown = workspace.run({"api", "list_scripts", "--config", config.string(), "--account", "x"});
  CHECK(unknown.exit_code == 78);
  CHECK(unknown.err.contains("has no account \"x\"; known are lab"));
}

TEST_CASE("a page of a list says that there are more") {
  const Workspace workspace(
      {"--zone", "a.example=00000000000000000000000000000001", "--zone", "b.example=00000000000000000000000000000002"});
  const auto page = workspace.run({"api", "list_zones", "--query", "per_page=1"});
  CHECK(page.exit_code == 0);
  CHECK(page.err.starts_with("plumbline api: this page has 1 of "));
  CHECK(workspace.run({"api", "list_zones"}).err.empty());
}

}  // namespace plumbline::testing
