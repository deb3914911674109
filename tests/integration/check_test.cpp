#include <doctest/doctest.h>
#include <fmt/format.h>

#include <filesystem>
#include <string>

#include "base/json.h"
#include "tests/support/canary.h"
#include "tests/support/daemon_process.h"
#include "tests/support/examples_in_git.h"
#include "tests/support/files.h"

/// `plumbline check`: what is there is told, and what is missing is told with its mend.
namespace plumbline::testing {
namespace {

struct Stage : ExamplesInGit {
  Stage() { write(repository.url(), "branch: main"); }

  [[nodiscard]] std::string configuration() const { return (workspace.folder() / "plumbline.yaml").string(); }

  void write(const std::string& url, const std::string& reference) const {
    write_file(configuration(),
               fmt::format("apiVersion: plumbline.dev/v1beta1\n"
                           "kind: Config\n"
                           "instance: test\n"
                           "fingerprint_key: {{file: {}}}\n"
                           "accounts:\n"
                           "  main:\n"
                           "    account_id: {}\n"
                           "{}"
                           "    api_base_url: {}\n"
                           "secret_stores:\n"
                           "  store: {{directory: {}}}\n"
                           "sources:\n"
                           "  production:\n"
                           "    repository: {}\n"
                           "    {}\n"
                           "    account: main\n"
                           "    secret_stores: {{default: store}}\n"
                           "    policy: sync\n"
                           "journal: {{path: state/journal.db}}\n",
                           workspace.fingerprint_key_file().string(), workspace.simulator().account_id(),
                           workspace.credentials(), workspace.simulator().api_base_url(), workspace.store().string(),
                           url, reference));
  }

  // The exit code, and the rows by what they are about.
  struct Checked {
    int exit_code = 0;
    Json document;

    [[nodiscard]] Json row(std::string_view what) const {
      for (const auto& row : document.at("checks").as_array()) {
        if (string_member(row, "what") == what) return row;
      }
      FAIL("there is no row " << std::string(what) << " in " << to_text(document));
      return nullptr;
    }
    [[nodiscard]] std::string result(std::string_view what) const {
      return std::string(string_member(row(what), "result"));
    }
    [[nodiscard]] std::string detail(std::string_view what) const {
      return std::string(string_member(row(what), "detail"));
    }
    [[nodiscard]] std::string mend(std::string_view what) const {
      return std::string(string_member(row(what), "mend"));
    }
    [[nodiscard]] bool has(std::string_view what) const {
      return to_text(document).contains(fmt::format("\"what\":\"{}\"", what));
    }
  };

  [[nodiscard]] Checked check() const {
    const auto finished = workspace.run({"check", "--config", configuration(), "--output", "json"});
    check_no_canary(finished.out + finished.err, "plumbline check");
    auto document = parse_json(finished.out);
    REQUIRE_MESSAGE(document, finished.err);
    return {finished.exit_code, std::move(*document)};
  }

