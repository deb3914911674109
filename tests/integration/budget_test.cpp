#include <doctest/doctest.h>
#include <fmt/format.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "tests/support/eventually.h"
#include "tests/support/files.h"
#include "tests/support/git_repository.h"
#include "tests/support/git_servers.h"
#include "tests/support/http.h"
#include "tests/support/process.h"
#include "tests/support/workspace.h"

/// The budget of API calls is kept over kills and over processes. A server on loopback has no budget, so the simulator
/// stands behind nginx at an address that is none.
namespace plumbline::testing {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

namespace {

std::vector<std::string> programs() {
  return {"/usr/sbin/nginx", "/usr/bin/openssl"};
}

class TlsFront {
 public:
  TlsFront(const fs::path& folder, std::uint16_t simulator) : ca_(folder), port_(free_port()) {
    // All addresses of this machine: what connects to it arrives here.
    ca_.issue("api", "IP:0.0.0.0");
    write_file(
        folder / "nginx.conf",
        fmt::format("daemon off; master_process off; user root; pid {0}/nginx.pid; error_log stderr;\n"
                    "events {{}}\n"
                    "http {{\n"
                    "  access_log off;\n"
                    "  client_body_temp_path {0}/body; proxy_temp_path {0}/proxy; fastcgi_temp_path {0}/fastcgi;\n"
                    "  uwsgi_temp_path {0}/uwsgi; scgi_temp_path {0}/scgi;\n"
                    "  server {{\n"
                    "    listen 127.0.0.1:{1} ssl; ssl_certificate {2}; ssl_certificate_key {3};\n"
                    "    location / {{ proxy_pass http://127.0.0.1:{4}; }}\n"
                    "  }}\n"
                    "}}\n",
                    folder.string(), port_, ca_.certificate("api").string(), ca_.key("api").string(), simulator));
    process_ = std::make_unique<Process>(
        Program{.file = unpacked_or_installed("/usr/sbin/nginx"),
                .arguments = {"-e", "stderr", "-p", folder.string(), "-c", (folder / "nginx.conf").string()},
                .environment = server_environment(folder),
                .output_folder = folder / "output"});
    wait_until_it_listens(*process_, port_);
  }

  [[nodiscard]] std::string url() const { return fmt::format("https://0.0.0.0:{}/client/v4", port_); }
  [[nodiscard]] std::string ca_file() const { return ca_.file().string(); }

 private:
  TestCa ca_;
  std::uint16_t port_;
  std::unique_ptr<Process> process_;
};

/// Eight Workers, of which each costs several calls, and an account whose budget is small.
class Stage {
 public:
  explicit Stage(int limit)
      : folder_(workspace_.folder() / "daemon"),
        front_(workspace_.folder() / "secrets/front", workspace_.simulator().port()),
        repository_(workspace_.folder() / "git") {
    for (int i = 0; i < 8; ++i) {
      write_worker(repository_.work_tree(), fmt::format("worker-{}", i), "  subdomain: {enabled: true}\n");
    }
    repository_.commit("eight Workers");
    write_file(configuration(), fmt::format("apiVersion: plumbline.dev/v1beta1\n"
                                            "kind: Config\n"
                                            "instance: test\n"
                                            "budgets: {{small: {{limit: {}/300s, share: 1}}}}\n"
                                            "accounts:\n"
                                            "  main:\n"
                                            "    account_id: {}\n"
                                            "    api_token: {{file: {}}}\n"
                                            "    api_base_url: {}\n"
                                            "    budget: small\n"
                                            "sources:\n"
                                            "  production: {{repository: {}, branch: main, account: main,\n"
                                            "    policy: sync, interval: 1s, observe_interval: 1s}}\n"
                                            "journal: {{path: journal.db}}\n",
                                            limit, workspace_.simulator().account_id(),
                                            workspace_.token_file().string(), front_.url(), repository_.url()));
  }

