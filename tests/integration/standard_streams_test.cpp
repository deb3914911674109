#include <doctest/doctest.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <map>
#include <memory>
#include <string>

#include "base/text.h"
#include "tests/support/eventually.h"
#include "tests/support/files.h"
#include "tests/support/http.h"
#include "tests/support/metrics.h"
#include "tests/support/pipe.h"
#include "tests/support/process.h"
#include "tests/support/workspace.h"

/// Standard streams that are closed, full, or gone: the daemon goes on and ends in time, a command that could not say
/// its result does not claim success.
namespace plumbline::testing {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

namespace {

/// A daemon whose standard error is a pipe of the test.
class Daemon {
 public:
  Daemon() {
    workspace_.install_examples();
    write_file(folder() / "plumbline.yaml",
               fmt::format("apiVersion: plumbline.dev/v1beta1\nkind: Config\ninstance: test\n"
                           "accounts:\n  main:\n    account_id: {}\n    api_token: {{file: {}}}\n    api_base_url: {}\n"
                           "sources:\n  production:\n    repository: {}\n    account: main\n    policy: report\n"
                           "    interval: 1s\n    observe_interval: 1s\n"
                           "server: {{listen: \"127.0.0.1:0\", metrics_listen: \"127.0.0.1:0\"}}\n"
                           "journal: {{path: journal.db}}\n",
                           workspace_.simulator().account_id(), workspace_.token_file().string(),
                           workspace_.simulator().api_base_url(), workspace_.manifests().string()));
    process_ =
        std::make_unique<Process>(Program{.file = PLUMBLINE_BINARY,
                                          .arguments = {"run", "--config", "plumbline.yaml", "--log-level", "debug"},
                                          .environment = {{"PATH", "/usr/bin:/bin"}, {"HOME", folder().string()}},
                                          .working_folder = folder(),
                                          .output_folder = folder() / "output",
                                          .err = log.writer()});
    REQUIRE_MESSAGE(log.wait_for("for=metrics port="), log.text());
    REQUIRE(log.wait_for("reconciled"));
    status_port_ = port("status");
    metrics_port_ = port("metrics");
  }

  [[nodiscard]] double metric(std::string_view name) const {
    return sum_of(parse_metrics(http_get(metrics_port_, "/metrics").body), name);
  }
  [[nodiscard]] bool passes(double more) const {
    const auto enough = metric("plumbline_reconcile_total") + more;
    return eventually([this, enough] { return metric("plumbline_reconcile_total") >= enough; });
  }
  [[nodiscard]] bool is_alive() const { return http_get(status_port_, "/livez").status == 200; }
  [[nodiscard]] Process& process() const { return *process_; }

  Pipe log;

 private:
  [[nodiscard]] fs::path folder() const { return workspace_.folder() / "daemon"; }

  [[nodiscard]] std::uint16_t port(std::string_view purpose) {
    const auto words = fmt::format("for={} port=", purpose);
    const auto& text = log.text();
    return static_cast<std::uint16_t>(std::stoi(text.substr(text.find(words) + words.size())));
  }

