#include <doctest/doctest.h>
#include <fmt/format.h>

#include <filesystem>
#include <memory>
#include <string>

#include "tests/support/canary.h"
#include "tests/support/eventually.h"
#include "tests/support/files.h"
#include "tests/support/git_servers.h"
#include "tests/support/http.h"
#include "tests/support/process.h"
#include "tests/support/proxy_process.h"
#include "tests/support/workspace.h"

/// The real program behind a real proxy: tinyproxy opens the tunnel, openssl answers at its end.
namespace plumbline::testing {

namespace fs = std::filesystem;

namespace {

/// `openssl s_server`, which answers with files below its folder and nothing else.
class TlsApi {
 public:
  explicit TlsApi(const Workspace& workspace) : folder_(workspace.folder() / "tls") {
    const auto answer = folder_ / "client/v4/accounts" / workspace.simulator().account_id() / "workers/scripts";
    write_file(answer,
               "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n"
               R"({"success":true,"errors":[],"messages":[],"result":[{"id":"behind-the-proxy"}]})");
    run({"req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", "key.pem",
         "-out", "ca.pem", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-days", "2"});
    server_ = std::make_unique<Process>(
        program({"s_server", "-accept", "127.0.0.1:0", "-cert", "ca.pem", "-key", "key.pem", "-HTTP"}, "server"));
    REQUIRE(eventually([&] { return server_->out().contains("ACCEPT 127.0.0.1:"); }));
    const auto out = server_->out();
    constexpr std::string_view kReady = "ACCEPT 127.0.0.1:";
    port_ = std::stoi(out.substr(out.find(kReady) + kReady.size()));
  }

  [[nodiscard]] std::string url() const { return fmt::format("https://localhost:{}/client/v4", port_); }
  [[nodiscard]] std::string ca_file() const { return (folder_ / "ca.pem").string(); }

 private:
  [[nodiscard]] Program program(std::vector<std::string> arguments, const std::string& name) const {
    return {.file = "openssl",
            .arguments = std::move(arguments),
            .environment = {{"PATH", "/usr/bin:/bin"}},
            .working_folder = folder_,
            .output_folder = folder_ / name};
  }

  void run(std::vector<std::string> arguments) const {
    REQUIRE(run_to_end(program(std::move(arguments), "once")).exit_code == 0);
  }

  fs::path folder_;
  std::unique_ptr<Process> server_;
  int port_ = 0;
};

}  // namespace

TEST_CASE("calls go through the proxy of HTTPS_PROXY with its user and password") {
  if (lacks(ProxyProcess::programs())) return;
  Workspace workspace;
  const TlsApi api(workspace);
  const ProxyProcess proxy(workspace.folder() / "secrets/proxy");
  workspace.set_variable("CLOUDFLARE_API_BASE_URL", api.url());
  workspace.set_variable("SSL_CERT_FILE", api.ca_file());
  workspace.set_variable("HTTPS_PROXY", proxy.url(canary("proxy")));
  const auto called = workspace.run({"api", "list_scripts"});
  CAPTURE(called.err);
  CAPTURE(proxy.log());
  CHECK(called.exit_code == 0);
  CHECK(called.out.contains("behind-the-proxy"));
  CHECK(proxy.log().contains("CONNECT localhost:"));

  SUBCASE("and around it where NO_PROXY says so") {
    workspace.set_variable("HTTPS_PROXY", "http://127.0.0.1:1");
    workspace.set_variable("NO_PROXY", "example.com,localhost");
    CHECK(workspace.run({"api", "list_scripts"}).exit_code == 0);
  }
  SUBCASE("and a password that it does not take is told without being repeated") {
    workspace.set_variable("HTTPS_PROXY", proxy.url(canary("wrong")));
    const auto refused = workspace.run({"api", "upload_script_raw", "script_name=w", "--body", "/etc/hostname"});
    CHECK(refused.exit_code == 1);
    CHECK(refused.err.starts_with("plumbline api: forbidden: PUT "));
    CHECK(refused.err.contains("opens no tunnel to localhost:"));
    CHECK(refused.err.contains("(it does not take this user and password)"));
  }
}

TEST_CASE("a proxy's address that cannot be used ends every command with 78") {
  Workspace workspace;
  workspace.set_variable("HTTPS_PROXY", "https://" + canary("proxy") + "@proxy.example:443");
  for (const auto* command : {"plan", "apply", "api"}) {
    const auto finished =
        command == std::string("api") ? workspace.run({"api", "list_scripts"}) : workspace.run_on_manifests(command);
    CHECK(finished.exit_code == 78);
    CHECK(finished.err.contains("HTTPS_PROXY: the proxy's address must begin with http://"));
  }
  const auto fetching = workspace.run({"render", "--repository", "https://git.example/workers.git", "--ref", "main"});
  CHECK(fetching.exit_code == 78);
  CHECK(fetching.err.contains("HTTPS_PROXY: the proxy's address must begin with http://"));
  CHECK(workspace.run_on_manifests("validate").exit_code == 0);
  CHECK(workspace.simulator().requests().empty());
}

}  // namespace plumbline::testing
