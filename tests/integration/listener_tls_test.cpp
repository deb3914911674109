#include <doctest/doctest.h>
#include <fmt/format.h>
#include <signal.h>

#include <filesystem>
#include <string>
#include <vector>

#include "tests/support/daemon_process.h"
#include "tests/support/examples_in_git.h"
#include "tests/support/files.h"
#include "tests/support/http.h"
#include "tests/support/process.h"
#include "tests/support/raw_client.h"

/// The daemon's listener with a certificate, asked by curl and openssl.
namespace plumbline::testing {

namespace fs = std::filesystem;

namespace {

struct Stage : ExamplesInGit {
  Stage() { fs::create_directories(folder()); }

  [[nodiscard]] fs::path folder() const { return workspace.folder() / "tls"; }
  [[nodiscard]] fs::path certificate() const { return folder() / "tls.crt"; }
  [[nodiscard]] fs::path key() const { return folder() / "tls.key"; }

  [[nodiscard]] Finished run(const std::string& program, std::vector<std::string> arguments,
                             const std::string& input = {}) const {
    return run_to_end({.file = program,
                       .arguments = std::move(arguments),
                       .environment = {{"PATH", "/usr/bin:/bin"}},
                       .working_folder = folder(),
                       .input = input,
                       .output_folder = folder() / "output"});
  }

  // A certificate that is its own CA, of the name `subject`.
  void make_certificate(const std::string& subject) const {
    const auto made =
        run("openssl", {"req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "30",
                        "-subj", "/CN=" + subject, "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key().string(),
                        "-out", certificate().string()});
    REQUIRE_MESSAGE(made.exit_code == 0, made.err);
  }

  // A daemon that was started again with the certificate.
  [[nodiscard]] std::unique_ptr<DaemonProcess> with_tls() const {
    auto daemon = stopped();
    daemon->start();
    return daemon;
  }

  // The same before it is started.
  [[nodiscard]] std::unique_ptr<DaemonProcess> stopped() const {
    auto daemon = std::make_unique<DaemonProcess>(workspace, repository.url());
    REQUIRE(daemon->stop() == Ended{.exit_code = 0});
    replace_in_file(daemon->configuration(), "server: {",
                    fmt::format("server: {{tls: {{certificate: {{file: {}}}, key: {{file: {}}}}}, ",
                                certificate().string(), key().string()));
    return daemon;
  }

