#include <doctest/doctest.h>
#include <fmt/format.h>

#include <boost/asio/io_context.hpp>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include "base/json.h"
#include "net/http_server.h"
#include "tests/support/canary.h"
#include "tests/support/daemon_process.h"
#include "tests/support/eventually.h"
#include "tests/support/files.h"
#include "tests/support/git_repository.h"
#include "tests/support/workspace.h"

/// A server that repeats in its errors what it was sent. Whatever the program prints, logs, answers or stores is
/// searched for secrets when the workspace ends.
namespace plumbline::testing {
namespace {

constexpr std::string_view kKeyOfWorker = "  secrets: {KEY: {}}\n";

/// A value that looks another way inside of JSON.
const std::string& awkward_value() {
  static const std::string value = canary("a\"b\\c\nd");
  return value;
}

/// A Worker whose uploads are refused for as long as the test lasts; the message holds the value, the body that it
/// stood in, and the token.
void refuse_with_echo(const Workspace& workspace, const std::string& method, const std::string& path) {
  const JsonObject body{{"name", "KEY"}, {"text", awkward_value()}, {"type", "secret_text"}};
  const auto message = "bad value " + awkward_value() + " in " + to_text(Json(body)) + " of " + canary("api-token");
  workspace.simulator().add_fault({{"match", {{"method", method}, {"path", path}}},
                                   {"times", 0},
                                   {"fault", "status"},
                                   {"status", 400},
                                   {"code", 10021},
                                   {"message", message}});
}

/// Every form of a value, one after the other.
std::string all_forms(const std::string& value) {
  std::string out;
  for (const auto& form : forms_of(value)) out += form + " ; ";
  return out;
}

/// The folder with the daemon's or the command line's files, while they are in use.
void check_files(const Workspace& workspace) {
  check_no_canary_below(workspace.folder(), {workspace.folder() / "secrets"});
}

/// The settings of `w` as a server shows them that ought not to: with the values of its secrets.
std::string settings_with_values() {
  const auto value = canary("shown-by-the-service");
  const JsonArray bindings{
      JsonObject{{"name", "KEY"}, {"type", "secret_text"}, {"text", value}},
      JsonObject{
          {"name", "SIGN"}, {"type", "secret_key"}, {"key_base64", value}, {"key_jwk", JsonObject{{"k", value}}}},
      JsonObject{{"name", "VAULT"}, {"type", "secret_vault"}, {"material", value}}};
  return to_text(
      Json(JsonObject{{"success", true},
                      {"errors", JsonArray()},
                      {"result", JsonObject{{"bindings", bindings}, {"compatibility_date", "2026-01-01"}}}}));
}

/// A git host that asks for a password and then repeats it.
class EchoingGitHost {
 public:
  /// `redirects` to a place that holds the password; else the password is in an `ERR` line (gitprotocol-pack(5)).
  EchoingGitHost(bool redirects, std::string echo)
      : redirects_(redirects),
        echo_(std::move(echo)),
        server_(*net::listen_http(context_.get_executor(), "127.0.0.1:0",
                                  [this](net::HttpRequest request) { return answer(std::move(request)); })),
        thread_([this] { context_.run(); }) {}
  ~EchoingGitHost() {
    context_.stop();
    thread_.join();
  }
  EchoingGitHost(const EchoingGitHost&) = delete;
  EchoingGitHost& operator=(const EchoingGitHost&) = delete;

  [[nodiscard]] std::string url() const { return fmt::format("http://127.0.0.1:{}/a.git", server_->port()); }

 private:
  static std::string packet(const std::string& line) { return fmt::format("{:04x}{}", line.size() + 4, line); }

  net::Awaitable<net::Reply> answer(net::HttpRequest request) {
    net::Reply reply;
    const std::string sent(request.headers.get("Authorization"));
    if (sent.empty()) {
      reply.response = {401, {{"WWW-Authenticate", "Basic realm=\"git\""}}, ""};
    } else if (redirects_) {
      reply.response = {302, {{"Location", "https://elsewhere.example/?token=" + echo_}}, ""};
    } else {
      reply.response = {200,
                        {{"Content-Type", "application/x-git-upload-pack-advertisement"}},
                        packet("# service=git-upload-pack\n") + "0000" + packet("ERR no: " + echo_ + sent)};
    }
    co_return reply;
  }