  void refuse(const std::string& path, int status, int code) const {
    workspace.simulator().add_fault({{"match", JsonObject{{"method", "GET"}, {"path", path}}},
                                     {"times", 100},
                                     {"fault", "status"},
                                     {"status", status},
                                     {"code", code},
                                     {"message", "Authentication error"}});
  }
};

}  // namespace

TEST_CASE("where nothing is missing every check is ok, and nothing is written") {
  const Stage stage;
  const auto requests = stage.workspace.simulator().requests_during([&] {
    const auto checked = stage.check();
    CHECK(checked.exit_code == 0);
    CHECK(checked.document.at("errored") == false);
    for (const auto& row : checked.document.at("checks").as_array()) {
      CHECK_MESSAGE(string_member(row, "result") == "ok", to_text(row));
    }
    CHECK(checked.detail("configuration") == "1 account, 1 source");
    CHECK(checked.detail("sources.production.repository").ends_with(" at main@sha1:" + stage.commit));
    CHECK(checked.detail("sources.production.manifests").starts_with("4 Workers in "));
    CHECK(checked.detail("sources.production.secrets") == "2 secrets can be read");
    CHECK(checked.detail("accounts.main.api_token") == "active, without an expiry");
    CHECK(checked.detail("accounts.main.clock") == "as the API's");
    CHECK(checked.detail("accounts.main.permissions").starts_with("needed: Account: Workers Scripts: Edit"));
  });
  CHECK(writes_of(requests).empty());
  CHECK_FALSE(std::filesystem::exists(stage.workspace.folder() / "state/journal.db"));
}

TEST_CASE("the text has a line for each check, and works without a configuration") {
  const Stage stage;
  const auto text = stage.workspace.run(
      {"check", stage.workspace.manifests().string(), "--secrets", stage.workspace.store().string()});
  CHECK_MESSAGE(text.exit_code == 0, text.out);
  CHECK(text.err.empty());
  CHECK(text.out.starts_with("ok       configuration"));
  CHECK(text.out.contains("\nok       accounts.default.api_token "));
  CHECK(text.out.contains("\nok       limits.open_files "));
}

TEST_CASE("a token that is not accepted is told once, and nothing more is asked with it") {
  const Stage stage;
  stage.refuse("^/user/tokens/verify", 401, 1000);
  stage.refuse("^/accounts/[^/]*/", 401, 10000);
  const auto checked = stage.check();
  CHECK(checked.exit_code == 1);
  CHECK(checked.result("accounts.main.api_token") == "failed");
  CHECK(checked.result("accounts.main.account") == "failed");
  CHECK(checked.mend("accounts.main.account").starts_with("check that the token is valid"));
  CHECK_FALSE(checked.has("accounts.main.permissions"));
  // What does not depend on the account is looked at all the same.
  CHECK(checked.result("sources.production.repository") == "ok");
  CHECK(checked.result("journal") == "ok");
}

TEST_CASE("a token that may not verify itself but works is a warning") {
  const Stage stage;
  stage.refuse("/tokens/verify$", 403, 9109);
  const auto checked = stage.check();
  CHECK(checked.exit_code == 0);
  CHECK(checked.result("accounts.main.api_token") == "warning");
  CHECK(checked.result("accounts.main.account") == "ok");
}

TEST_CASE("a permission that the manifests need and the token lacks is named") {
  const Stage stage;
  write_worker(stage.repository.work_tree(), "consumer",
               "  queue_consumers: [{queue: orders}]\n  routes: [{pattern: example.com/*, zone: example.com}]\n");
  stage.repository.commit("a consumer");
  stage.refuse("/queues$", 403, 10000);
  stage.refuse("/workers/routes$", 403, 10000);
  const auto checked = stage.check();
  CHECK(checked.exit_code == 1);
  CHECK(checked.detail("accounts.main.permissions").contains("Account: Queues: Edit"));
  CHECK(checked.result("accounts.main.permissions.list_queues") == "failed");
  CHECK(checked.mend("accounts.main.permissions.list_queues") == "give the token Account: Queues: Edit");
  CHECK(checked.result("accounts.main.zones.example.com") == "failed");
  CHECK(checked.mend("accounts.main.zones.example.com") == "give the token Zone: Workers Routes: Edit for it");
}

TEST_CASE("a zone that the token does not see is told") {
  const Stage stage;
  write_worker(stage.repository.work_tree(), "routed", "  routes: [{pattern: example.org/*, zone: example.org}]\n");
  stage.repository.commit("a route");
  const auto checked = stage.check();
  CHECK(checked.exit_code == 1);
  CHECK(checked.detail("accounts.main.zones.example.org") == "the account has no such zone that the token may see");
}

TEST_CASE("an API that does not answer is told, and git is looked at all the same") {
  Stage stage;
  stage.workspace.simulator().stop();
  const auto checked = stage.check();
  CHECK(checked.exit_code == 1);
  CHECK(checked.result("accounts.main.account") == "failed");
  CHECK(checked.mend("accounts.main.account").starts_with("check the network"));
  CHECK(checked.result("sources.production.manifests") == "ok");
}

TEST_CASE("a repository that is not there and a branch that it has not are told with the place") {
  const Stage stage;
  stage.write("file://" + (stage.workspace.folder() / "nowhere.git").string(), "branch: main");
  const auto gone = stage.check();
  CHECK(gone.exit_code == 1);
  CHECK(gone.result("sources.production.repository") == "failed");
  CHECK_FALSE(gone.has("sources.production.manifests"));
  CHECK(gone.result("accounts.main.account") == "ok");

  stage.write(stage.repository.url(), "branch: release");
  const auto other = stage.check();
  CHECK(other.exit_code == 1);
  CHECK_MESSAGE(other.detail("sources.production.repository").contains("release"),
                other.detail("sources.production.repository"));
}

TEST_CASE("a secret that cannot be read is named, and the others are counted on") {
  const Stage stage;
  std::filesystem::remove(stage.workspace.store() / "shop-payment-key");
  const auto checked = stage.check();
  CHECK(checked.exit_code == 1);
  CHECK(checked.result("sources.production.secrets") == "failed");
  CHECK_MESSAGE(checked.detail("sources.production.secrets").contains("shop-payment-key"),
                checked.detail("sources.production.secrets"));
}

TEST_CASE("a manifest with an error is told with its place") {
  const Stage stage;
  write_worker(stage.repository.work_tree(), "bad", "  logpsh: true\n");
  stage.repository.commit("a slip");
  const auto checked = stage.check();
  CHECK(checked.exit_code == 1);
  CHECK(checked.detail("sources.production.manifests").contains("unknown field \"logpsh\""));
}

TEST_CASE("a certificate and a token of the listeners that cannot be read are told") {
  const Stage stage;
  const auto gone = (stage.workspace.folder() / "gone").string();
  write_file(stage.configuration(), read_file(stage.configuration()) +
                                        fmt::format("server: {{listen: \":0\", read_token: {{file: {0}}}, "
                                                    "tls: {{certificate: {{file: {0}}}, key: {{file: {0}}}}}}}\n",
                                                    gone));
  const auto checked = stage.check();
  CHECK(checked.exit_code == 1);
  CHECK(checked.result("server.read_token") == "failed");
  CHECK(checked.detail("server.tls").contains("server.tls.certificate: "));
}

TEST_CASE("the journal of a daemon that runs is no problem") {
  const Stage stage;
  const DaemonProcess daemon(stage.workspace, stage.repository.url());
  const auto finished = stage.workspace.run({"check", "--config", daemon.configuration().string(), "--output", "json"});
  CHECK_MESSAGE(finished.exit_code == 0, finished.out);
  CHECK(finished.out.contains("journal.db, written by process " + std::to_string(daemon.id())));
}

TEST_CASE("a configuration with an error is no check, and a source may be chosen") {
  const Stage stage;
  const auto one = stage.workspace.run({"check", "--config", stage.configuration(), "--source", "production"});
  CHECK(one.exit_code == 0);
  const auto none = stage.workspace.run({"check", "--config", stage.configuration(), "--source", "staging"});
  CHECK(none.exit_code == 78);
  replace_in_file(stage.configuration(), "policy: sync", "policy: synk");
  const auto wrong = stage.workspace.run({"check", "--config", stage.configuration()});
  CHECK(wrong.exit_code == 78);
  CHECK(wrong.err.contains("plumbline.yaml:18:13: error: \"policy\" must be one of"));
  CHECK(wrong.out.empty());
}

}  // namespace plumbline::testing