  [[nodiscard]] Finished curl(std::uint16_t port, const std::string& path, std::vector<std::string> more = {}) const {
    std::vector<std::string> arguments{"--silent", "--show-error", "--include",           "--max-time",
                                       "20",       "--cacert",     certificate().string()};
    arguments.insert(arguments.end(), more.begin(), more.end());
    arguments.push_back(fmt::format("https://127.0.0.1:{}{}", port, path));
    return run("curl", std::move(arguments));
  }
};

}  // namespace

TEST_CASE("with a certificate the status is served by HTTPS, and metrics as before") {
  const Stage stage;
  stage.make_certificate("first");
  const auto daemon = stage.with_tls();
  const auto answer = stage.curl(daemon->status_port(), "/livez");
  CHECK_MESSAGE(answer.exit_code == 0, answer.err);
  CHECK(answer.out.starts_with("HTTP/1.1 200 OK\r\n"));
  CHECK(answer.out.contains("Strict-Transport-Security: max-age=31536000\r\n"));
  CHECK(answer.out.contains("X-Content-Type-Options: nosniff\r\n"));
  CHECK(answer.out.ends_with("\r\n\r\nok\n"));
  CHECK(stage.curl(daemon->status_port(), "/livez", {"--tls-max", "1.2"}).exit_code == 0);
  CHECK(http_get(daemon->metrics_port(), "/metrics").status == 200);

  const auto shown =
      stage.run("openssl", {"s_client", "-connect", fmt::format("127.0.0.1:{}", daemon->status_port()), "-alpn",
                            "h2,http/1.1", "-CAfile", stage.certificate().string(), "-verify_return_error"});
  CHECK(shown.out.contains("ALPN protocol: http/1.1"));
  CHECK(shown.out.contains("TLSv1.3"));
}

TEST_CASE("who asks by HTTP is told that the listener speaks HTTPS") {
  const Stage stage;
  stage.make_certificate("first");
  const auto daemon = stage.with_tls();
  const auto answer = http_get(daemon->status_port(), "/livez");
  CHECK(answer.status == 400);
  CHECK(answer.body == "This listener speaks HTTPS, and not HTTP.\n");
}

TEST_CASE("clients that begin a handshake and no more keep nobody out") {
  const Stage stage;
  stage.make_certificate("first");
  const auto daemon = stage.with_tls();
  std::vector<std::unique_ptr<RawClient>> halves;
  for (int i = 0; i < 100; ++i) {
    halves.push_back(std::make_unique<RawClient>(daemon->status_port()));
    // Those that came first are cut for those that came last.
    [[maybe_unused]] const bool sent = halves.back()->send(std::string_view("\x16\x03\x01\x02", 4));
  }
  CHECK(stage.curl(daemon->status_port(), "/livez").exit_code == 0);
  // A handshake is due within the time of a request's head.
  CHECK(halves.back()->is_ended_within(std::chrono::seconds(20)));
}

TEST_CASE("a reload takes a renewed certificate, and none that cannot be used") {
  const Stage stage;
  stage.make_certificate("first");
  const auto daemon = stage.with_tls();
  stage.make_certificate("second");
  CHECK(stage.curl(daemon->status_port(), "/livez").exit_code != 0);
  daemon->signal(SIGHUP);
  CHECK(daemon->wait_for_log("configuration reloaded"));
  CHECK(stage.curl(daemon->status_port(), "/livez").exit_code == 0);

  const auto good = read_file(stage.certificate());
  write_file(stage.certificate(), "half a file");
  daemon->signal(SIGHUP);
  CHECK(daemon->wait_for_log("server.tls.certificate: the file"));
  write_file(stage.certificate(), good);
  CHECK(stage.curl(daemon->status_port(), "/livez").exit_code == 0);
}

TEST_CASE("a certificate that cannot be used ends the program for good, with its place") {
  const Stage stage;
  stage.make_certificate("first");
  const auto daemon = stage.stopped();
  const auto run = [&] { return stage.workspace.run({"run", "--config", daemon->configuration().string()}); };

  fs::rename(stage.key(), stage.folder() / "first.key");
  const auto gone = run();
  CHECK(gone.exit_code == 78);
  CHECK_MESSAGE(gone.err.contains("error: server.tls.key: the file " + stage.key().string()), gone.err);
  CHECK(gone.err.contains("plumbline.yaml:"));

  stage.make_certificate("second");
  fs::rename(stage.folder() / "first.key", stage.key());
  const auto other = run();
  CHECK(other.exit_code == 78);
  CHECK_MESSAGE(other.err.contains(": it does not belong to the certificate"), other.err);

  write_file(stage.certificate(), "no certificate\n");
  const auto none = run();
  CHECK(none.exit_code == 78);
  CHECK_MESSAGE(none.err.contains("error: server.tls.certificate: the file " + stage.certificate().string() +
                                  ": it holds no -----BEGIN CERTIFICATE-----"),
                none.err);
}

TEST_CASE("a listener without a certificate sends the headers of security too") {
  const ExamplesInGit stage;
  const DaemonProcess daemon(stage.workspace, stage.repository.url());
  for (const auto* path : {"/livez", "/api/v1/status", "/nowhere"}) {
    const auto answer = daemon.get(path);
    CHECK(answer.headers.get("X-Content-Type-Options") == "nosniff");
    CHECK(answer.headers.get("Content-Security-Policy") == "default-src 'none'; frame-ancestors 'none'");
    CHECK(answer.headers.get("Cache-Control") == "no-store");
    CHECK(answer.headers.get("Strict-Transport-Security").empty());
  }
}

}  // namespace plumbline::testing