  bool redirects_;
  std::string echo_;
  boost::asio::io_context context_;
  std::unique_ptr<net::HttpServer> server_;
  std::thread thread_;
};

constexpr std::string_view kToldOfIt = R"x(in {"name":"KEY","text":"(redacted)","type":"secret_text"} of (redacted))x";

}  // namespace

TEST_CASE("an apply prints nothing of a secret that the API repeats, by whatever call it went") {
  const Workspace workspace;
  write_file(workspace.store() / "w/KEY", awkward_value());
  write_worker(workspace.manifests(), "w", std::string(kKeyOfWorker));
  refuse_with_echo(workspace, "PUT", "scripts/w$");
  const auto upload = workspace.run_on_manifests("apply", {"--yes"});
  CHECK(upload.exit_code == 1);
  CHECK_MESSAGE(upload.out.contains(kToldOfIt), upload.out);

  workspace.simulator().clear_faults();
  workspace.write_secret("w/KEY", "first");
  workspace.apply();
  write_file(workspace.store() / "w/KEY", awkward_value());
  refuse_with_echo(workspace, "PATCH", "scripts/w/settings$");
  const auto patch = workspace.run_on_manifests("apply", {"--yes"});
  CHECK(patch.exit_code == 1);
  CHECK_MESSAGE(patch.out.contains(kToldOfIt), patch.out);
}

TEST_CASE("the daemon tells nothing of a secret that the API repeats") {
  const Workspace workspace;
  write_file(workspace.store() / "w/KEY", awkward_value());
  const GitRepository repository(workspace.folder() / "git");
  write_worker(repository.work_tree(), "w", std::string(kKeyOfWorker));
  repository.commit("a Worker with a secret");
  refuse_with_echo(workspace, "PUT", "scripts/w$");
  const DaemonProcess daemon(workspace, repository.url());
  CHECK(eventually([&] { return daemon.get("/api/v1/status").body.contains("(redacted)"); }));
}

TEST_CASE("a single call prints nothing of a secret that the API repeats") {
  const Workspace workspace;
  write_worker(workspace.manifests(), "w");
  workspace.apply();
  // Where the secrets of a workspace lie.
  const auto body = workspace.store() / "body.json";
  write_file(body, to_text(Json(JsonObject{{"name", "KEY"}, {"text", awkward_value()}, {"type", "secret_text"}})));
  refuse_with_echo(workspace, "PUT", "scripts/w/secrets$");
  for (const std::string output : {"text", "json"}) {
    CAPTURE(output);
    const auto finished =
        workspace.run({"api", "put_secret", "script_name=w", "--body", body.string(), "--output", output});
    CHECK(finished.exit_code == 1);
    CHECK((finished.out + finished.err).contains("(redacted)"));
  }
}

TEST_CASE("no form of a value or token that the API repeats is printed, logged, answered or stored") {
  const Workspace workspace;
  const auto value = canary("value-of-the-key");
  write_file(workspace.store() / "w/KEY", value);
  write_worker(workspace.manifests(), "w", std::string(kKeyOfWorker));
  for (const auto& secret : {value, canary("api-token")}) {
    for (const auto& form : forms_of(secret)) {
      CAPTURE(form);
      workspace.simulator().clear_faults();
      workspace.simulator().add_fault({{"match", {{"method", "PUT"}, {"path", "scripts/w$"}}},
                                       {"fault", "status"},
                                       {"status", 400},
                                       {"code", 10021},
                                       {"message", "bad <" + form + "> here"}});
      const auto finished = workspace.run_on_manifests("apply", {"--yes"});
      CHECK(finished.exit_code == 1);
      CHECK_MESSAGE(finished.out.contains("bad <(redacted)> here"), finished.out);
    }
  }
  check_files(workspace);
}

TEST_CASE("the daemon shows no form of what the API repeats, and keeps no value in its memory") {
  const Workspace workspace;
  const auto value = canary("value-that-is-long-enough-for-the-heap");
  write_file(workspace.store() / "w/KEY", value + "\r\n");
  const GitRepository repository(workspace.folder() / "git");
  write_worker(repository.work_tree(), "w", std::string(kKeyOfWorker));
  repository.commit("a Worker with a secret");
  workspace.simulator().add_fault({{"match", {{"method", "PUT"}, {"path", "scripts/w$"}}},
                                   {"fault", "status"},
                                   {"status", 400},
                                   {"code", 10021},
                                   {"message", "first " + all_forms(canary("api-token"))}});
  DaemonProcess daemon(workspace, repository.url());
  CHECK(eventually([&] { return daemon.get("/api/v1/status").body.contains("first (redacted)"); }));
  check_files(workspace);
  (void)daemon.exposition();
  // Another commit, which is applied.
  write_worker(repository.work_tree(), "v");
  const auto second = repository.commit("another Worker");
  CHECK(daemon.wait_until_applied(second));
  (void)daemon.get("/api/v1/plan?source=production");
  (void)daemon.get("/api/v1/history");
  (void)daemon.get("/api/v1/nothing?token=x");
  check_files(workspace);
  const auto held = memory_holds(daemon.id(), forms_of(value));
  if (held) CHECK_FALSE(*held);
}

TEST_CASE("values that a read shows reach no journal, plan, log or answer") {
  const Workspace workspace;
  write_file(workspace.store() / "w/KEY", canary("own-value"));
  write_worker(workspace.manifests(), "w", std::string(kKeyOfWorker));
  workspace.apply();
  for (const std::string path : {"scripts/w/settings$", "/versions/"}) {
    workspace.simulator().add_fault({{"match", {{"method", "GET"}, {"path", path}}},
                                     {"times", 0},
                                     {"fault", "answer"},
                                     {"body", settings_with_values()}});
  }
  workspace.forget_journal();
  for (const std::string output : {"text", "json", "markdown"}) {
    CAPTURE(output);
    const auto finished = workspace.run_on_manifests("plan", {"--output", output});
    CAPTURE(finished.err);
    check_no_canary(finished.out + finished.err, "a plan");
  }
  (void)workspace.run_on_manifests("apply", {"--yes"});
  const auto settings = workspace.run({"api", "get_settings", "script_name=w"});
  CHECK(settings.out.contains("(redacted)"));
  check_files(workspace);
  const GitRepository repository(workspace.folder() / "git");
  write_worker(repository.work_tree(), "w", std::string(kKeyOfWorker) + "  logpush: true\n");
  repository.commit("another state");
  const DaemonProcess daemon(workspace, repository.url());
  CHECK(daemon.wait_for_passes(2));
  (void)daemon.status();
  (void)daemon.exposition();
  check_files(workspace);
}

TEST_CASE("what a git host repeats of its credentials is shown in no form, in an ERR line or a redirect") {
  for (const bool redirects : {false, true}) {
    CAPTURE(redirects);
    const Workspace workspace;
    const auto password = canary("git-password");
    write_file(workspace.folder() / "secrets/git", password + "\r\n");
    const EchoingGitHost host(redirects, redirects ? forms_of(password).at(4) : all_forms(password));
    DaemonSettings settings;
    settings.reference =
        fmt::format("branch: main\n    credentials: {{username: {{env: GIT_USER}}, password: {{file: {}}}}}",
                    (workspace.folder() / "secrets/git").string());
    settings.environment = {{"GIT_USER", "robot"}};
    const DaemonProcess daemon(workspace, host.url(), settings);
    CHECK(eventually([&] { return daemon.get("/api/v1/status").body.contains("(redacted)"); }));
    (void)daemon.exposition();
    check_files(workspace);
  }
}

TEST_CASE("a token in the URL of a repository is refused and not repeated") {
  const Workspace workspace;
  const auto url = "https://git.example.com/a.git?private_token=" + canary("in-the-query");
  const auto planned = workspace.run({"plan", "--repository", url, "--ref", "main"});
  CHECK(planned.exit_code != 0);
  CHECK(planned.err.contains("may not hold a query"));
  const auto file = workspace.folder() / "secrets/plumbline.yaml";
  write_file(
      file, "apiVersion: plumbline.dev/v1beta1\nkind: Config\ninstance: test\naccounts:\n  main:\n    account_id: " +
                workspace.simulator().account_id() + "\n    api_token: {env: TOKEN}\nsources:\n  s:\n    repository: " +
                url + "\n    branch: main\n    account: main\n    policy: sync\n");
  const auto configured = workspace.run({"plan", "--config", file.string(), "--source", "s"});
  CHECK(configured.exit_code != 0);
  CHECK((configured.out + configured.err).contains("may not hold a query"));
  check_no_canary(planned.out + planned.err + configured.out + configured.err, "the error");
}

}  // namespace plumbline::testing