  Workspace workspace_;
  std::unique_ptr<Process> process_;
  std::uint16_t status_port_ = 0;
  std::uint16_t metrics_port_ = 0;
};

}  // namespace

TEST_CASE("a reader of the log that goes away neither ends nor stops the daemon, and its lines are counted") {
  Daemon daemon;
  daemon.log.close_reader();
  daemon.log.close_writer();
  CHECK(daemon.passes(3));
  CHECK(daemon.is_alive());
  CHECK(daemon.metric("plumbline_log_lines_dropped_total") > 0);
  daemon.process().signal(SIGTERM);
  CHECK(daemon.process().wait() == Ended{.exit_code = 0});
}

TEST_CASE("a log that nobody reads stops neither the daemon nor its end") {
  const Daemon daemon;
  daemon.log.fill();
  REQUIRE(daemon.passes(3));
  CHECK(daemon.is_alive());
  const auto begun = Clock::now();
  daemon.process().signal(SIGTERM);
  CHECK(daemon.process().wait() == Ended{.exit_code = 0});
  CHECK(Clock::now() - begun < std::chrono::seconds(15));
}

TEST_CASE("who reads the log late gets all of it, to the last line before the end") {
  Daemon daemon;
  daemon.log.fill();
  REQUIRE(daemon.passes(2));
  CHECK(daemon.metric("plumbline_log_lines_dropped_total") == 0);
  daemon.process().signal(SIGTERM);
  CHECK(daemon.log.wait_for("info stopped\n"));
  CHECK(daemon.process().wait() == Ended{.exit_code = 0});
  CHECK_FALSE(daemon.log.text().contains("dropped"));
}

namespace {

Finished run_with_output(const Workspace& workspace, std::vector<std::string> arguments, int out) {
  return run_to_end({.file = PLUMBLINE_BINARY,
                     .arguments = std::move(arguments),
                     .environment = {{"PATH", "/usr/bin:/bin"}, {"HOME", workspace.folder().string()}},
                     .working_folder = workspace.folder(),
                     .output_folder = workspace.folder() / "output",
                     .out = out});
}

}  // namespace

TEST_CASE("a result that cannot be written is an error, and one that nobody wants is none") {
  const Workspace workspace;
  workspace.install_examples();
  for (const std::vector<std::string>& command : {std::vector<std::string>{"render", "manifests"},
                                                  {"validate", "manifests"},
                                                  {"schema"},
                                                  {"version"},
                                                  {"--help"}}) {
    CAPTURE(command);
    const int full = ::open("/dev/full", O_WRONLY | O_CLOEXEC);
    const auto unwritten = run_with_output(workspace, command, full);
    ::close(full);
    CHECK(unwritten.exit_code == 1);
    CHECK(unwritten.err.contains("standard output cannot be written: No space left on device"));

    const auto closed = run_with_output(workspace, command, Program::kClosed);
    CHECK(closed.exit_code == 1);
    CHECK(closed.err.contains("standard output cannot be written: Bad file descriptor"));

    Pipe pipe;
    pipe.close_reader();
    const auto unwanted = run_with_output(workspace, command, pipe.writer());
    CHECK(unwanted.exit_code == 0);
    CHECK(unwanted.err.find("standard output") == std::string::npos);
  }
}

TEST_CASE("no file gets the number of a standard stream that was closed") {
  const Workspace workspace;
  workspace.install_examples();
  Program program{.file = PLUMBLINE_BINARY,
                  .arguments = {"apply", "manifests", "--instance", "test", "--log-level", "debug", "--yes"},
                  .environment = {{"PATH", "/usr/bin:/bin"},
                                  {"HOME", workspace.folder().string()},
                                  {"CLOUDFLARE_API_TOKEN", read_file(workspace.token_file())},
                                  {"CLOUDFLARE_ACCOUNT_ID", workspace.simulator().account_id()},
                                  {"CLOUDFLARE_API_BASE_URL", workspace.simulator().api_base_url()}},
                  .working_folder = workspace.folder(),
                  .output_folder = workspace.folder() / "output",
                  .out = Program::kClosed,
                  .err = Program::kClosed};
  Process process(program);
  const auto ended = process.wait();
  REQUIRE(ended);
  CHECK(ended->signal == 0);
  CHECK(ended->exit_code == 1);  // it could not say what it did
  // Had the journal been opened as number 1 or 2, the plan would stand in it.
  for (const auto& entry : fs::recursive_directory_iterator(workspace.folder() / ".local")) {
    if (entry.is_regular_file()) CHECK_FALSE(read_file(entry.path()).contains("Plan: "));
  }
}

TEST_CASE("a simulator that other machines reach and that takes any token says so") {
  const Workspace workspace;
  const auto said = [&workspace](const std::string& listen, const std::vector<std::string>& further) {
    std::vector<std::string> arguments{"simulate", "--listen", listen};
    arguments.insert(arguments.end(), further.begin(), further.end());
    Process simulator({.file = PLUMBLINE_BINARY,
                       .arguments = arguments,
                       .environment = {},
                       .output_folder = workspace.folder() / "output"});
    REQUIRE(eventually([&simulator] { return simulator.out().contains('\n'); }));
    // What it had to say is written by then.
    simulator.signal(SIGTERM);
    REQUIRE(simulator.wait());
    return simulator.err();
  };
  const auto warned = said("0.0.0.0:0", {});
  CHECK(warned.starts_with("plumbline simulate: warning: 0.0.0.0:"));
  CHECK(warned.ends_with(
      " is reachable from other machines, and whoever sends any token may change the account; give --token, or listen "
      "on 127.0.0.1\n"));
  CHECK(said("0.0.0.0:0", {"--token", "secret"}).empty());
  CHECK(said("127.0.0.1:0", {}).empty());
}

TEST_CASE("a simulator that cannot tell its address ends, and one whose log hangs answers") {
  const Workspace workspace;
  const int full = ::open("/dev/full", O_WRONLY | O_CLOEXEC);
  const auto ended = run_with_output(workspace, {"simulate", "--listen", "127.0.0.1:0"}, full);
  ::close(full);
  CHECK(ended.exit_code == 1);

  Pipe log;
  Pipe out;
  log.fill();
  // Saving its state fails at every change, which it says each time.
  Process simulator({.file = PLUMBLINE_BINARY,
                     .arguments = {"simulate", "--listen", "127.0.0.1:0", "--state", "/proc/nowhere/state.json"},
                     .environment = {},
                     .output_folder = workspace.folder() / "output",
                     .out = out.writer(),
                     .err = log.writer()});
  REQUIRE(out.wait_for("\n"));
  const auto ready = parse_json(out.text());
  REQUIRE(ready);
  const auto port = port_of(std::string(string_member(*ready, "api_base_url")));
  out.close_reader();
  for (int i = 0; i < 3; ++i) {
    CHECK(http_exchange(port, {.method = "PUT",
                               .target = fmt::format("/client/v4/accounts/{}/storage/kv/namespaces",
                                                     std::string(string_member(*ready, "account_id")))})
              .status < 600);
    CHECK(http_get(port, "/__simulator__/requests").status == 200);
  }
  simulator.signal(SIGTERM);
  CHECK(simulator.wait() == Ended{.exit_code = 0});
}

}  // namespace plumbline::testing
