#include <doctest/doctest.h>

#include <string>
#include <string_view>

#include "base/json.h"
#include "tests/support/canary.h"
#include "tests/support/daemon_process.h"
#include "tests/support/eventually.h"
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

}  // namespace plumbline::testing
