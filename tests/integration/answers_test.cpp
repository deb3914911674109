#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "base/json.h"
#include "tests/support/files.h"
#include "tests/support/workspace.h"

/// What an answer of the API may look like: nothing but what an operation's row says is one.
namespace plumbline::testing {

namespace {

JsonObject on(std::string_view method, std::string_view path, JsonObject fault) {
  fault["match"] = JsonObject{{"method", method}, {"path", path}};
  fault["fault"] = fault.contains("fault") ? fault.at("fault") : Json("answer");
  return fault;
}

const std::vector<std::string> kSync{"--policy", "sync", "--instance", "test"};

Finished apply_sync(const Workspace& workspace) {
  auto words = kSync;
  words.emplace_back("--yes");
  return workspace.run_on_manifests("apply", words);
}

// `hello` with an address on workers.dev.
void write_hello(const Workspace& workspace) {
  write_worker(workspace.manifests(), "hello", "  subdomain: {enabled: true, previews_enabled: false}\n");
}

}  // namespace

TEST_SUITE("answers") {
  TEST_CASE("a delete whose answer has no body is done in one call, whichever way it is told") {
    for (const std::string answer : {"id", "etag", "null", "empty"}) {
      CAPTURE(answer);
      Workspace workspace({"--semantics", "delete_answer=" + answer});
      write_worker(workspace.manifests(), "hello");
      write_worker(workspace.manifests(), "old");
      REQUIRE(apply_sync(workspace).exit_code == 0);
      std::filesystem::remove(workspace.manifests() / "old.yaml");
      Finished finished;
      const auto requests = workspace.simulator().requests_during([&] { finished = apply_sync(workspace); });
      CAPTURE(finished.err);
      CHECK(finished.exit_code == 0);
      CHECK(count(requests, "DELETE", "/workers/scripts/old") == 1);
      CHECK(workspace.simulator().worker_names() == std::vector<std::string>{"hello"});
    }
  }

  TEST_CASE("a secret is deleted by an answer without a body, and so from the command line") {
    Workspace workspace;
    write_worker(workspace.manifests(), "hello");
    REQUIRE(apply_sync(workspace).exit_code == 0);
    workspace.simulator().edit("hello", "set-secret", "LEFT", "canary-left");
    workspace.simulator().add_fault(on("DELETE", "/secrets/LEFT", {{"body", ""}}));
    Finished finished;
    const auto requests = workspace.simulator().requests_during(
        [&] { finished = workspace.run({"api", "delete_secret", "script_name=hello", "secret_name=LEFT"}); });
    CAPTURE(finished.err);
    CHECK(finished.exit_code == 0);
    CHECK(finished.out == "null\n");
    CHECK(requests.size() == 1);
  }

  TEST_CASE("a write whose answer is needed and empty is read back and not repeated") {
    Workspace workspace;
    write_hello(workspace);
    workspace.simulator().add_fault(on("POST", "/subdomain$", {{"body", ""}, {"times", 0}}));
    Finished finished;
    const auto requests = workspace.simulator().requests_during([&] { finished = apply_sync(workspace); });
    CAPTURE(finished.out);
    CAPTURE(finished.err);
    CHECK(finished.exit_code == 0);
    CHECK(count(requests, "POST", "/subdomain") == 1);
    CHECK(count(requests, "GET", "/subdomain") >= 1);
    CHECK(count(requests, "PUT", "/workers/scripts/hello") == 1);
    CHECK(workspace.plan(kSync).at("summary").at("change").as_int64() == 0);
  }

  TEST_CASE(
      "a list that comes under 203 or 206, or beside errors, is read again: nothing is made over a foreign Worker") {
    const std::string beside_errors =
        R"({"success":true,"errors":[{"code":10013,"message":"partial"}],"messages":[],"result":[]})";
    const std::string empty = R"({"success":true,"errors":[],"messages":[],"result":[]})";
    for (const JsonObject& lie : std::vector<JsonObject>{{{"status", 203}, {"body", empty}},
                                                         {{"status", 206}, {"body", empty}},
                                                         {{"status", 202}, {"body", empty}},
                                                         {{"status", 204}, {"body", ""}},
                                                         {{"status", 200}, {"body", ""}},
                                                         {{"status", 200}, {"body", beside_errors}},
                                                         {{"body", R"({"result":[]})"}}}) {
      CAPTURE(to_text(lie));
      Workspace workspace;
      write_worker(workspace.manifests(), "hello");
      REQUIRE(apply_sync(workspace).exit_code == 0);
      workspace.simulator().add_fault(on("GET", "/workers/scripts$", lie));
      workspace.forget_journal();
      Finished finished;
      const auto requests = workspace.simulator().requests_during([&] { finished = apply_sync(workspace); });
      CAPTURE(finished.err);
      CHECK(finished.exit_code == 0);
      CHECK(count(requests, "GET", "/workers/scripts") >= 2);
      CHECK(writes_of(requests).empty());
    }
  }

  TEST_CASE("a list that never is one ends in an error, and in no write") {
    Workspace workspace;
    write_worker(workspace.manifests(), "hello");
    workspace.simulator().add_fault(on("GET", "/workers/scripts$", {{"status", 206}, {"times", 0}}));
    const auto requests = workspace.simulator().requests_during([&] {
      const auto finished = apply_sync(workspace);
      CHECK(finished.exit_code == 1);
      CHECK(finished.err.contains("HTTP 206"));
    });
    CHECK(writes_of(requests).empty());
  }

  TEST_CASE("a refused upload shows the pointer to the bad binding") {
    Workspace workspace;
    write_worker(workspace.manifests(), "hello");
    const std::string refusal = R"({"success":false,"errors":[{"code":"10021","message":"namespace not found",)"
                                R"("documentation_url":"https://developers.cloudflare.com/workers/",)"
                                R"("source":{"pointer":"/bindings/2/namespace_id"}}],"messages":[],"result":null})";
    workspace.simulator().add_fault(on("PUT", "/workers/scripts/hello$", {{"status", 400}, {"body", refusal}}));
    const auto finished = apply_sync(workspace);
    CHECK(finished.exit_code == 1);
    const auto told = finished.out + finished.err;
    CAPTURE(told);
    CHECK(told.contains("/bindings/2/namespace_id: namespace not found"));
    CHECK(told.contains("[code 10021]"));
    CHECK(told.contains("https://developers.cloudflare.com/workers/"));
  }

  TEST_CASE("an error on standard output has pointer and documentation as fields") {
    Workspace workspace;
    const std::string refusal = R"({"success":false,"errors":[{"code":"10021","message":"bad",)"
                                R"("documentation_url":"https://developers.cloudflare.com/workers/",)"
                                R"("source":{"pointer":"/bindings/0"}}]})";
    workspace.simulator().add_fault(on("GET", "/workers/scripts$", {{"status", 400}, {"body", refusal}}));
    const auto finished = workspace.run({"api", "list_scripts", "--output", "json"});
    CHECK(finished.exit_code == 1);
    const auto document = parse_json(finished.out);
    REQUIRE(document);
    CHECK(string_member(*document, "pointer") == "/bindings/0");
    CHECK(string_member(*document, "documentation_url") == "https://developers.cloudflare.com/workers/");
    CHECK(member(*document, "code")->to_number<int>() == 10021);
  }
}

}  // namespace plumbline::testing