  [[nodiscard]] std::unique_ptr<Process> start(std::vector<std::string> arguments) const {
    arguments.insert(arguments.end(), {"--config", configuration().string()});
    return std::make_unique<Process>(Program{
        .file = PLUMBLINE_BINARY,
        .arguments = std::move(arguments),
        .environment = {{"PATH", "/usr/bin:/bin"}, {"HOME", folder_.string()}, {"SSL_CERT_FILE", front_.ca_file()}},
        .working_folder = folder_,
        .output_folder = folder_ / "output"});
  }
  [[nodiscard]] std::unique_ptr<Process> start_plan() const { return start({"plan", "--source", "production"}); }

  /// By the simulator's own address, which is on loopback.
  void apply_without_budget() const {
    const auto applied = workspace_.run({"apply", "--repository", repository_.url(), "--ref", "main", "--instance",
                                         "test", "--source", "production", "--yes"});
    REQUIRE_MESSAGE(applied.exit_code == 0, applied.err);
  }

  [[nodiscard]] std::size_t calls() const { return workspace_.simulator().requests().size(); }
  [[nodiscard]] fs::path folder() const { return folder_; }

  [[nodiscard]] std::vector<std::string> windows() const {
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(folder_)) {
      auto name = entry.path().filename().string();
      if (name.starts_with("window-")) names.push_back(std::move(name));
    }
    return names;
  }

 private:
  [[nodiscard]] fs::path configuration() const { return folder_ / "plumbline.yaml"; }

  Workspace workspace_;
  fs::path folder_;
  TlsFront front_;
  GitRepository repository_;
};

}  // namespace

TEST_CASE("a daemon that is killed 20 times makes no more calls than its share") {
  if (lacks(programs())) return;
  const Stage stage(30);
  // A call that was reserved and not made counts as used, so that less than the share may be made.
  bool spent = false;
  for (int life = 0; life < 20; ++life) {
    const auto before = stage.calls();
    const auto daemon = stage.start({"run"});
    // In the middle of its calls, wherever that is; the last lives have none left.
    spent = spent || before >= 13;
    const auto called = [&] { return stage.calls() > before + static_cast<std::size_t>(life % 3); };
    if (!eventually(called, spent ? 1s : 20s)) spent = true;
    REQUIRE(daemon->is_running());
    daemon->kill();
  }
  // Half of the share is left where there is no window yet.
  CHECK(stage.calls() <= 15);
  CHECK(stage.calls() >= 10);
  MESSAGE("calls over 20 kills: " << stage.calls());
  // Of the budget's name, and nobody else's.
  CHECK(stage.windows() == std::vector<std::string>{"window-81db8ebbbbc69c6c"});
}

TEST_CASE("plans share one budget") {
  if (lacks(programs())) return;
  const Stage stage(60);
  stage.apply_without_budget();
  const auto before = stage.calls();
  CHECK(stage.start_plan()->wait() == Ended{.exit_code = 0});
  const auto cost = stage.calls() - before;
  CHECK(cost >= 10);
  // Half of the share is left where there is no window yet. Three plans need more than that, and wait.
  const auto second = stage.start_plan();
  const auto third = stage.start_plan();
  CHECK(eventually([&] { return stage.calls() - before >= 29; }));
  CHECK(holds_for(2s, [&] { return stage.calls() - before <= 30; }));
  MESSAGE("calls of three plans that need " << cost << " each: " << stage.calls() - before);
}

TEST_CASE("a plan says once that its budget's window cannot be kept, and goes on") {
  if (lacks(programs())) return;
  const Stage stage(60);
  write_file(stage.folder() / "no-folder", "");
  const auto plan =
      stage.start({"plan", "--source", "production", "--journal", (stage.folder() / "no-folder/journal.db").string()});
  CHECK(plan->wait() == Ended{.exit_code = 0});
  CHECK(plan->err().contains("the budget's window is not kept on disk; half of the budget counts as used"));
  CHECK(stage.windows().empty());
}

}  // namespace plumbline::testing
